"""What time an interview's clock shows: the one place that asks the system.

The calendar can be set, and a monotonic clock begins anew with each boot, so a reading has both.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

__all__ = ["Reading", "between", "read", "same_boot"]

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# CLOCK_BOOTTIME counts while the machine sleeps; where there is none, CLOCK_MONOTONIC does (macOS).
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


class Reading(NamedTuple):
    """What the system's clocks said at one moment."""

    boot: str
    """Which boot of the machine this was; empty where the system does not tell."""
    uptime: float
    """Seconds, sleep included, that nobody can set."""
    calendar: float
    """Seconds since 1970, UTC, as the system's clock was set."""


def read() -> Reading:
    """Read the clocks."""
    try:
        boot = _BOOT_ID.read_text().strip()
    except OSError:
        boot = ""
    uptime = time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
    return Reading(boot, uptime, time.time())


def between(earlier: Reading, later: Reading) -> float:
    """Return the seconds from one reading to a later one.

    Over a reboot only the calendar knows; it never counts backwards.
    """
    if same_boot(earlier, later):
        return later.uptime - earlier.uptime
    return max(0.0, later.calendar - earlier.calendar)


def same_boot(earlier: Reading, later: Reading) -> bool:
    """Return whether the machine was not started anew in between."""
    return earlier.boot == later.boot and earlier.uptime <= later.uptime
