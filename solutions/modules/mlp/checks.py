import pytest

from pytest_torchkata.checks import torch

NAMES = ("first weight", "first bias", "second weight", "second bias")


def filled(given, model):
    """Set the parameters in their order, whatever they are called."""
    model.to(given.normal(1))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(given.normal(*parameter.shape, std=0.5))
    return model


def check_parameters(kata):
    """Weight and bias of the first layer, then of the second, are registered and trainable."""
    parameters = list(kata.MLP(3, 5, 2).parameters())
    return {
        "shapes of the parameters": [tuple(p.shape) for p in parameters],
        "trainable": [p.requires_grad for p in parameters],
    }


def check_eval(kata, given):
    """In eval mode the same x gives the same scores twice."""
    model, x = filled(given, kata.MLP(4, 64, 3)).eval(), given.normal(20, 4)
    return {"two calls give the same": torch.equal(model(x), model(x))}


def check_values(kata, given, device, dtype):
    """The scores, raw: of any sign, and not summing to one."""
    model = filled(given, kata.MLP(4, 7, 3)).eval()
    return {"scores": model(given.normal(6, 4))}


def check_gradients(kata, given, device, dtype):
    """The gradients of all four parameters and of x."""
    model, x = filled(given, kata.MLP(4, 7, 3)).eval(), given.normal(6, 4, requires_grad=True)
    given.backward(model(x))
    gradients = {f"gradient of the {n}": p.grad for n, p in zip(NAMES, model.parameters(), strict=True)}
    return {**gradients, "x.grad": x.grad}


@pytest.mark.parametrize("leading", [(), (1,), (2, 5), (3, 1, 2), (0,)])
def check_dimensions(kata, given, leading):
    """Any number of leading dimensions, none included."""
    model = filled(given, kata.MLP(4, 7, 3)).eval()
    return {"scores": model(given.normal(*leading, 4))}


def check_input(kata, given):
    """A transposed view is read right, and x is left as it was."""
    model, stored = filled(given, kata.MLP(4, 7, 3)).eval(), given.normal(4, 6)
    before = stored.clone()
    scores = model(stored.t())
    return {"scores": scores, "x left as it was": torch.equal(stored, before)}


def check_training(kata, given):
    """In training mode it runs, every parameter gets a gradient, and no score is dropped."""
    model = filled(given, kata.MLP(4, 64, 3)).train()
    scores = model(given.normal(50, 4))
    given.backward(scores)
    return {
        "shape of the scores": tuple(scores.shape),
        "scores that are zero": int((scores == 0).sum()),
        "parameters with a gradient": [p.grad is not None for p in model.parameters()],
    }


def check_place_of_dropout(kata, given):
    """In training mode dropout, if there is any, is behind the ReLU and not in front of everything."""
    model = kata.MLP(1, 1, 2).train()
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (1.0, 1.0, 1.0, 0.0), strict=True):
            parameter.fill_(value)
    scores = model(torch.ones(500, 1)).detach().mul(1000).round()
    return {"different scores of 500 equal samples, apart from 0": len(scores[scores != 0].unique())}


def check_state_dict(kata, given):
    """A state dict loads into a second instance, which then computes the same."""
    first, second = filled(given, kata.MLP(4, 7, 3)).eval(), kata.MLP(4, 7, 3).eval()
    second.load_state_dict(first.state_dict())
    x = given.normal(6, 4)
    observed = {"scores of the second": second(x).detach()}
    filled(given, second)
    return {**observed, "scores of the first, once the second has changed": first(x)}
