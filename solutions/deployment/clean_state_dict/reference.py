from collections.abc import Mapping

from torch import Tensor, nn

PREFIXES = ("module.", "_orig_mod.")


def clean_state_dict(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    cleaned = dict(state)
    while prefix := _common_prefix(cleaned):
        cleaned = {key.removeprefix(prefix): value for key, value in cleaned.items()}
    return cleaned


def _common_prefix(state: Mapping[str, Tensor]) -> str | None:
    """Return the wrapper's prefix that every key has, if there is one."""
    if not state:
        return None  # all of no keys have every prefix
    return next((p for p in PREFIXES if all(key.startswith(p) for key in state)), None)


def unwrap(model: nn.Module) -> nn.Module:
    while True:
        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            model = model.module
        elif hasattr(model, "_orig_mod"):  # the class of compiled modules has no public name
            model = model._orig_mod
        else:
            return model
