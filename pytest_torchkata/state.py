"""What an answer can change in a process that goes on to run the next one."""

from __future__ import annotations

import operator
import os
import sys
import threading
import types
import warnings
from pathlib import Path
from typing import Any

__all__ = ["differs", "fingerprint"]

_WATCHED = (
    "builtins", "os", "sys", "time", "math", "random", "numpy", "numpy.random", "torch", "torch.nn",
    "torch.nn.functional", "torch.nn.init", "torch.optim", "torch.autograd", "torch.random",
    "torch.testing", "torch.utils.data", "torch.nn.modules.module", "torch.optim.optimizer",
)  # fmt: skip
_CLASSES = ("torch.Tensor", "torch.nn.Module", "torch.optim.Optimizer", "torch.autograd.Function")


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
            torch.backends.cuda.matmul.allow_tf32,
            torch.backends.cudnn.allow_tf32,
            torch.backends.cudnn.benchmark,
            torch.is_autocast_enabled("cpu"),
            torch.is_autocast_enabled("cuda"),
        ),
        "environment": dict(os.environ),
        "directory": _directory(),
        "path": list(sys.path),
        "recursion": sys.getrecursionlimit(),
        "filters": list(warnings.filters),
        "hooks": (sys.gettrace(), sys.getprofile(), sys.excepthook, sys.stdout, sys.stderr),
        "threads": threading.active_count(),
        "names": {name: _names(sys.modules[name]) for name in _WATCHED if name in sys.modules},
        "classes": {name: _names(_class(name)) for name in _CLASSES},
    }


def _directory() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "(gone)"


def _class(name: str) -> type:
    module, _, attribute = name.rpartition(".")
    found: type = getattr(sys.modules[module], attribute)
    return found


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
    if before.keys() == after.keys() and all(map(operator.is_, before.values(), after.values())):
        return True
    return all(
        before.get(name) is after.get(name)
        for name in before.keys() | after.keys()
        if not isinstance(after.get(name), types.ModuleType) and not name.startswith("__")
    )
