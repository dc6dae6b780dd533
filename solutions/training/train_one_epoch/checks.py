import weakref

import pytest

from pytest_torchkata.checks import F, nn, torch

SIZES = (5, 4, 2)


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batches(given, sizes=SIZES):
    """Draw batches as a loader gives them: on the CPU, wherever the model is."""
    return [(given.normal(n, 4).cpu(), given.integers(0, 3, (n,)).cpu()) for n in sizes]


def optimizer_for(model, name="SGD"):
    if name == "AdamW":
        return torch.optim.AdamW(model.parameters(), lr=0.05)
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def mode(model):
    flags = {module.training for module in model.modules()}
    return "mixed" if len(flags) > 1 else "train" if flags.pop() else "eval"


def weights(model):
    return {f"{name} after the epoch": p.detach() for name, p in model.named_parameters()}


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def check_weights(kata, given, optimizer, device, dtype):
    """One step for every batch, with the gradient of that batch."""
    model = network(given)
    kata.train_one_epoch(model, batches(given), optimizer_for(model, optimizer), F.cross_entropy, device)
    return weights(model)


@pytest.mark.parametrize("loader", ["list", "drop_last", "generator"])
def check_average(kata, given, loader, device):
    """The average loss is per sample, over the samples that the loader gave."""
    model = network(given)
    given_batches = batches(given)
    if loader == "generator":
        given_batches = (batch for batch in given_batches)
    if loader == "drop_last":
        x, y = (torch.cat(parts) for parts in zip(*given_batches, strict=True))
        dataset = torch.utils.data.TensorDataset(x, y)
        given_batches = torch.utils.data.DataLoader(dataset, batch_size=4, drop_last=True)
    returned = kata.train_one_epoch(model, given_batches, optimizer_for(model), F.cross_entropy, device)
    return {"returned": returned}


def check_stale_gradients(kata, given, device):
    """Gradients from before the call do not enter the first step."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    kata.train_one_epoch(model, batches(given), optimizer_for(model), F.cross_entropy, device)
    return weights(model)


def check_train_mode(kata, given, device):
    """Dropout and batch norm are in train mode, whatever mode the model comes in."""
    observed = {}
    for before in ("train", "eval"):
        # No bias before batch norm: its gradient would be nothing but rounding.
        layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 3)
        model = given.fill(nn.Sequential(*layers)).train(before == "train")
        modes = []
        model.register_forward_hook(lambda module, *_, modes=modes: modes.append(mode(module)))
        kata.train_one_epoch(model, batches(given), optimizer_for(model), F.cross_entropy, device)
        observed[f"modes per batch, in {before} mode before"] = " ".join(modes)
    observed["running_mean after the epoch"] = model[1].running_mean
    observed["num_batches_tracked after the epoch"] = model[1].num_batches_tracked
    return observed


def check_calls(kata, given, device):
    """The model is called once for every batch, in order, so that its hooks run."""
    model = network(given)
    seen = []
    model.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].clone()))
    kata.train_one_epoch(model, batches(given), optimizer_for(model), F.cross_entropy, device)
    return {"batches that a forward hook saw": seen}


def check_graphs(kata, given, device):
    """The graphs of earlier batches are not kept alive."""

    class Token:
        pass

    tokens, kept = [], []

    def loss_fn(prediction, y):
        token = Token()
        prediction.grad_fn.metadata["token"] = token  # lives as long as this node of the graph
        # The batch before may still be bound to a variable of the loop.
        kept.append(sum(known() is not None for known in tokens[:-1]))
        tokens.append(weakref.ref(token))
        return F.cross_entropy(prediction, y)

    model = network(given)
    sizes = (3, 2, 4, 2, 3)
    kata.train_one_epoch(model, batches(given, sizes), optimizer_for(model), loss_fn, device)
    return {"most graphs kept besides the last": max(kept)}


def check_device(kata, given):
    """x and y are moved to the device that is given, and the moved ones are used."""
    asked, by_model, by_loss = set(), [], []

    class FromLoader(torch.Tensor):
        def to(self, *args, **kwargs):
            asked.add(str(torch._C._nn._parse_to(*args, **kwargs)[0]))
            with torch._C.DisableTorchFunctionSubclass():
                return self.as_subclass(torch.Tensor)

    model = network(given)
    model.register_forward_pre_hook(lambda module, inputs: by_model.append(inputs[0]))

    def loss_fn(prediction, y):
        by_loss.append(y)
        return F.cross_entropy(prediction, y)

    loader = [(x.as_subclass(FromLoader), y.as_subclass(FromLoader)) for x, y in batches(given)]
    kata.train_one_epoch(model, loader, optimizer_for(model), loss_fn, "cpu:0")
    return {
        "devices that the batches were moved to": sorted(asked),
        "the model got the x that were moved": not any(isinstance(x, FromLoader) for x in by_model),
        "the loss got the y that were moved": not any(isinstance(y, FromLoader) for y in by_loss),
    }
