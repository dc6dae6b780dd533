import pytest

from pytest_torchkata.checks import nn, raises, torch


def network(given):
    inner = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 2))
    return given.fill(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), inner))


def mixed(given):
    """Return a model that is training, but for its batch norm and the last layer."""
    model = network(given).train()
    model[1].eval()
    model[2][1].eval()
    return model


def modes(model, when):
    names = {name: name or "the model" for name, _ in model.named_modules()}
    return {f"training of {names[name]} {when}": m.training for name, m in model.named_modules()}


def check_inside(kata, given):
    """Inside the block every submodule is in eval mode, and m is the model."""
    model = mixed(given)
    with kata.evaluating(model) as m:
        return {"m is the model": m is model, **modes(model, "inside")}


def check_output(kata, given, device):
    """The model computes as in eval mode: no dropout, no statistics of the batch."""
    model = network(given).train()
    with kata.evaluating(model) as m:
        out = m(given.normal(5, 3))
    return {"out": out.detach(), "running_mean afterwards": model[1].running_mean}


def check_gradients(kata, given):
    """Inside no gradients are recorded, and requires_grad of the parameters does not change."""
    model, x = network(given), given.normal(5, 3, requires_grad=True)
    model[0].weight.requires_grad_(False)
    with kata.evaluating(model):
        observed = {
            "recording inside": torch.is_grad_enabled(),
            "the output carries a graph": model(x).requires_grad,
            "requires_grad inside": [p.requires_grad for p in model.parameters()],
        }
    return {
        **observed,
        "recording afterwards": torch.is_grad_enabled(),
        "requires_grad afterwards": [p.requires_grad for p in model.parameters()],
    }


@pytest.mark.parametrize("before", ["train", "eval", "a part in train", "a part in eval"])
def check_modes(kata, given, before):
    """Afterwards every submodule has its own flag back."""
    model = mixed(given) if before == "a part in eval" else network(given).train(before == "train")
    if before == "a part in train":
        model[2].train()
    with kata.evaluating(model):
        pass
    return modes(model, "afterwards")


def check_recording_was_off(kata, given):
    """Inside of no_grad, recording is still off afterwards."""
    model = network(given)
    with torch.no_grad():
        with kata.evaluating(model):
            pass
        off = torch.is_grad_enabled()
    return {"recording afterwards, inside of no_grad": off}


def check_error(kata, given):
    """If the block raises, all is put back, and the exception reaches the caller."""
    model = mixed(given)

    def block():
        with kata.evaluating(model):
            raise LookupError("from the block")

    observed = {"the exception": raises(LookupError, block), "recording afterwards": torch.is_grad_enabled()}
    return {**observed, **modes(model, "afterwards")}


def check_interrupt(kata, given):
    """The same holds for what is no ordinary exception, such as the interrupt of Ctrl-C."""
    model = mixed(given)

    def block():
        with kata.evaluating(model):
            raise KeyboardInterrupt

    observed = {"the interrupt": raises(KeyboardInterrupt, block)}
    return {**observed, "recording afterwards": torch.is_grad_enabled(), **modes(model, "afterwards")}


def check_block_changes_modes(kata, given):
    """What the block does to the flags and to the recording does not stay."""
    model = mixed(given)
    with kata.evaluating(model):
        model.train()
        torch.set_grad_enabled(True)
    recording = torch.is_grad_enabled()
    with torch.no_grad():
        with kata.evaluating(model):
            torch.set_grad_enabled(True)
        off = torch.is_grad_enabled()
    return {
        "recording afterwards": recording,
        "recording afterwards, inside of no_grad": off,
        **modes(model, "afterwards"),
    }


def check_shared(kata, given):
    """A submodule in two places of the model gets its own flag back."""
    frozen, active = nn.Dropout(0.5), nn.Dropout(0.5)
    first = nn.Sequential(nn.Linear(3, 3), frozen, active)
    model = nn.Sequential(first, nn.Sequential(nn.Linear(3, 3), frozen, active), frozen)
    model.train()
    first.training = False  # the flag of this one alone
    frozen.eval()
    with kata.evaluating(model):
        inside = modes(model, "inside")
    return {**inside, **modes(model, "afterwards")}


def check_nested(kata, given):
    """Blocks nest: the inner one does not undo what the outer one has done."""
    model, observed = mixed(given), {}
    with kata.evaluating(model):
        with kata.evaluating(model):
            pass
        observed |= modes(model, "after the inner block")
        observed["recording after the inner block"] = torch.is_grad_enabled()
    return {**observed, **modes(model, "afterwards"), "recording afterwards": torch.is_grad_enabled()}


def check_two_models(kata, given):
    """Blocks of two models nest, and each model gets its own flags back."""
    outer, inner = mixed(given), network(given).train()
    with kata.evaluating(outer):
        with kata.evaluating(inner[2]):
            observed = modes(inner, "of the inner model, inside")
        observed |= modes(outer, "of the outer model, after the inner block")
        observed |= modes(inner, "of the inner model afterwards")
    return {**observed, **modes(outer, "of the outer model afterwards")}


def check_entering(kata, given):
    """Calling evaluating does nothing yet; the flags put back are those found on entering."""
    model = network(given).train()
    manager = kata.evaluating(model)
    observed = {"recording after the call": torch.is_grad_enabled(), **modes(model, "after the call")}
    model[2].eval()
    with manager:
        pass
    return {**observed, **modes(model, "afterwards")}


def check_one_layer(kata, given):
    """A model may be a single layer."""
    layer = nn.Dropout(0.5)
    with kata.evaluating(layer) as m:
        inside = m.training
    return {"training inside": inside, "training afterwards": layer.training}
