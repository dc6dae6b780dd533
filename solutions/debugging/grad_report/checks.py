import pytest

from pytest_torchkata.checks import F, nn, torch


def report(kata, model):
    return {
        "grad_norms": kata.grad_norms(model),
        "total_grad_norm": kata.total_grad_norm(model),
        "grad_problems": kata.grad_problems(model),
    }


def with_gradients(given, *gradients):
    """Return a model with one parameter per gradient, which may be None."""
    parameters = {}
    for name, gradient in zip("abcdefghij", gradients, strict=False):
        parameter = nn.Parameter(torch.zeros(4) if gradient is None else torch.zeros_like(gradient))
        parameter.grad = gradient
        parameters[name] = parameter
    return nn.ParameterDict(parameters)


def check_healthy(kata, given, device, dtype):
    """The norms after a backward pass of a healthy model, which has no problems."""
    model = given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))
    F.cross_entropy(model(given.normal(5, 4)), given.integers(0, 3, (5,)).to(device)).backward()
    return report(kata, model)


def check_missing(kata, given):
    """Parameters without a gradient: None as norm, and a problem unless frozen."""
    model = nn.ModuleDict({name: nn.Linear(3, 2) for name in ("used", "unused", "frozen")})
    given.fill(model)
    model["frozen"].requires_grad_(False)
    x = given.normal(5, 3)
    given.backward(model["used"](x) + model["frozen"](x))
    return report(kata, model)


def check_no_gradients(kata):
    """Without any gradient, and without any parameter, the total is 0.0."""
    nothing = report(kata, nn.ReLU())
    before = report(kata, nn.Linear(2, 3))
    return {f"{name} before backward": value for name, value in before.items()} | {
        f"{name} without parameters": value for name, value in nothing.items()
    }


def check_problems(kata, given):
    """NaN, infinite and zero gradients, whichever comes first."""
    nan, inf = float("nan"), float("inf")
    rows = [
        [nan, 1.0],
        [1.0, inf],
        [-inf, 0.0],
        [nan, 0.0],
        [0.0, 0.0],
        [0.0, 2.0],
        [3.0, -3.0],
        [1e-30, 0.0],
        [1e30, 1e30],
        [3e38, 3e38],
    ]
    model = with_gradients(given, *(given.tensor(row).float() for row in rows))
    return {"grad_problems": kata.grad_problems(model)}


def check_stale(kata, given):
    """A frozen parameter that still has a gradient counts in the norms, and is no problem."""
    model = with_gradients(given, given.normal(2, 3), given.normal(4), given.tensor([0.0, 0.0]))
    model["b"].requires_grad_(False)
    model["c"].requires_grad_(False)
    return report(kata, model)


def check_shared(kata, given):
    """A shared parameter counts once."""
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    given.fill(model)
    given.backward(model(given.normal(5, 3)))
    return report(kata, model)


@pytest.mark.parametrize("low", ["float16", "bfloat16"])
def check_low_precision(kata, given, low):
    """Large and small gradients of low precision give exact norms, and no problems."""
    dtype = getattr(torch, low)
    large = given.tensor([6e4, -3e4, 5e4, 2e4], dtype=dtype)
    small = given.tensor([1e-4, -3e-5, 2e-4], dtype=dtype)
    observed = report(kata, with_gradients(given, large.to(dtype), small.to(dtype)))
    only_small = kata.total_grad_norm(with_gradients(given, small.to(dtype)))
    return observed | {"total_grad_norm of the small ones": only_small}


def check_untouched(kata, given):
    """Gradients, parameters and flags are left as they were."""
    model = with_gradients(given, given.normal(2, 3, std=5.0), given.tensor([float("inf"), 1.0]), None)
    model["a"].requires_grad_(False)
    before = {name: p.grad for name, p in model.items()}
    report(kata, model)
    return {
        "gradients": {name: p.grad for name, p in model.items()},
        "the same gradient tensors": all(p.grad is before[name] for name, p in model.items()),
        "parameters": {name: p.detach() for name, p in model.items()},
        "requires_grad": {name: p.requires_grad for name, p in model.items()},
    }
