import pytest

from pytest_torchkata.checks import raises, torch


def observe(kata, given, x):
    out = kata.MyFunc.apply(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


@pytest.mark.dtypes("float32", "float64", "float16", "bfloat16")
def check_forward(kata, given, device, dtype):
    """The result is x squared, in the dtype of x."""
    return {"out": kata.MyFunc.apply(given.normal(4, 3, std=2.0, requires_grad=True))}


def check_function(kata, given):
    """MyFunc is a torch.autograd.Function, and autograd records its own backward."""
    out = kata.MyFunc.apply(given.normal(4, 3, requires_grad=True))
    return {
        "is a torch.autograd.Function": issubclass(kata.MyFunc, torch.autograd.Function),
        "recorded as": type(out.grad_fn).__name__,
    }


@pytest.mark.dtypes("float32", "float64", "float16", "bfloat16")
def check_gradient(kata, given, device, dtype):
    """The gradient is twice x, times grad_output."""
    return observe(kata, given, given.normal(4, 3, std=2.0, requires_grad=True))


@pytest.mark.parametrize("size", [(), (0,), (3, 0), (1,), (2, 3, 4)])
def check_sizes(kata, given, size):
    """Zero-dimensional, empty, and with more dimensions."""
    return observe(kata, given, given.normal(*size, requires_grad=True))


def check_layouts(kata, given, device):
    """x may be a transposed view, and grad_output an expanded one."""
    x = given.normal(5, 4, requires_grad=True)
    out = kata.MyFunc.apply(x.t())
    given.backward(out.sum(dim=0))  # the sum hands an expanded gradient to MyFunc
    return {"out": out, "x.grad": x.grad}


def check_unchanged(kata, given):
    """Neither x nor grad_output is changed in place."""
    x, received = given.normal(6, 4, requires_grad=True), []
    out = kata.MyFunc.apply(x)
    out.register_hook(received.append)
    given.backward(out)
    return {"x afterwards": x.detach(), "grad_output afterwards": received[0]}


def check_two_calls(kata, given):
    """Each result remembers its own x, also when both are made before the backward."""
    first, second = given.normal(3, requires_grad=True), given.normal(3, requires_grad=True)
    given.backward(torch.cat([kata.MyFunc.apply(first), kata.MyFunc.apply(second)]))
    return {"first x.grad": first.grad, "second x.grad": second.grad}


def check_edit_after_forward(kata, given):
    """If x is changed in place after the forward, backward raises a RuntimeError."""
    x = given.normal(6, 4, requires_grad=True)
    out = kata.MyFunc.apply(x)
    with torch.no_grad():
        x.add_(1)
    return {"backward after x.add_(1)": raises(RuntimeError, out.sum().backward)}


def check_double_backward(kata, given):
    """The gradient can be differentiated again."""
    x = given.normal(5, 4, requires_grad=True)
    grad_output = given.normal(5, 4, requires_grad=True)
    out = kata.MyFunc.apply(x)
    (grad,) = torch.autograd.grad((out * grad_output).sum(), x, create_graph=True)
    if grad.requires_grad:
        given.backward(grad)
    return {
        "x.grad": grad,
        "second order: grad_output.grad": grad_output.grad,
        "second order: x.grad": x.grad,
    }
