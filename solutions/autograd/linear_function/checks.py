import pytest

from pytest_torchkata.checks import operations, raises, requirement, torch

LEADING = [(5,), (2, 5), (2, 3, 5), ()]
PRODUCTS = {
    f"aten.{name}"
    for name in ("mm", "bmm", "addmm", "baddbmm", "addbmm", "mv", "addmv", "addr", "dot", "vdot")
}


def inputs(given, *leading, wanted=("x", "weight", "bias")):
    sizes = {"x": (*leading, 4), "weight": (3, 4), "bias": (3,)}
    return {name: given.normal(*size, requires_grad=name in wanted) for name, size in sizes.items()}


def gradients(**inputs):
    return {f"{name}.grad": tensor.grad for name, tensor in inputs.items()}


@pytest.mark.parametrize("leading", LEADING)
def check_forward(kata, given, device, dtype, leading):
    """The result, for any number of leading dimensions."""
    return {"out": kata.LinearFunction.apply(*inputs(given, *leading).values())}


def check_function(kata, given):
    """LinearFunction is a torch.autograd.Function, and autograd records its own backward."""
    out = kata.LinearFunction.apply(*inputs(given, 5).values())
    return {
        "is a torch.autograd.Function": issubclass(kata.LinearFunction, torch.autograd.Function),
        "recorded as": type(out.grad_fn).__name__,
    }


@pytest.mark.parametrize("leading", LEADING)
def check_gradients(kata, given, device, dtype, leading):
    """The gradients of x, weight and bias, for any number of leading dimensions."""
    tensors = inputs(given, *leading)
    out = kata.LinearFunction.apply(*tensors.values())
    given.backward(out)
    return gradients(**tensors)


@pytest.mark.parametrize("bias", ["left out", "None"])
def check_without_bias(kata, given, bias):
    """The bias may be left out, or be None."""
    x, weight, _ = inputs(given, 5).values()
    arguments = (x, weight) if bias == "left out" else (x, weight, None)
    out = kata.LinearFunction.apply(*arguments)
    given.backward(out)
    return {"out": out, **gradients(x=x, weight=weight)}


@pytest.mark.parametrize("wanted", ["x", "weight", "bias"])
def check_only_what_is_asked(kata, given, wanted):
    """When one gradient is asked for, only that one is computed and returned."""
    out = kata.LinearFunction.apply(*inputs(given, 5, wanted=[wanted]).values())
    returned = []
    ran = operations(lambda: returned.extend(out.grad_fn.apply(torch.ones_like(out))))
    names = zip(("x", "weight", "bias"), returned, strict=False)
    return {
        "gradients returned": ", ".join(name for name, grad in names if grad is not None),
        "matrix products in backward": sum(name in PRODUCTS for name in ran),
    }


@requirement(check_only_what_is_asked, "matrix products in backward", within=0)
def no_product_in_vain(count, wanted):
    most = 0 if wanted == "bias" else 1
    return None if count <= most else f"at most {most}"


@pytest.mark.parametrize("bias", ["given", "left out"])
def check_double_backward(kata, given, bias):
    """The gradients can be differentiated again."""
    tensors = inputs(given, 5)
    if bias == "left out":
        del tensors["bias"]
    grad_output = given.normal(5, 3, requires_grad=True)
    out = kata.LinearFunction.apply(*tensors.values())
    first = torch.autograd.grad((out * grad_output).sum(), [*tensors.values()], create_graph=True)
    observed = {f"{name}.grad": grad for name, grad in zip(tensors, first, strict=True)}
    if all(grad.requires_grad for grad in first):
        again = sum((grad * given.like(grad)).sum() for grad in first)
        again.backward()
    tensors = {"x": tensors["x"], "weight": tensors["weight"], "grad_output": grad_output}
    return observed | {f"second order: {name}.grad": t.grad for name, t in tensors.items()}


def check_layouts(kata, given, device):
    """x and weight may be transposed views, and grad_output an expanded one."""
    x, weight = given.normal(4, 5, 2, requires_grad=True), given.normal(4, 3, requires_grad=True)
    bias = given.normal(3, requires_grad=True)
    out = kata.LinearFunction.apply(x.permute(2, 1, 0), weight.t(), bias)
    given.backward(out.sum(dim=1))  # the sum hands an expanded gradient back
    return {"out": out, **gradients(x=x, weight=weight, bias=bias)}


@pytest.mark.parametrize("leading", [(0,), (2, 0)])
def check_empty(kata, given, leading):
    """An empty batch gives an empty result, and zero gradients of weight and bias."""
    tensors = inputs(given, *leading)
    out = kata.LinearFunction.apply(*tensors.values())
    given.backward(out)
    return {"out": out, **gradients(**tensors)}


@pytest.mark.parametrize(("changed", "needed_by"), [("weight", "x"), ("x", "weight")])
def check_edit_after_forward(kata, given, changed, needed_by):
    """If x or weight is changed in place after the forward, a backward that needs it raises."""
    tensors = inputs(given, 5, wanted=[needed_by])
    out = kata.LinearFunction.apply(*tensors.values())
    tensors[changed].mul_(2)
    return {f"backward after {changed}.mul_(2)": raises(RuntimeError, out.sum().backward)}
