import pytest

from pytest_torchkata.checks import torch

SIZES = ((3, 4), (5,), (), (2, 1, 3))


def parameters(given, sizes=SIZES, std=1.0):
    """Draw parameters with gradients."""
    drawn = [given.normal(*size, requires_grad=True) for size in sizes]
    for parameter in drawn:
        parameter.grad = given.normal(*parameter.shape, std=std)
    return drawn


def grads(params):
    return {f"grad of parameter {i}": p.grad for i, p in enumerate(params)}


def norm_of(result):
    """Return the norm as a number, be it one or a tensor without dimensions."""
    return result.item() if isinstance(result, torch.Tensor) else result


@pytest.mark.parametrize("max_norm", [0.3, 2.0])
def check_norm(kata, given, max_norm, device):
    """All gradients are scaled by one factor, so that their common norm is max_norm."""
    params = parameters(given)
    kata.clip_grad_norm(params, max_norm)
    return grads(params)


@pytest.mark.parametrize("max_norm", [0.3, 1000.0])
def check_returned(kata, given, max_norm):
    """What is returned is the norm before clipping."""
    return {"returned": norm_of(kata.clip_grad_norm(parameters(given), max_norm))}


@pytest.mark.parametrize("std", [1.0, 1e-3])
def check_below(kata, given, std):
    """Gradients with a norm below max_norm stay the same to the last bit."""
    params = parameters(given, std=std)
    before = [p.grad.clone() for p in params]
    kata.clip_grad_norm(params, 50.0)
    return {
        f"grad of parameter {i} left as it was": torch.equal(p.grad, held)
        for i, (p, held) in enumerate(zip(params, before, strict=True))
    }


@pytest.mark.parametrize("clip_value", [0.4, 100.0])
def check_value(kata, given, clip_value, device):
    """Every entry is limited, on both sides, and nothing is returned."""
    params = parameters(given)
    returned = kata.clip_grad_value(params, clip_value)
    return {**grads(params), "returned": returned}


def check_one_entry(kata, given):
    """A single parameter with a single entry, of either sign."""
    observed = {}
    for value in (4.0, -4.0):
        w = given.tensor([1.0], requires_grad=True)
        w.grad = given.tensor([value])
        observed[f"norm of {value}"] = norm_of(kata.clip_grad_norm([w], 2.5))
        observed[f"{value} clipped by its norm"] = w.grad.clone()
        kata.clip_grad_value([w], 1.5)
        observed[f"{value} clipped by value"] = w.grad
    return observed


@pytest.mark.parametrize("function", ["clip_grad_norm", "clip_grad_value"])
def check_missing(kata, given, function):
    """Parameters without a gradient are skipped."""
    params = parameters(given)
    params[0].grad = params[2].grad = None
    getattr(kata, function)(params, 0.3)
    return grads(params)


def check_no_gradients(kata, given):
    """Without any gradient, or any parameter, the norm is 0."""
    params = parameters(given)
    for parameter in params:
        parameter.grad = None
    kata.clip_grad_value(params, 0.3)
    return {
        "norm without gradients": float(norm_of(kata.clip_grad_norm(params, 0.3))),
        "norm without parameters": float(norm_of(kata.clip_grad_norm([], 0.3))),
        **grads(params),
    }


@pytest.mark.parametrize("function", ["clip_grad_norm", "clip_grad_value"])
def check_generator(kata, given, function):
    """params may be a generator, as model.parameters() is."""
    params = parameters(given)
    getattr(kata, function)((p for p in params), 0.3)
    return grads(params)


@pytest.mark.parametrize("function", ["clip_grad_norm", "clip_grad_value"])
def check_same_objects(kata, given, function):
    """The tensors in .grad stay the same, and the parameters are not changed."""
    params = parameters(given)
    held, weights = [p.grad for p in params], [p.detach().clone() for p in params]
    getattr(kata, function)(params, 0.3)
    observed = {}
    for i, (p, grad, weight) in enumerate(zip(params, held, weights, strict=True)):
        observed[f"grad of parameter {i} is the same tensor"] = p.grad is grad
        observed[f"what the tensor of parameter {i} holds"] = grad
        observed[f"parameter {i} left as it was"] = torch.equal(p.detach(), weight)
    return observed


@pytest.mark.parametrize("function", ["clip_grad_norm", "clip_grad_value"])
def check_non_contiguous(kata, given, function):
    """Gradients that are transposed views are clipped in their own memory."""
    w, stored = given.normal(4, 3, requires_grad=True), given.normal(3, 4)
    w.grad = stored.t()
    getattr(kata, function)([w], 0.3)
    return {"grad": w.grad, "what the view looks at": stored}


def check_dtypes(kata, given):
    """float32 and float64 together; each gradient keeps its dtype."""
    params = [given.normal(4, dtype=d, requires_grad=True) for d in (torch.float32, torch.float64)]
    for p in params:
        p.grad = given.normal(4, std=1e5, dtype=p.dtype)
    observed = {"returned": norm_of(kata.clip_grad_norm(params, 10.0))}
    for name, grad in grads(params).items():
        # The norm of both together may be computed in either dtype: it is compared as float32.
        observed |= {f"dtype of {name}": grad.dtype, name: grad.float()}
    for p in params:
        p.grad = given.normal(4, dtype=p.dtype)
    kata.clip_grad_value(params, 0.5)
    return observed | {f"{name}, clipped by value": grad for name, grad in grads(params).items()}


def check_zeros(kata, given):
    """Gradients of zeros stay zeros, and their norm is 0."""
    params = parameters(given, std=0.0)
    returned = norm_of(kata.clip_grad_norm(params, 0.3))
    return {"returned": float(returned), **grads(params)}
