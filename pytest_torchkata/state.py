"""What an answer can change in a process that goes on to run the next one."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["differs", "fingerprint"]

_WATCHED = (
    "builtins", "os", "sys", "time", "math", "random", "numpy", "numpy.random", "torch", "torch.nn",
    "torch.nn.functional", "torch.nn.init", "torch.optim", "torch.autograd", "torch.random",
    "torch.testing", "torch.utils.data", "torch.nn.modules.module", "torch.optim.optimizer",
)  # fmt: skip


def fingerprint() -> dict[str, Any]:
    """Describe what an answer can change and the next one would notice."""
    import torch

    return {
        "settings": (
            torch.get_default_dtype(),
            str(torch.get_default_device()),
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_anomaly_enabled(),
            torch._C._len_torch_function_stack(),
            torch._C._len_torch_dispatch_stack(),
            torch.backends.cuda.matmul.allow_tf32,
            torch.backends.cudnn.allow_tf32,
            torch.backends.cudnn.benchmark,
            torch.is_autocast_enabled("cpu"),
            torch.is_autocast_enabled("cuda"),
            sys.float_info.min / 2 == 0,  # denormal numbers count as zero
        ),
        "environment": dict(os.environ),
        "directory": _directory(),
        "path": list(sys.path),
        "recursion": sys.getrecursionlimit(),
        "filters": list(warnings.filters),
        "collecting": gc.isenabled(),
        "hooks": (sys.gettrace(), sys.getprofile(), sys.excepthook, _module_hooks()),
        "streams": [(stream, getattr(stream, "closed", True)) for stream in (sys.stdout, sys.stderr)],
        "threads": threading.active_count(),
        "names": {name: _names(sys.modules[name]) for name in _WATCHED if name in sys.modules},
        "classes": {kind: _names(kind) for kind in _classes()},
    }


def _directory() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "(gone)"


def _module_hooks() -> list[int]:
    """Return how many hooks there are of each kind that holds for all modules of torch.nn."""
    names = vars(sys.modules["torch.nn.modules.module"])
    return [len(hooks) for name, hooks in names.items() if name.startswith("_global") and hooks]


def _classes() -> Iterator[type]:
    import torch

    # Not each optimizer: torch itself changes its step when one is made for the first time.
    yield from (torch.Tensor, torch.autograd.Function, torch.optim.Optimizer)
    yield from (each for each in list(vars(torch.nn).values()) if isinstance(each, type))


def _names(owner: types.ModuleType | type) -> dict[str, Any]:
    return dict(vars(owner))


def differs(before: dict[str, Any]) -> bool:
    """Return whether the process is another than when it was described.

    Modules that were merely imported in between do not count.
    """
    after = fingerprint()
    if any(before[key] != after[key] for key in before if key not in ("names", "classes")):
        return True
    return any(
        not _same_names(names, after[kind].get(owner, names))
        for kind in ("names", "classes")
        for owner, names in before[kind].items()
    )


def _same_names(before: dict[str, Any], after: dict[str, Any]) -> bool:
    with contextlib.suppress(Exception):  # what an answer has put there may not like to be compared
        if before == after:  # this is fast: identity is tried first
            return True
    return all(
        before.get(name) is after.get(name)
        for name in before.keys() | after.keys()
        if not isinstance(after.get(name), types.ModuleType) and not name.startswith("__")
    )
