"""Turns on a CUDA device that several processes share: together, but alone where time is measured."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where nobody waits
    fcntl = None  # type: ignore[assignment]

__all__ = ["turn"]


@contextlib.contextmanager
def turn(device: str, environment: Mapping[str, str], *, alone: bool) -> Iterator[None]:
    """Use a CUDA device as long as the context lasts, with others or ``alone``; wait until that can be.

    ``environment`` is that of the process which uses it: device numbers count what is visible there. The
    others are all processes of the same user that take turns, be it in other runs of pytest.
    """
    if fcntl is None or not device.startswith("cuda"):
        yield
        return
    with _opened(device, environment, "door") as door, _opened(device, environment, "room") as room:
        fcntl.flock(door, fcntl.LOCK_EX)  # whoever waits for the room keeps those who come later outside
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


def _opened(device: str, environment: Mapping[str, str], what: str) -> IO[bytes]:
    known = environment.get("CUDA_VISIBLE_DEVICES") or os.environ.get("CUDA_VISIBLE_DEVICES") or ""
    index = int(device.partition(":")[2] or 0)
    names = [name.strip() for name in known.split(",") if name.strip()]
    name = names[index] if index < len(names) else str(index)
    user = os.getuid() if hasattr(os, "getuid") else ""
    return Path(tempfile.gettempdir(), f"torchkata-{user}-gpu-{name}-{what}.lock").open("ab")
