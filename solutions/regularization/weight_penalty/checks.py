import pytest

from pytest_torchkata.checks import nn, torch


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)))


def observe(penalty, model):
    penalty.backward()
    gradients = {f"{name}.grad": p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {"penalty": penalty, **gradients}


def check_l2(kata, given, device, dtype):
    """l2 / 2 times the sum of squares, and its gradient."""
    model = network(given)
    return observe(kata.weight_penalty(model, l2=0.3), model)


def check_l1(kata, given, dtype):
    """l1 times the sum of absolute values, and its gradient."""
    model = network(given)
    return observe(kata.weight_penalty(model, l1=0.2), model)


def check_both(kata, given):
    """Both terms at once; without an argument both factors are 0."""
    model = network(given)
    without = kata.weight_penalty(model)
    return {
        "penalty without factors": without.detach(),
        **observe(kata.weight_penalty(model, 0.2, 0.3), model),
    }


def check_what_counts(kata, given):
    """Every parameter with two dimensions or more counts, and no other."""

    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Parameter(torch.empty(2, 3))
            self.weight = nn.Parameter(torch.empty(3))
            self.scale = nn.Parameter(torch.empty(()))

    layers = {
        "conv": nn.Conv2d(2, 3, 2), "norm": nn.BatchNorm2d(3), "embedding": nn.Embedding(4, 2),
        "lstm": nn.LSTM(2, 2), "layernorm": nn.LayerNorm((2, 3)), "own": Own(),
    }  # fmt: skip
    model = given.fill(nn.ModuleDict(layers))
    return observe(kata.weight_penalty(model, l1=0.2, l2=0.3), model)


def check_own_parameters(kata, given):
    """Parameters of the outermost module itself count too."""

    class Bilinear(nn.Module):
        def __init__(self):
            super().__init__()
            self.core = nn.Parameter(torch.empty(2, 3, 2))
            self.out = nn.Linear(3, 2)

    model = given.fill(Bilinear())
    return observe(kata.weight_penalty(model, l1=0.2, l2=0.3), model)


def check_frozen(kata, given):
    """Frozen parameters do not count."""
    model = network(given)
    model[0].weight.requires_grad_(False)
    return observe(kata.weight_penalty(model, l1=0.2, l2=0.3), model)


def check_shared(kata, given):
    """A parameter that is used in several places counts once."""
    model = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 3), nn.Linear(3, 5))
    model[2].weight = model[0].weight
    shared = nn.ModuleList([model, model[1]])
    given.fill(shared)
    return observe(kata.weight_penalty(shared, l1=0.2, l2=0.3), shared)


@pytest.mark.parametrize("whole", [False, True])
def check_zero_weights(kata, given, whole):
    """At zero weights the L1 term has gradient 0, and nothing is NaN."""
    model = network(given)
    with torch.no_grad():
        model[0].weight[:, 1:3] = 0
        if whole:
            model[2].weight.zero_()
    return observe(kata.weight_penalty(model, l1=0.2, l2=0.3), model)


@pytest.mark.parametrize("model", ["only vectors", "only frozen", "no parameters"])
def check_nothing_counts(kata, given, model):
    """Where no parameter counts, a zero tensor comes back that can be added to a loss."""
    models = {
        "only vectors": nn.BatchNorm1d(3), "only frozen": nn.Linear(3, 3).requires_grad_(False),
        "no parameters": nn.ReLU(),
    }  # fmt: skip
    penalty = kata.weight_penalty(models[model], l1=0.2, l2=0.3)
    loss = given.tensor(1.5, requires_grad=True)
    total = loss + penalty
    total.backward()
    return {
        "type": type(penalty).__name__,
        "shape": list(getattr(penalty, "shape", ["none"])),
        "value": float(penalty),
        "gradient of the loss": loss.grad,
    }


def check_left_alone(kata, given):
    """Parameters and their gradients are left as they were."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    before = [p.detach().clone() for p in model.parameters()]
    kata.weight_penalty(model, l1=0.2, l2=0.3)
    return {
        "parameters as they were": all(map(torch.equal, before, model.parameters())),
        **{f"{name}.grad": p.grad for name, p in model.named_parameters()},
    }


def check_training(kata, given):
    """With l2 = c, steps of SGD are those with weight_decay = c on the matrices."""
    model, x = network(given), given.normal(6, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        (model(x).square().mean() + kata.weight_penalty(model, l2=0.2)).backward()
        optimizer.step()
    return {f"{name} after three steps": p.detach() for name, p in model.named_parameters()}
