import re

import pytest

from pytest_torchkata.checks import F, nn, raises, torch

TRAIN, VAL = (6, 4, 2), (5, 3, 1)


class Loader:
    """Shuffles anew whenever it is asked, counts how often that is, and has no length."""

    def __init__(self, given, sizes):
        self.batches = [(given.normal(n, 4).cpu(), given.integers(0, 3, (n,)).cpu()) for n in sizes]
        self.passes = 0

    def __iter__(self):
        shift = self.passes % len(self.batches)
        self.passes += 1
        yield from self.batches[shift:] + self.batches[:shift]


def plain(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def moded(given):
    """Build a model in which everything depends on the mode."""
    # No bias before batch norm: its gradient would be nothing but rounding.
    layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 3)
    return given.fill(nn.Sequential(*layers))


def sgd(model, lr=0.2):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def weights(model):
    return {f"{name} afterwards": value for name, value in model.state_dict().items()}


def run(kata, given, model, device, epochs=3, loss_fn=None, **options):
    loaders = Loader(given, TRAIN), Loader(given, VAL)
    return kata.fit(model, *loaders, sgd(model), loss_fn or F.cross_entropy, device, epochs, **options)


def check_history(kata, given, device, dtype):
    """The averages of every epoch, over samples, as floats."""
    model = plain(given)
    return {**run(kata, given, model, device), **weights(model)}


@pytest.mark.parametrize("before", ["train", "eval"])
def check_modes(kata, given, before, device):
    """Train mode in every training pass, eval mode and no graph in every validation pass."""
    layers = nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 3)
    model = given.fill(nn.Sequential(*layers)).train(before == "train")
    seen = {"modes in training": [], "modes in validation": [], "recording in validation": []}

    def note(module, inputs):
        training = len(inputs[0]) in TRAIN
        mode = "train" if module.training else "eval"
        seen["modes in training" if training else "modes in validation"].append(mode)
        if not training:
            seen["recording in validation"].append(torch.is_grad_enabled())

    model[1].register_forward_pre_hook(note)
    run(kata, given, model, device)
    return seen


def check_batch_norm(kata, given, device):
    """Dropout and batch norm: the averages, the weights and the running statistics."""
    model = moded(given)
    return {**run(kata, given, model, device, epochs=2), **weights(model)}


@pytest.mark.parametrize("max_grad_norm", [0.3, 5.0])
def check_clipping(kata, given, max_grad_norm, device):
    """The norm of all gradients together is at most max_grad_norm in every step."""
    model = plain(given)
    return {**run(kata, given, model, device, max_grad_norm=max_grad_norm), **weights(model)}


def check_frozen(kata, given, device):
    """Clipping works with frozen parameters, which have no gradient."""
    model = plain(given)
    model[0].weight.requires_grad_(False)
    return {**run(kata, given, model, device, max_grad_norm=0.3), **weights(model)}


def check_drop_last(kata, given, device):
    """The averages are over the samples that the loaders gave, fewer than are in their data sets."""

    def loader(n):
        x, y = given.normal(n, 4).cpu(), given.integers(0, 3, (n,)).cpu()
        dataset = torch.utils.data.TensorDataset(x, y)
        return torch.utils.data.DataLoader(dataset, batch_size=4, drop_last=True)

    model = plain(given)
    return kata.fit(model, loader(11), loader(22), sgd(model), F.cross_entropy, device, 2)


def check_loaders(kata, given, device):
    """Each loader is iterated over once per epoch, and shuffles anew."""
    loaders = Loader(given, TRAIN), Loader(given, VAL)
    model = plain(given)
    seen = []
    model[0].register_forward_pre_hook(lambda module, inputs: seen.append(len(inputs[0])))
    kata.fit(model, *loaders, sgd(model), F.cross_entropy, device, 3)
    return {
        "sizes of the batches that the model got": seen,
        "passes over train_loader": loaders[0].passes,
        "passes over val_loader": loaders[1].passes,
    }


def check_stale_gradients(kata, given, device):
    """Gradients from before the call do not enter the first step."""
    model = plain(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    run(kata, given, model, device, epochs=1)
    return weights(model)


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf"])
def check_not_finite(kata, given, bad, device):
    """A loss that is not finite raises RuntimeError before its step."""
    model = plain(given)
    calls = []

    def loss_fn(logits, y):
        loss = F.cross_entropy(logits, y)
        calls.append(len(y) in TRAIN)
        # A batch in the second epoch: three training batches are in each.
        return loss * float(bad) if calls[-1] and sum(calls) == 5 else loss

    error = raises(RuntimeError, lambda: run(kata, given, model, device, loss_fn=loss_fn))
    return {"fit": error, **weights(model)}


def check_validation_not_finite(kata, given, device):
    """A validation loss that is not finite raises nothing: it is in the list, and training goes on."""
    model = plain(given)

    def loss_fn(logits, y):
        return F.cross_entropy(logits, y) * (1 if len(y) in TRAIN else float("inf"))

    return {**run(kata, given, model, device, epochs=2, loss_fn=loss_fn), **weights(model)}


def check_message(kata, given, device):
    """The message names the epoch and the batch."""
    model = plain(given)
    # Numbers that nothing else in a message is likely to be: epoch 6 and batch 11, from 0.
    sizes, calls = [4] * 13, []

    def loss_fn(logits, y):
        calls.append(len(y) == 4)
        return F.cross_entropy(logits, y) * (float("nan") if sum(calls) == 6 * 13 + 12 else 1)

    loaders = Loader(given, sizes), Loader(given, (1,))
    message = "no RuntimeError"
    try:
        kata.fit(model, *loaders, sgd(model, lr=0.01), loss_fn, device, 20)
    except RuntimeError as error:
        message = str(error)
    numbers = {int(number) for number in re.findall(r"(?<![\d.])\d+(?![\d.]*\d)", message)}
    return {"message names epoch and batch": bool(numbers & {6, 7} and numbers & {11, 12})}


def check_no_epochs(kata, given, device):
    """With no epochs the three lists are empty and nothing is trained."""
    model = plain(given)
    return {**run(kata, given, model, device, epochs=0), **weights(model)}


def check_device(kata, given):
    """The model and the batches are moved to the device that is given, and those are used."""
    moved, asked, by_model, by_loss = set(), set(), [], []

    class Movable(nn.Sequential):
        def to(self, *args, **kwargs):
            moved.add(str(torch._C._nn._parse_to(*args, **kwargs)[0]))
            return super().to(*args, **kwargs)

    class FromLoader(torch.Tensor):
        def to(self, *args, **kwargs):
            asked.add(str(torch._C._nn._parse_to(*args, **kwargs)[0]))
            with torch._C.DisableTorchFunctionSubclass():
                return self.as_subclass(torch.Tensor)

    model = Movable(plain(given))
    model[0].register_forward_pre_hook(lambda module, inputs: by_model.append(inputs[0]))

    def loss_fn(logits, y):
        by_loss.append(y)
        return F.cross_entropy(logits, y)

    loaders = []
    for sizes in (TRAIN, VAL):
        loader = Loader(given, sizes)
        loader.batches = [(x.as_subclass(FromLoader), y.as_subclass(FromLoader)) for x, y in loader.batches]
        loaders.append(loader)
    kata.fit(model, *loaders, sgd(model), loss_fn, "cpu:0", 1)
    return {
        "devices that the model was moved to": sorted(moved),
        "devices that the batches were moved to": sorted(asked),
        "the model got the x that were moved": not any(isinstance(x, FromLoader) for x in by_model),
        "the loss got the y that were moved": not any(isinstance(y, FromLoader) for y in by_loss),
    }
