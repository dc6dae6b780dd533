from collections import OrderedDict
from types import MappingProxyType

import pytest

from pytest_torchkata.checks import nn, torch

WRAPPINGS = [
    "parallel",
    "ddp",
    "compiled",
    "compiled, parallel",
    "ddp, compiled",
    "parallel, compiled, parallel",
]


def plain_model(given):
    return given.fill(
        nn.Sequential(OrderedDict(trunk=nn.Linear(3, 2), norm=nn.BatchNorm1d(2), head=nn.Linear(2, 1)))
    )


def wrap(model, kind):
    if kind == "compiled":
        return torch.compile(model, backend="eager")
    if kind == "parallel":
        return nn.DataParallel(model)
    wrapper = nn.parallel.DistributedDataParallel.__new__(nn.parallel.DistributedDataParallel)
    nn.Module.__init__(wrapper)  # its own would ask for a process group
    wrapper.module = model
    return wrapper


def wrapped(model, kinds):
    """Wrap a model, the first kind innermost."""
    for kind in kinds.split(", "):
        model = wrap(model, kind)
    return model


def named(given, *names):
    return {name: given.normal(2) for name in names}


def observe(kata, state):
    cleaned = kata.clean_state_dict(state)
    return {
        "a dict": isinstance(cleaned, dict),
        "names": list(cleaned),
        "the very same tensors": list(map(id, cleaned.values())) == list(map(id, state.values())),
    }


def check_one_prefix(kata, given):
    """One prefix, of either kind, in front of every name."""
    return {
        **observe(kata, named(given, "module.fc.weight", "module.fc.bias", "module.out.weight")),
        "names of a compiled module": list(kata.clean_state_dict(named(given, "_orig_mod.b", "_orig_mod.a"))),
    }


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def check_wrapped_models(kata, given, wrapping):
    """The state of a wrapped model loads strictly into the plain one."""
    model = plain_model(given)
    cleaned = kata.clean_state_dict(wrapped(model, wrapping).state_dict())
    fresh = plain_model(given)
    loads = "loads"
    try:
        fresh.load_state_dict(cleaned)
    except RuntimeError:
        loads = "does not load"
    return {
        "names": list(cleaned),
        "into the plain model": loads,
        "trunk.weight": fresh.trunk.weight.detach(),
    }


def check_nothing_to_do(kata, given):
    """An empty and a clean state stay as they are."""
    return {
        "empty": kata.clean_state_dict({}),
        **observe(kata, named(given, "trunk.weight", "head.bias", "norm.running_mean")),
    }


@pytest.mark.parametrize(
    "names",
    [
        ("module.weight", "module.bias", "head.weight"),
        ("module.module.weight", "module.head.weight"),
        ("module.submodule.weight", "module.encoder.module.bias", "module.my_module.scale"),
        ("_orig_mod.layers.0._orig_mod.weight", "_orig_mod.layers.1.weight"),
        ("module.model.weight", "module.mode", "module.dlom.bias"),
        ("module.weight", "modules.weight"),
        ("module_list.0.weight", "module_list.1.weight"),
        ("layers.module.weight", "layers.module.bias"),
    ],
)
def check_names(kata, given, names):
    """A prefix goes only if every name begins with it; later in a name, and in longer words, it stays."""
    return observe(kata, named(given, *names))


def check_input(kata, given):
    """The state that came in is not changed, and may be a mapping of any kind."""
    state = named(given, "module.b", "module.a")
    before = list(state)
    kata.clean_state_dict(state)
    ordered = kata.clean_state_dict(OrderedDict(state))
    return {
        "names left as they were": list(state) == before,
        "names from an OrderedDict": list(ordered),
        "names from a mapping that cannot be changed": list(kata.clean_state_dict(MappingProxyType(state))),
    }


@pytest.mark.parametrize("wrapping", ["none", *WRAPPINGS])
def check_unwrap(kata, given, wrapping):
    """unwrap returns the plain model itself, however it is wrapped."""
    model = plain_model(given)
    found = kata.unwrap(model if wrapping == "none" else wrapped(model, wrapping))
    return {"unwrapped": type(found).__name__, "the model itself": found is model}
