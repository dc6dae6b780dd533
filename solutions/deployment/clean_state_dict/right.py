from torch import nn

from pytest_torchkata.checks import right


@right
class ByAttributes:
    """Keys in a list; the wrappers are known by their attributes."""

    def clean_state_dict(state):
        keys = list(state.keys())
        changed = True
        while changed and keys:
            changed = False
            for prefix in ("_orig_mod.", "module."):
                if all(key[: len(prefix)] == prefix for key in keys):
                    keys = [key[len(prefix) :] for key in keys]
                    changed = True
        return dict(zip(keys, state.values(), strict=True))

    def unwrap(model):
        while hasattr(model, "module") or hasattr(model, "_orig_mod"):
            model = model._orig_mod if hasattr(model, "_orig_mod") else model.module
        return model


@right
class ByRecursion:
    """Both functions call themselves until nothing is left to do."""

    def clean_state_dict(state):
        for prefix in ("module.", "_orig_mod."):
            if len(state) > 0 and all(name.startswith(prefix) for name in state):
                return ByRecursion.clean_state_dict({n[len(prefix) :]: t for n, t in state.items()})
        return {**state}

    def unwrap(model):
        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            return ByRecursion.unwrap(model.module)
        inner = getattr(model, "_orig_mod", None)
        return model if inner is None else ByRecursion.unwrap(inner)
