import pytest

from pytest_torchkata.checks import shares, torch


def observe(kata, given, x):
    out = kata.MyReLU.apply(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


@pytest.mark.dtypes("float32", "float64", "float16", "bfloat16")
def check_forward(kata, given, device, dtype):
    """Negative entries become zero, positive entries stay."""
    return {"out": kata.MyReLU.apply(given.normal(7, 5, std=2.0, requires_grad=True))}


def check_special_values(kata, given, device):
    """Zero stays zero, NaN stays NaN, -inf becomes zero, and inf stays inf."""
    x = given.tensor([0.0, -0.0, float("nan"), float("-inf"), float("inf"), 1e-30, -3e38, 3e38])
    return {"out": kata.MyReLU.apply(x)}


def check_function(kata, given):
    """MyReLU is a torch.autograd.Function, and autograd records its own backward."""
    out = kata.MyReLU.apply(given.normal(4, 3, requires_grad=True))
    return {
        "is a torch.autograd.Function": issubclass(kata.MyReLU, torch.autograd.Function),
        "recorded as": type(out.grad_fn).__name__,
    }


@pytest.mark.dtypes("float32", "float64", "float16", "bfloat16")
def check_gradient(kata, given, device, dtype):
    """The gradient is grad_out where x is positive, and zero where x is negative."""
    return observe(kata, given, given.normal(7, 5, requires_grad=True))


def check_gradient_at_zero(kata, given):
    """Where x is exactly zero, the gradient is zero."""
    x = given.tensor([[0.0, 0.7, -0.0], [-0.7, 0.0, 2.5]], requires_grad=True)
    return observe(kata, given, x)


def check_unchanged(kata, given):
    """Neither x nor grad_out is changed in place."""
    x, received = given.normal(6, 4, requires_grad=True), []
    out = kata.MyReLU.apply(x)
    out.register_hook(received.append)
    given.backward(out)
    return {"x afterwards": x.detach(), "grad_out afterwards": received[0]}


def check_two_calls(kata, given):
    """Each result remembers its own x, also when both are made before the backward."""
    first, second = given.normal(4, 3, requires_grad=True), given.normal(4, 3, requires_grad=True)
    given.backward(torch.cat([kata.MyReLU.apply(first), kata.MyReLU.apply(second)]))
    return {"first x.grad": first.grad, "second x.grad": second.grad}


def check_new_tensor(kata, given):
    """The result is a new tensor, also where there is nothing to clip."""
    x = given.uniform(4, 3, low=0.2, requires_grad=True)
    return {"the result shares memory with x": shares(kata.MyReLU.apply(x), x)}


@pytest.mark.parametrize("size", [(), (0,), (3, 0), (1,), (2, 3, 4)])
def check_sizes(kata, given, size):
    """Zero-dimensional, empty, and with more dimensions."""
    return observe(kata, given, given.uniform(*size, low=0.2, requires_grad=True))


def check_layouts(kata, given, device):
    """x may be a transposed view, and grad_out an expanded one."""
    x = given.normal(6, 4, requires_grad=True)
    out = kata.MyReLU.apply(x.t())
    given.backward(out.sum(dim=0))  # the sum hands an expanded gradient to MyReLU
    return {"out": out, "x.grad": x.grad}


def check_edit_after_forward(kata, given):
    """If x is changed in place after the forward, backward raises or is still right."""
    x, grad_out = given.normal(6, 4, requires_grad=True), given.normal(6, 4)
    right = torch.where(x > 0, grad_out, 0)
    out = kata.MyReLU.apply(x)
    with torch.no_grad():
        x.neg_()
    try:
        given.backward(out, grad_out)
    except RuntimeError:
        return {"wrong gradients without an error": 0}
    return {"wrong gradients without an error": int((x.grad != right).sum())}


def check_double_backward(kata, given):
    """The gradient can be differentiated again."""
    x = given.normal(5, 4, requires_grad=True)
    grad_out = given.normal(5, 4, requires_grad=True)
    out = kata.MyReLU.apply(x)
    (grad,) = torch.autograd.grad((out * grad_out).sum(), x, create_graph=True)
    if grad.requires_grad:
        given.backward(grad)
    return {
        "x.grad": grad,
        "second order: grad_out.grad": grad_out.grad,
        "second order: x.grad": torch.zeros_like(x) if x.grad is None else x.grad,
    }
