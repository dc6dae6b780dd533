"""What an answer can change in a process that goes on to run the next one."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pytest_torchkata import context

__all__ = ["Changes", "be_exact", "changes", "fingerprint", "settle"]

_WATCHED = (
    "builtins", "json", "json.encoder", "linecache", "math", "os", "random", "struct", "sys", "time",
    "traceback", "numpy", "numpy.random", "torch", "torch.autograd", "torch.autograd.graph",
    "torch.distributed", "torch.linalg", "torch.nn", "torch.nn.functional", "torch.nn.init",
    "torch.nn.modules.module", "torch.optim", "torch.optim.optimizer", "torch.overrides", "torch.random",
    "torch.testing", "torch.utils._python_dispatch", "torch.utils.data", "pytest_torchkata.checks",
    "pytest_torchkata.observe", "pytest_torchkata.rules", "pytest_torchkata.state",
    "pytest_torchkata.transport",
)  # fmt: skip


_PRECISION: dict[str, Callable[[], object]] = {
    "torch.backends.cuda.matmul.allow_tf32": lambda: _torch().backends.cuda.matmul.allow_tf32,
    "torch.backends.cudnn.allow_tf32": lambda: _torch().backends.cudnn.allow_tf32,
    "torch.set_float32_matmul_precision": lambda: _torch().get_float32_matmul_precision(),
    "torch.backends.cuda.matmul.fp32_precision": lambda: _torch().backends.cuda.matmul.fp32_precision,
    "torch.backends.cudnn.conv.fp32_precision": lambda: _torch().backends.cudnn.conv.fp32_precision,
    "torch.backends.fp32_precision": lambda: _torch().backends.fp32_precision,
}
"""What says how float32 numbers are multiplied. Older versions have not all of it; and once the newer
settings were used, the older ones can no longer be read."""


def _torch() -> Any:
    import torch

    return torch


def _said(read: Callable[[], object]) -> str:
    try:
        return str(read())
    except Exception as error:
        return type(error).__name__


def be_exact() -> None:
    """Have float32 multiplied in float32, and every run sum in the same order where torch can choose.

    TF32 has ten bits, and a comparison at float32's precision must not meet them.
    """
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True


def settle() -> None:
    """Do what torch does once in a process, so that it is no change that an answer has made.

    The first loader that has workers sets a handler for their end.
    """
    from torch.utils.data._utils import signal_handling

    signal_handling._set_SIGCHLD_handler()


_TIMERS = (
    [signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF] if hasattr(signal, "getitimer") else []
)
"""The clocks at whose end a signal comes, perhaps to the next who works in this process."""


_RESET = {"torch.Storage", "torch.manual_seed", "sys.excepthook", "builtins._"}
"""Names that torch (with another default dtype, in a process group) and Python themselves bind anew."""


def fingerprint(*more: str) -> dict[str, Any]:
    """Describe what an answer can change and the next one would notice.

    ``more`` are the names of modules that stay the same for as long as the process serves one kata only.
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
            torch.is_anomaly_enabled(),
            torch._C._len_torch_function_stack(),
            torch._C._len_torch_dispatch_stack(),
            torch.backends.cudnn.benchmark,
            torch.backends.cudnn.deterministic,
            torch.is_autocast_enabled("cpu"),
            torch.is_autocast_enabled("cuda"),
            sys.float_info.min / 2 == 0,  # denormal numbers count as zero
            context.settings(),
        ),
        "precision": {name: _said(read) for name, read in _PRECISION.items()},
        "environment": dict(os.environ),
        "directory": _directory(),
        "path": list(sys.path),
        "recursion": sys.getrecursionlimit(),
        "filters": list(warnings.filters),
        "collecting": gc.isenabled(),
        "hooks": (sys.gettrace(), sys.getprofile(), sys.excepthook, _module_hooks()),
        "streams": [(stream, getattr(stream, "closed", True)) for stream in (sys.stdout, sys.stderr)],
        "threads": threading.active_count(),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "timers": [signal.getitimer(kind)[0] > 0 for kind in _TIMERS],
        "names": {name: _names(sys.modules[name]) for name in (*_WATCHED, *more) if name in sys.modules},
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


class Changes(NamedTuple):
    """What a run has left behind in its process."""

    spoiled: bool
    """Whether the process is another than before."""
    replaced: list[str]
    """The functions of others that were replaced."""
    precision: list[str]
    """The settings by which float32 is no longer multiplied as before."""


def changes(before: dict[str, Any]) -> Changes:
    """Compare the process with what it was when it was described.

    Modules that were merely imported in between do not count.
    """
    after = fingerprint(*before["names"])
    spoiled = any(before[key] != after[key] for key in before if key not in ("names", "classes"))
    replaced: list[str] = []
    for kind in ("names", "classes"):
        for owner, names in before[kind].items():
            now = after[kind].get(owner, names)
            if not _same_names(names, now):
                spoiled = True
                replaced += _replaced(owner, names, now)
    precision = [name for name, said in before["precision"].items() if after["precision"][name] != said]
    return Changes(spoiled, replaced, precision)


def _replaced(owner: str | type, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the names of what can be called and was put in the place of another."""
    known, prefix = before, owner
    if isinstance(owner, type):
        inherited = {name: thing for base in owner.__mro__[:0:-1] for name, thing in vars(base).items()}
        known, prefix = {**inherited, **before}, f"{owner.__module__}.{owner.__name__}"
    return [
        f"{prefix}.{name}"
        for name, thing in known.items()
        if callable(thing) and after.get(name, thing) is not thing and f"{prefix}.{name}" not in _RESET
    ]


def _same_names(before: dict[str, Any], after: dict[str, Any]) -> bool:
    with contextlib.suppress(Exception):  # what an answer has put there may not like to be compared
        if before == after:  # this is fast: identity is tried first
            return True
    return all(
        before.get(name) is after.get(name)
        for name in before.keys() | after.keys()
        if not isinstance(after.get(name), types.ModuleType) and not name.startswith("__")
    )
