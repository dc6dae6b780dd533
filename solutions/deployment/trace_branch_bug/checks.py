import warnings

import pytest

from pytest_torchkata.checks import nn, torch

SIDES = ["above", "below", "at"]


def inputs(given, side):
    """Draw an input with a mean above, below or exactly at zero, and entries of both signs."""
    x = given.normal(4, 3, std=2.0)
    if side == "at":
        half = (x.flatten()[:6] * 8).round() / 8  # which add up without rounding
        return torch.stack([half, -half]).reshape(4, 3)
    x = x - x.mean()
    return x + (0.3 if side == "above" else -0.3)


def scaled(given, largest):
    """Draw an input with a given largest absolute entry, which is negative."""
    x = given.uniform(4, 3, low=-0.9, high=0.3)
    x[2, 1] = -1
    return x * largest


def observe(module, given, x):
    x.requires_grad_()
    out = module(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


@pytest.mark.parametrize("side", SIDES)
def check_branch(kata, given, side, device):
    """DynamicModel: one decision for the whole input, by its mean."""
    return observe(kata.DynamicModel(), given, inputs(given, side))


@pytest.mark.parametrize("largest", [0.6, 1.0, 1.5, 37.0, 256.0, 3000.0])
def check_repeat(kata, given, largest, device):
    """RepeatUntilSmall: as many halvings as needed, none if none, and not more than max_steps."""
    return observe(kata.RepeatUntilSmall(), given, scaled(given, largest))


@pytest.mark.parametrize(("limit", "max_steps"), [(0.2, 3), (5.0, 2), (1.0, 0)])
def check_arguments(kata, given, limit, max_steps):
    """limit and max_steps are used."""
    module = kata.RepeatUntilSmall(limit, max_steps)
    return {f"out for {most}": module(scaled(given, most)) for most in (0.1, 0.5, 7.0, 50.0)}


def paths(kata, given, name):
    """Return a module, an example, and inputs that take other paths."""
    if name == "DynamicModel":
        others = {f"mean {side} 0": inputs(given, side) for side in SIDES}
        return kata.DynamicModel(), inputs(given, "above"), others
    others = {f"largest {most}": scaled(given, most) for most in (0.6, 1.7, 11.0, 900.0)}
    return kata.RepeatUntilSmall(max_steps=5), scaled(given, 3.0), others


def captured(capture, module, example, others):
    """Capture a module on the example; say whether it refused, and what it gives on other inputs."""
    try:
        found = capture(module, example)
        out = {f"out, {name}": found(x) for name, x in others.items()}
    except NotImplementedError:
        raise
    except Exception as error:
        return {"captured": f"refused with {type(error).__name__}"}
    return {"captured": "captured", **out}


@pytest.mark.parametrize("name", ["DynamicModel", "RepeatUntilSmall"])
def check_traced(kata, given, name):
    """Traced on one input, the module agrees on inputs that take other paths."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        observed = captured(torch.jit.trace, *paths(kata, given, name))
    warned = any(issubclass(w.category, torch.jit.TracerWarning) for w in seen)
    return {**observed, "a tracer's warning": warned}


@pytest.mark.parametrize("name", ["DynamicModel", "RepeatUntilSmall"])
def check_exported(kata, given, name):
    """torch.export captures the whole graph, and it agrees on inputs that take other paths."""
    return captured(lambda m, x: torch.export.export(m, (x,)).module(), *paths(kata, given, name))


@pytest.mark.parametrize("name", ["DynamicModel", "RepeatUntilSmall"])
def check_compiled(kata, given, name):
    """torch.compile with fullgraph=True agrees on inputs that take other paths."""
    torch.compiler.reset()
    try:
        return captured(
            lambda m, x: torch.compile(m, backend="eager", fullgraph=True), *paths(kata, given, name)
        )
    finally:
        torch.compiler.reset()


def check_no_state(kata):
    """No parameters or buffers are added."""
    modules = nn.ModuleDict({"dynamic": kata.DynamicModel(), "repeat": kata.RepeatUntilSmall()})
    return {"keys of the state dict": sorted(modules.state_dict())}
