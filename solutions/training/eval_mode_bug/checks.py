import pytest

from pytest_torchkata.checks import F, nn, torch

TRAIN, VAL = (7, 4), (3, 2, 5)


def batches(given, sizes):
    return [(given.normal(n, 4), given.integers(0, 3, (n,))) for n in sizes]


def plain(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def moded(given):
    """Build a model in which everything depends on the mode."""
    # No bias before batch norm: its gradient would be nothing but rounding.
    layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 3)
    return given.fill(nn.Sequential(*layers))


def with_dropout(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 3)))


def run(kata, given, model, epochs=3, lr=0.1):
    data = batches(given, TRAIN), batches(given, VAL)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    return kata.fit(model, *data, optimizer, F.cross_entropy, epochs)


def check_losses(kata, given, device, dtype):
    """Without dropout and batch norm: one loss per epoch, over the samples, after its training."""
    model = plain(given)
    return {
        "returned": run(kata, given, model),
        **{f"{name} afterwards": p.detach() for name, p in model.named_parameters()},
    }


@pytest.mark.parametrize("before", ["train", "eval"])
def check_modes(kata, given, before, device):
    """Every training pass is in train mode, every validation pass in eval mode."""
    model = with_dropout(given).train(before == "train")
    seen = {"modes in training": [], "modes in validation": []}

    def note(module, inputs):
        phase = "training" if len(inputs[0]) in TRAIN else "validation"
        seen[f"modes in {phase}"].append("train" if module.training else "eval")

    for module in (model, model[1]):  # the mode of the outermost module counts as well
        module.register_forward_pre_hook(note)
    run(kata, given, model, epochs=3)
    return seen


def check_batch_norm(kata, given, device):
    """Dropout and batch norm: losses, weights and running statistics."""
    model = moded(given)
    return {
        "returned": run(kata, given, model),
        **{f"{name} afterwards": value for name, value in model.state_dict().items()},
    }


def check_validating_again(kata, given, device):
    """A model with dropout that does not move has the same validation loss after every epoch."""
    model = with_dropout(given)
    return {"returned": run(kata, given, model, lr=0.0)}


def check_no_graph(kata, given, device):
    """Validation records no gradients, and afterwards recording is on again."""
    model = plain(given)
    seen = {"recording in training": set(), "recording in validation": set()}

    def note(module, inputs):
        phase = "training" if len(inputs[0]) in TRAIN else "validation"
        seen[f"recording in {phase}"].add(torch.is_grad_enabled())

    model[0].register_forward_pre_hook(note)
    try:
        run(kata, given, model, epochs=1)
        afterwards = torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)
    return {**{name: sorted(flags) for name, flags in seen.items()}, "recording afterwards": afterwards}


@pytest.mark.parametrize("before", ["train", "eval"])
def check_no_epochs(kata, given, before, device):
    """No epochs: no losses, and the mode stays as it was."""
    model = moded(given).train(before == "train")
    returned = run(kata, given, model, epochs=0)
    return {"returned": returned, "training flags": [module.training for module in model.modules()]}
