"""Which devices and dtypes the checks run on, and what a check's marks say about that."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["DTYPES", "MARKS", "Devices", "DevicesError", "choose"]

DTYPES = ("float32", "float64", "bfloat16", "float16", "complex64", "complex128")
DEFAULT_DTYPES = ("float32", "float64")

MARKS = (
    "needs_cuda: the check needs a CUDA device; it runs with --gpu or --device cuda",
    "needs_devices(n): the check needs at least n CUDA devices",
    "not_on(device_type, ...): the check does not run on these device types, as in not_on('mps')",
    "dtypes(name, ...): the dtypes that the dtype argument takes, instead of float32 and float64",
    "timed: the check measures time on a CUDA device, which nothing else of ours uses meanwhile",
    "ranks(n): the check runs in n gloo processes at once, each with its own rank",
    "prediction: expected values stay out of the messages",
)


class DevicesError(Exception):
    """The devices asked for are not there; the text is for the user."""


@dataclass(frozen=True)
class Devices:
    """What the command line asked for, and how many CUDA devices there are."""

    names: tuple[str, ...] = ("cpu",)
    cuda: int = 0

    @property
    def has_cuda(self) -> bool:
        return any(name.startswith("cuda") for name in self.names)

    def for_check(self, needs_cuda: bool, excluded: Iterable[str]) -> tuple[str, ...]:
        """Return the devices that a check varies over; none where it cannot run."""
        barred = set(excluded)
        return tuple(
            name
            for name in self.names
            if name.partition(":")[0] not in barred and (not needs_cuda or name.startswith("cuda"))
        )

    def of_worker(self, worker: int | None) -> Devices:
        """Return what xdist worker ``worker`` has; that is one CUDA device, where each gets its own."""
        return dataclasses.replace(self, cuda=1) if self.environment(worker) else self

    def environment(self, worker: int | None) -> Mapping[str, str]:
        """Return what a child of xdist worker ``worker`` needs to see one CUDA device of its own."""
        if worker is None or not self.cuda or self.names[-1] != "cuda":
            return {}
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        known = visible.split(",") if visible else [str(index) for index in range(self.cuda)]
        return {"CUDA_VISIBLE_DEVICES": known[worker % len(known)].strip()}


def choose(gpu: bool, device: str | None, report: Mapping[str, Any] | None) -> Devices:
    """Return the devices for ``--gpu`` and ``--device``.

    ``report`` is what torch says of the machine; it is needed for anything but the CPU.
    Raises ``DevicesError``, naming what torch reports, if a device is not there.
    """
    if device is not None:
        if gpu:
            raise DevicesError(
                "--gpu adds CUDA to the CPU and --device names the only device: give one of them."
            )
        names: tuple[str, ...] = (device,)
    else:
        names = ("cpu", "cuda") if gpu else ("cpu",)
    kind, _, index = names[-1].partition(":")
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", names[-1]):
        raise DevicesError(f"--device {device} is not cpu, cuda, cuda:N or mps.")
    if kind == "cpu":
        return Devices()
    assert report is not None
    cuda = list(report["cuda"])
    missing = (kind == "mps" and not report["mps"]) or (kind == "cuda" and int(index or 0) >= len(cuda))
    if missing:
        raise DevicesError(_missing(names[-1], kind, cuda, report))
    return Devices(names, len(cuda))


def _missing(name: str, kind: str, cuda: list[str], report: Mapping[str, Any]) -> str:
    if kind == "mps":
        found = "its MPS backend is not available"
    elif cuda:
        found = f"it sees {len(cuda)} CUDA device{'s' * (len(cuda) > 1)}: {', '.join(cuda)}"
    else:
        found = f"it sees no CUDA device ({report['why'] or 'device count 0'})"
    return (
        f"There is no {name} here: torch {report['torch']} says that {found}. "
        "Leave out --gpu and --device to run on the CPU."
    )
