import pytest

from pytest_torchkata.checks import torch


@pytest.mark.dtypes("float32", "float64", "bfloat16")
@pytest.mark.parametrize("factor", [-1.0, 0.3])
def check_values(kata, given, device, dtype, factor):
    """The values, the shape and the dtype are those of x."""
    return {"values": kata.scale_gradient(given.normal(4, 3, requires_grad=True), factor).detach()}


@pytest.mark.parametrize("factor", [-1.0, 0.0, 0.3, 3.0])
def check_gradient(kata, given, device, dtype, factor):
    """The gradient of x is the one that arrives, times the factor; with 0 it is zeros, not None."""
    x = given.normal(4, 3, requires_grad=True)
    given.backward(kata.scale_gradient(x, factor))
    return {"x.grad": x.grad}


def check_bfloat16(kata, given):
    """In bfloat16 the gradient is bfloat16 too."""
    x = given.normal(4, 3, dtype=torch.bfloat16, requires_grad=True)
    given.backward(kata.scale_gradient(x, 0.5))
    return {"x.grad": x.grad}


@pytest.mark.parametrize("where", ["without gradient", "inside no_grad"])
def check_plain_tensors(kata, given, where):
    """It works for tensors without gradient, and inside no_grad."""
    x = given.normal(4, 3, requires_grad=where == "inside no_grad")
    with torch.set_grad_enabled(where != "inside no_grad"):
        out = kata.scale_gradient(x, 0.5)
    return {"values": out.detach(), "x requires a gradient": x.requires_grad}


@pytest.mark.parametrize("leaf", [True, False])
def check_other_uses(kata, given, leaf):
    """Only what passes through the result is scaled, not what other uses of x send back."""
    start = given.normal(4, 3, requires_grad=True)
    x = start if leaf else start * 1
    before = x * given.normal(4, 3)
    out = kata.scale_gradient(x, 3.0)
    after = x * given.normal(4, 3)
    given.backward(before + out + after)
    return {"gradient of x": start.grad}


def check_nothing_stays(kata, given):
    """The call leaves nothing behind on x: a later backward without it is as always."""
    x = given.normal(4, 3, requires_grad=True)
    kata.scale_gradient(x, 3.0)
    given.backward(x * 2)
    return {"x.grad": x.grad}


def check_applied_twice(kata, given):
    """Applied twice, the factors multiply, and two calls do not mix up their factors."""
    x, other = given.normal(4, 3, requires_grad=True), given.normal(4, 3, requires_grad=True)
    twice = kata.scale_gradient(kata.scale_gradient(x, 0.5), -3.0)
    once = kata.scale_gradient(other, 2.0)
    given.backward(twice * once)
    return {"gradient after 0.5 and -3": x.grad, "gradient of another x after 2": other.grad}


def check_unchanged(kata, given):
    """Neither x nor the incoming gradient is changed in place."""
    x, skip = given.normal(4, 3, requires_grad=True), given.normal(4, 3, requires_grad=True)
    other = skip * 1
    given.backward(kata.scale_gradient(x, 3.0) + other)  # both get the same incoming gradient
    return {
        "x afterwards": x.detach(),
        "gradient of what was added to the result": skip.grad,
    }


@pytest.mark.parametrize("factor", [-2.0, 0.5])
def check_second_order(kata, given, factor):
    """The scaled gradient can be differentiated again, with the same factor."""
    x = given.normal(4, 3, requires_grad=True)
    weights = given.normal(4, 3, requires_grad=True)
    out = kata.scale_gradient(x, factor)
    (grad,) = torch.autograd.grad((out**3 * weights).sum(), x, create_graph=True)
    if grad.requires_grad:
        given.backward(grad)
    return {
        "first order: gradient of x": grad,
        "second order: weights.grad": weights.grad,
        "second order: x.grad": x.grad,
    }


@pytest.mark.parametrize("size", [(), (0,), (1,)])
def check_sizes(kata, given, size):
    """Zero-dimensional, empty and one-element tensors."""
    x = given.normal(*size, requires_grad=True)
    out = kata.scale_gradient(x, 0.5)
    given.backward(out)
    return {"values": out.detach(), "x.grad": x.grad}


def check_layouts(kata, given):
    """x may be a transposed view, and the incoming gradient an expanded one."""
    x = given.normal(5, 4, requires_grad=True)
    out = kata.scale_gradient(x.t(), 0.5)
    given.backward(out.sum(dim=0))  # the sum hands an expanded gradient back
    return {"values": out.detach(), "x.grad": x.grad}
