import pytest

from pytest_torchkata.checks import torch

FUNCTIONS = ["relu", "leaky_relu", "sigmoid", "tanh", "silu", "gelu"]
every_function = pytest.mark.parametrize("function", FUNCTIONS)


def observe(given, result, x):
    given.backward(result)
    return {"result": result, "x.grad": x.grad}


@every_function
def check_values(kata, given, device, dtype, function):
    """Values and gradients for ordinary numbers."""
    x = given.normal(5, 8, std=2.0, requires_grad=True)
    return observe(given, getattr(kata, function)(x), x)


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0, 2.0, -0.5])
def check_slopes(kata, given, slope):
    """leaky_relu with any slope, also above one and negative."""
    x = given.normal(4, 5, std=2.0, requires_grad=True)
    return observe(given, kata.leaky_relu(x, slope), x)


@pytest.mark.parametrize("function", FUNCTIONS[:1] + FUNCTIONS[2:])
def check_zero(kata, given, function):
    """The gradient at zero and at minus zero."""
    x = given.tensor([0.0, -0.0, 1.0, -1.0], requires_grad=True)
    result = getattr(kata, function)(x)
    result.sum().backward()
    return {"result": result, "x.grad": x.grad}


@every_function
def check_far_out(kata, given, function):
    """Values and gradients are right and finite far out, on both sides."""
    observed = {}
    for magnitude in (30, 100, 1000):
        x = given.tensor([magnitude, -magnitude, 0.5, -0.5], requires_grad=True)
        result = getattr(kata, function)(x)
        result.sum().backward()
        where = f"for x = [{magnitude}, -{magnitude}, 0.5, -0.5]"
        observed |= {f"result {where}": result, f"x.grad {where}": x.grad}
    return observed


def check_gelu_is_exact(kata, given, dtype):
    """gelu is the form with erf, with its minimum near -0.75."""
    x = torch.linspace(-3, 3, 25, dtype=given.tensor(0.0).dtype).requires_grad_()
    return observe(given, kata.gelu(x), x)


@every_function
def check_sizes(kata, given, function):
    """Zero-dimensional and empty tensors."""
    observed = {}
    for shape in ((), (2, 0, 3)):
        x = given.normal(*shape, requires_grad=True)
        result = getattr(kata, function)(x)
        given.backward(result)
        observed |= {f"result for shape {shape}": result, f"x.grad for shape {shape}": x.grad}
    return observed


@pytest.mark.dtypes("bfloat16")
@every_function
def check_dtype(kata, given, function, dtype):
    """The result has the dtype of x, in low precision too."""
    x = given.normal(4, 5, std=2.0, requires_grad=True)
    return observe(given, getattr(kata, function)(x), x)


@every_function
def check_input(kata, given, function):
    """x is left as it was, and read right where it is transposed."""
    stored = given.normal(4, 5, std=2.0)
    before = stored.clone()
    result = getattr(kata, function)(stored.t())
    return {"x left as it was": torch.equal(stored, before), "result": result}
