"""Limits for answers as a user writes them: ``memory=6``, ``cpu=0``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from pytest_torchkata.kata import Limits

__all__ = ["NAMES", "LimitError", "changed", "described"]


class LimitError(ValueError):
    """A limit that cannot be; the text is for the user."""


def _gibibytes(amount: float) -> int:
    return int(amount * 2**30)


_MADE: dict[str, tuple[str, Callable[[float], float]]] = {
    "memory": ("GiB", _gibibytes),
    "cpu": ("seconds of processor time in one check", float),
    "processes": ("processes beside its own", int),
    "disk": ("GiB of files", _gibibytes),
    "files": ("open files", int),
    "output": ("KiB of output that are kept", lambda amount: int(amount * 1024)),
}
NAMES = tuple(_MADE)
_MOST = 1e6
_NO_LIMIT = {"output": 1 << 30}  # what is kept has to end somewhere


def changed(limits: Limits, wishes: Iterable[str]) -> Limits:
    """Return the limits with some of them replaced; 0 is no limit.

    Raises ``LimitError`` if a wish is not ``NAME=NUMBER`` with a name and a number that can be.
    """
    for wish in wishes:
        name, _, text = wish.partition("=")
        if name not in _MADE:
            raise LimitError(f"The limit {wish!r} has no name that is known: {', '.join(NAMES)}")
        unit, make = _MADE[name]
        try:
            amount = float(text)
        except ValueError:
            amount = -1.0
        if not 0 <= amount <= _MOST or (amount and not make(amount)):
            raise LimitError(f"The limit for {name} is {text!r}, expected a number of {unit}, 0 for no limit")
        wished: dict[str, Any] = {name: make(amount) if amount else _NO_LIMIT.get(name)}
        limits = dataclasses.replace(limits, **wished)
    return limits


def described(limits: Limits) -> dict[str, str]:
    """Return what the header says of the limits: that of the memory, and those that were changed."""
    usual = Limits()
    told = {}
    for name, (unit, _) in _MADE.items():
        amount = getattr(limits, name)
        if name == "memory" or amount != getattr(usual, name):
            scale, suffix = {"G": (2**30, " GiB"), "K": (2**10, " KiB")}.get(unit[0], (1, ""))
            told[name] = "unlimited" if amount == _NO_LIMIT.get(name) else f"{amount / scale:g}{suffix}"
    return told
