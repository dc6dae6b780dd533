import pytest

from pytest_torchkata.checks import F, nn, torch


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batches(given, sizes=(5, 4, 3)):
    return [(given.normal(n, 4), given.integers(0, 3, (n,))) for n in sizes]


def optimizer_for(parameters, name="SGD"):
    if name == "Adam":
        return torch.optim.Adam(parameters, lr=0.05)
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


def weights(model):
    return {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_weights(kata, given, optimizer, device, dtype):
    """Every step uses the gradient of its own batch."""
    model = network(given)
    steps = optimizer_for(model.parameters(), optimizer)
    kata.train(model, batches(given), steps, F.cross_entropy, 2)
    return weights(model)


def check_losses(kata, given, device):
    """The loss of every batch, before its step, as a float."""
    model = network(given)
    optimizer = optimizer_for(model.parameters())
    return {"returned": kata.train(model, batches(given), optimizer, F.cross_entropy, 2)}


def check_stale_gradients(kata, given, device):
    """Gradients from before the call do not enter the first step."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    optimizer = optimizer_for(model.parameters())
    kata.train(model, batches(given), optimizer, F.cross_entropy, 1)
    return weights(model)


def check_subset(kata, given, device):
    """Only the parameters that the optimizer was given move."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    optimizer = optimizer_for(model[2].parameters())
    kata.train(model, batches(given), optimizer, F.cross_entropy, 2)
    return weights(model)


def check_new_batches(kata, given, device):
    """The loader is asked anew in every epoch, and may then yield other batches."""
    epochs = [batches(given), batches(given), batches(given)]
    passes = []

    class Loader:
        def __iter__(self):
            passes.append(len(passes))
            return iter(epochs[passes[-1] % 3])

    model = network(given)
    optimizer = optimizer_for(model.parameters())
    returned = kata.train(model, Loader(), optimizer, F.cross_entropy, 3)
    return {"passes over the loader": len(passes), "returned": returned}


def check_loaders(kata, given, device):
    """A DataLoader works, and no epochs give no losses and no steps."""
    model = network(given)
    x, y = given.normal(7, 4), given.integers(0, 3, (7,))
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=3)
    optimizer = optimizer_for(model.parameters())
    return {
        "returned": kata.train(model, loader, optimizer, F.cross_entropy, 2),
        "returned for no epochs": kata.train(model, loader, optimizer, F.cross_entropy, 0),
    }
