import math

import pytest

from pytest_torchkata.checks import torch

FUNCTIONS = ["my_softmax", "my_log_softmax", "my_logsumexp"]
every_function = pytest.mark.parametrize("function", FUNCTIONS)


def observe(given, result, x):
    given.backward(result)
    return {"result": result, "x.grad": x.grad}


@every_function
def check_last_dimension(kata, given, device, function):
    """Values and gradients over the last dimension."""
    x = given.normal(4, 3, 7, std=2.0, requires_grad=True)
    result = getattr(kata, function)(x)
    return observe(given, result, x)


@pytest.mark.parametrize("dim", [0, 2, -1, -3])
@every_function
def check_dimensions(kata, given, function, dim):
    """Values and gradients over any dimension."""
    x = given.normal(2, 5, 3, 4, std=2.0, requires_grad=True)
    result = getattr(kata, function)(x, dim)
    return observe(given, result, x)


@pytest.mark.parametrize(("shape", "dim"), [((6,), 0), ((3, 1), 1), ((1, 4, 1), 1), ((1, 1, 5), -1)])
@every_function
def check_sizes(kata, given, function, shape, dim):
    """One dimension only, and dimensions of size 1."""
    x = given.normal(*shape, requires_grad=True)
    result = getattr(kata, function)(x, dim)
    return observe(given, result, x)


@pytest.mark.parametrize("dim", [0, 1, -1])
def check_keepdim(kata, given, dim):
    """my_logsumexp with keepdim leaves size 1 where it summed."""
    x = given.normal(3, 5, 2, requires_grad=True)
    result = kata.my_logsumexp(x, dim=dim, keepdim=True)
    return observe(given, result, x)


@every_function
def check_transposed(kata, given, function):
    """A transposed view is read right, and left as it was."""
    stored = given.normal(6, 4)
    before = stored.clone()
    result = getattr(kata, function)(stored.t())
    return {"result": result, "x left as it was": torch.equal(stored, before)}


def check_underflow(kata, given, dtype):
    """A log-probability is finite and right where the probability rounds to 0."""
    x = given.tensor([[0.0, -200.0, 3.0], [-1000.0, 1.0, 2.0]], requires_grad=True)
    result = kata.my_log_softmax(x)
    return observe(given, result, x)


@every_function
def check_large(kata, given, function, dtype):
    """Values and gradients stay finite for logits of magnitude 1e4."""
    logits = [[1e4, -1e4, 0.0, 5e3], [-1e4, 9e3, 1e4, 8e3], [-1.2e4, -1.1e4, -1e4, -1.3e4]]
    x = given.tensor(logits, requires_grad=True)
    result = getattr(kata, function)(x)
    return observe(given, result, x)


@every_function
def check_far_apart(kata, given, function):
    """A slice does not depend on the others, however much larger they are."""
    rows = [given.tensor([[1e4, 9e3, -1e4, 0.0]]), given.normal(3, 4)]
    x = torch.cat(rows).requires_grad_()
    result = getattr(kata, function)(x)
    return observe(given, result, x)


@every_function
def check_minus_infinity(kata, given, function, dtype):
    """Entries that are -inf get probability 0 and leave the others alone."""
    x = given.normal(3, 5)
    masked = torch.zeros_like(x, dtype=torch.bool)
    masked[0, 0] = masked[1, 2:] = True
    x = x.masked_fill(masked, -math.inf).requires_grad_()
    result = getattr(kata, function)(x)
    cotangent = given.like(result)
    if result.shape == x.shape:  # what flows back from a masked result is left open
        cotangent = cotangent.masked_fill(masked, 0.0)
    given.backward(result, cotangent)
    return {"result": result, "x.grad where x is finite": x.grad.masked_fill(masked, 0.0)}


@pytest.mark.parametrize("keepdim", [False, True])
def check_nothing_left(kata, given, keepdim):
    """my_logsumexp of a slice that is -inf everywhere is -inf, beside ordinary slices."""
    x = given.normal(4, 3)
    x[1] = -math.inf
    return {"result": kata.my_logsumexp(x, dim=1, keepdim=keepdim)}


@pytest.mark.dtypes("float64", "float16", "bfloat16")
@every_function
def check_dtype(kata, given, function, dtype):
    """The result has the dtype of x, and its precision."""
    x = given.normal(4, 7, std=2.0, requires_grad=True)
    result = getattr(kata, function)(x)
    return observe(given, result, x)


@every_function
def check_empty(kata, given, function):
    """An empty batch gives an empty result."""
    x = given.normal(0, 5, requires_grad=True)
    result = getattr(kata, function)(x)
    return observe(given, result, x)
