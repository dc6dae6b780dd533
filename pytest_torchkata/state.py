"""What an answer can change in a process that goes on to run the next one."""

from __future__ import annotations

import os
import sys
import threading
import types
import warnings
from pathlib import Path
from typing import Any

__all__ = ["fingerprint"]

_WATCHED = (
    "builtins", "os", "sys", "time", "math", "random", "numpy", "numpy.random", "torch", "torch.nn",
    "torch.nn.functional", "torch.nn.init", "torch.optim", "torch.autograd", "torch.random",
    "torch.testing", "torch.utils.data", "torch.nn.modules.module", "torch.optim.optimizer",
)  # fmt: skip
_CLASSES = ("torch.Tensor", "torch.nn.Module", "torch.optim.Optimizer", "torch.autograd.Function")


def fingerprint() -> dict[str, Any]:
    """Describe the process so that two descriptions are equal if nothing was changed in between.

    Modules that were merely imported in between do not count.
    """
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


def _names(owner: types.ModuleType | type) -> dict[str, int]:
    """Return which object each name is bound to; submodules come and go with imports."""
    return {
        name: id(value)
        for name, value in list(vars(owner).items())
        if not isinstance(value, types.ModuleType) and not name.startswith("__")
    }
