import copy

import pytest

from pytest_torchkata.checks import nn, raises, torch

SIZES = [(5, 4), (2, 5, 4), (2, 3, 5, 4), (4,)]


def check_parameters(kata):
    """The layer has two trainable parameters, weight (out, in) and bias (out,)."""
    parameters = dict(kata.MyLinear(4, 3).named_parameters())
    return {
        "parameters": {name: str(tuple(p.shape)) for name, p in parameters.items()},
        "trainable": all(p.requires_grad for p in parameters.values()),
    }


@pytest.mark.parametrize("size", SIZES)
def check_values(kata, given, device, dtype, size):
    """The result, for one to four dimensions."""
    layer = given.fill(kata.MyLinear(4, 3))
    return {"out": layer(given.normal(*size))}


@pytest.mark.parametrize("size", SIZES)
def check_gradients(kata, given, device, dtype, size):
    """The gradients of x and of the parameters that an optimiser holds."""
    layer = given.fill(kata.MyLinear(4, 3))
    held = dict(layer.named_parameters())
    x = given.normal(*size, requires_grad=True)
    out = layer(x)
    given.backward(out)
    return {"x.grad": x.grad, "weight.grad": held["weight"].grad, "bias.grad": held["bias"].grad}


@pytest.mark.parametrize("features", [(4, 1), (1, 3), (1, 1), (4, 4)])
def check_features(kata, given, features):
    """One feature in, one out, and as many in as out."""
    layer = given.fill(kata.MyLinear(*features))
    return {"out": layer(given.normal(5, features[0]))}


def check_start(kata):
    """The weight starts with random rows, and no two layers start alike."""
    torch.use_deterministic_algorithms(True)  # fills what torch.empty leaves unset with NaN
    try:
        layer, other = kata.MyLinear(6, 5), kata.MyLinear(6, 5)
    finally:
        torch.use_deterministic_algorithms(False)
    return {
        "every value is set": all(bool(p.isfinite().all()) for p in layer.parameters()),
        "rows of weight that are zero": int((layer.weight == 0).all(dim=1).sum()),
        "different rows of weight": len(torch.unique(layer.weight, dim=0)),
        "two layers start with the same weight": torch.equal(layer.weight, other.weight),
    }


def check_state_dict(kata, given):
    """It loads the state dict of nn.Linear, and nn.Linear loads its own."""
    layer, builtin, x = kata.MyLinear(4, 3), nn.Linear(4, 3), given.normal(5, 4)
    layer.load_state_dict(given.fill(builtin).state_dict())
    observed = {"out with the state of nn.Linear": layer(x)}
    builtin.load_state_dict(given.fill(layer).state_dict())
    return {**observed, "out of nn.Linear with your state": builtin(x)}


def check_training(kata, given):
    """Steps of gradient descent change the result as they change that of nn.Linear."""
    layer, x, target = given.fill(kata.MyLinear(4, 3)), given.normal(5, 4), given.normal(5, 3)
    parameters = list(layer.parameters())
    losses = []
    for _ in range(4):
        loss = (layer(x) - target).square().mean()
        losses.append(loss.item())
        layer.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter -= 0.5 * parameter.grad
    return {"loss before each step": losses, "out": layer(x)}


@pytest.mark.parametrize("width", [1, 3, 5, 8])
def check_width(kata, given, width):
    """A last dimension other than in_features (here 4) raises."""
    layer, x = given.fill(kata.MyLinear(4, 3)), given.normal(2, width)
    return {f"x of shape (2, {width})": raises(Exception, lambda: layer(x))}


def check_layout(kata, given):
    """x may be a transposed view, and is left as it was."""
    layer, x = given.fill(kata.MyLinear(4, 3)), given.normal(4, 5, 2)
    return {"out": layer(x.permute(2, 1, 0)), "x afterwards": x}


@pytest.mark.parametrize("size", [(0, 4), (2, 0, 4)])
def check_empty(kata, given, size):
    """An empty batch gives an empty result, and zero gradients."""
    layer = given.fill(kata.MyLinear(4, 3))
    out = layer(given.normal(*size))
    out.sum().backward()
    return {"out": out, "weight.grad": layer.weight.grad, "bias.grad": layer.bias.grad}


def check_copy(kata, given):
    """A deep copy has parameters of its own."""
    layer, x = given.fill(kata.MyLinear(4, 3)), given.normal(5, 4)
    twin = given.fill(copy.deepcopy(layer))
    return {"out": layer(x), "out of the copy, with other parameters": twin(x)}
