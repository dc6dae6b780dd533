"""What the processes of a running answer take, seen from outside."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import psutil

from pytest_torchkata.kata import Job

__all__ = ["Meter"]

_OURS = 4
"""Processes of ours under one child: its guard, itself, and two workers."""
_EMPTY = 256 << 20
"""Bytes that these take before there is an answer."""


class Meter:
    """Compares what the processes below one of ours take with the limits of a job."""

    def __init__(self, pid: int, home: Path, job: Job) -> None:
        self._home = home
        self._limits = job.limits
        self._cpu = None
        if job.limits.cpu is not None and job.seconds is not None:
            self._cpu = max(job.limits.cpu, 2 * job.seconds)
        self._root: Any = None
        with contextlib.suppress(psutil.Error):
            self._root = psutil.Process(pid)
        self._spent = self._seconds(self._processes())

    def passed(self) -> str | None:
        """Say which limit is passed, with the figures; None while there is none."""
        limits = self._limits
        processes = self._processes()
        if limits.processes is not None and len(processes) > limits.processes + _OURS:
            return f"more than {limits.processes} processes"
        spent = self._seconds(processes) - self._spent
        if self._cpu is not None and spent > self._cpu:
            return f"more than {self._cpu:g} s of processor time"
        several = len(processes) > _OURS  # one alone is limited by the kernel
        if several and limits.memory is not None and _memory(processes) - _EMPTY > limits.memory:
            return f"more than {limits.memory / 2**30:g} GiB of memory in {len(processes)} processes"
        if limits.disk is not None and self._written(limits.disk) > limits.disk:
            return f"more than {limits.disk / 2**30:g} GiB of files"
        return None

    def _processes(self) -> list[Any]:
        with contextlib.suppress(psutil.Error, AttributeError):
            return [self._root, *self._root.children(recursive=True)]
        return []

    def _seconds(self, processes: list[Any]) -> float:
        spent = 0.0
        for process in processes:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system
                spent += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return spent

    def _written(self, enough: int) -> int:
        """Return the bytes on disk below the home, or some more than enough."""
        total = 0
        for folder, _, names in os.walk(self._home):
            for name in names:
                with contextlib.suppress(OSError):
                    state = os.lstat(os.path.join(folder, name))  # noqa: PTH118
                    total += getattr(state, "st_blocks", 0) * 512 or state.st_size
            if total > enough:
                break
        return total


def _memory(processes: list[Any]) -> int:
    """Return the bytes of processes, with those they share counted once."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            info = process.memory_full_info()
            total += getattr(info, "pss", info.uss)
    return total
