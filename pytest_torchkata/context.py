"""The CUDA context of a process: it is made once, serves many katas, and is given up with what spoils it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Sequence

__all__ = ["is_clean", "is_late", "make", "release", "settings", "wait"]

_LEFT = 64 << 20
"""Bytes that may stay allocated: libraries keep workspaces for themselves."""


def make(device: str) -> None:
    """Make the context, where there is CUDA, so that no check's time has to pay for it.

    The device is the current one from then on: what "cuda" means.
    """
    import torch

    if device.startswith("cuda") and torch.cuda.is_available():
        torch.cuda.set_device(torch.device(device).index or 0)
        torch.zeros(1, device=device)
        torch.cuda.synchronize(device)


def wait() -> None:
    """Wait for all that was launched on any device; raises what went wrong there meanwhile."""
    import torch

    if torch.cuda.is_initialized():
        for index in range(torch.cuda.device_count()):
            # To wait for a device that nobody uses would make a context there.
            if index == torch.cuda.current_device() or torch.cuda.memory_reserved(index):
                torch.cuda.synchronize(index)


def is_late(bases: Sequence[str], message: str) -> bool:
    """Return whether an exception, by its classes and text, tells of what a device met before, and may stay.

    Such is a failed assertion in a kernel, or an address that is none; no memory left is not.
    """
    return "OutOfMemoryError" not in bases and ("AcceleratorError" in bases or "CUDA error:" in message)


def is_clean() -> bool:
    """Return whether another kata can be served: the context lives, and its memory is free again."""
    import torch

    if not torch.cuda.is_initialized():
        return True
    try:
        wait()
        if _allocated() > _LEFT:
            gc.collect()
            with contextlib.suppress(AttributeError):  # private, and not in every build
                torch._C._cuda_clearCublasWorkspaces()
        return _allocated() <= _LEFT
    except Exception:  # an error that stays
        return False


def release() -> None:
    """Give back the memory that the allocator keeps for the next tensors; other processes need some too."""
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def settings() -> dict[str, object]:
    """Return which device and stream are the current ones."""
    import torch

    if not torch.cuda.is_initialized():
        return {}
    try:
        return {
            "device": torch.cuda.current_device(),
            "stream": torch.cuda.current_stream().cuda_stream,
            "capturing": torch.cuda.is_current_stream_capturing(),
            "debugging": torch.cuda.get_sync_debug_mode(),
        }
    except Exception as error:  # of a context that is lost
        return {"error": type(error).__name__}


def _allocated() -> int:
    import torch

    return sum(torch.cuda.memory_allocated(index) for index in range(torch.cuda.device_count()))
