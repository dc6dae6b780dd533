import pytest

from pytest_torchkata.checks import F, raises, requirement, saved_bytes, torch


def observe(kata, given, gate, up):
    out = kata.silu_mul(gate, up)
    given.backward(out)
    return {"out": out, "gate.grad": gate.grad, "up.grad": up.grad}


@pytest.mark.dtypes("float32", "float64", "bfloat16")
def check_values(kata, given, dtype, device):
    """The value and both gradients."""
    gate = given.normal(6, 5, std=2.0, requires_grad=True)
    return observe(kata, given, gate, given.normal(6, 5, requires_grad=True))


@pytest.mark.parametrize("wanted", ["gate", "up"])
def check_one_gradient(kata, given, wanted):
    """Only one of the inputs requires a gradient."""
    gate = given.normal(4, 3, requires_grad=wanted == "gate")
    return observe(kata, given, gate, given.normal(4, 3, requires_grad=wanted == "up"))


def check_extreme_gates(kata, given):
    """Very large and very negative gates give finite values and gradients."""
    gate = given.tensor([-1e4, -100.0, -30.0, 0.0, 30.0, 100.0, 1e4], requires_grad=True)
    return observe(kata, given, gate, given.normal(7, requires_grad=True))


def check_layout(kata, given):
    """Non-contiguous and empty inputs are fine, and inputs are left as they were."""
    gate, up = given.normal(4, 3), given.normal(3, 4)
    before = gate.clone(), up.clone()
    out = kata.silu_mul(gate.t(), up)
    return {
        "out": out,
        "empty": kata.silu_mul(given.normal(0, 3), given.normal(0, 3)),
        "inputs left as they were": torch.equal(gate, before[0]) and torch.equal(up, before[1]),
    }


def check_memory(kata, given):
    """At most the two inputs are kept for the backward."""
    gate = given.normal(64, 64, requires_grad=True)
    up = given.normal(64, 64, requires_grad=True)
    # Operations before and after, as in a model: neither input is a leaf.
    naive = saved_bytes(lambda: F.silu(gate * 1) * (up * 1))
    yours = saved_bytes(lambda: kata.silu_mul(gate * 1, up * 1))
    return {"memory, relative to the obvious expression": yours / naive}


@requirement(check_memory, "memory, relative to the obvious expression", within=0.02)
def lean(ratio):
    return None if 0 < ratio <= 0.68 else "at most 0.68, and what is kept must be visible"


def hidden(node):
    """Return what of a graph node holds tensors that autograd does not see: attributes, functions."""
    definition = getattr(type(node), "_forward_cls", type(node))
    held = {**vars(node), "backward": vars(definition).get("backward")}
    return sorted(name for name, value in held.items() if holds_tensor(value))


def holds_tensor(value):
    value = getattr(value, "__func__", value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set)):
        return any(map(holds_tensor, value))
    cells = getattr(value, "__closure__", None) or ()
    return isinstance(value, torch.Tensor) or any(holds_tensor(c.cell_contents) for c in cells)


def check_nothing_hidden(kata, given):
    """No tensor is kept where autograd does not see it."""
    out = kata.silu_mul(given.normal(3, 2, requires_grad=True), given.normal(3, 2))
    return {"tensors in attributes or closures": hidden(out.grad_fn)}


@pytest.mark.parametrize("changed", ["gate", "up"])
def check_in_place_edit(kata, given, changed):
    """An in-place change of an input between forward and backward raises."""
    gate = given.normal(3, 4, requires_grad=True)
    up = given.normal(3, 4, requires_grad=True)
    inputs = {"gate": gate * 1, "up": up * 1}
    out = kata.silu_mul(**inputs)
    inputs[changed].add_(1)
    return {f"backward after {changed}.add_(1)": raises(RuntimeError, out.sum().backward)}
