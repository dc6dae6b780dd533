"""What to do now, and why: fix what fails, review what is due, or write what is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from pytest_torchkata.catalogue import KataError, facts
from pytest_torchkata.kata import LEVELS, Kata
from pytest_torchkata.progress import Standing

__all__ = ["Advice", "advise"]

Why = Literal["failing", "due", "to do"]


@dataclass(frozen=True)
class Advice:
    """The kata to turn to."""

    kata: Kata
    why: Why


def advise(
    katas: Sequence[Kata],
    standings: Mapping[str, Standing],
    now: datetime | None = None,
    *,
    in_order: bool = False,
) -> Advice | None:
    """Return what to do now: a kata that fails, else one due for review, else the easiest to do.

    With ``in_order`` it is the first instead of the easiest. None if every kata is solved, and none is due.
    """
    now = now or datetime.now(UTC)
    known = {kata: standings.get(kata.id, Standing()) for kata in katas}
    reasons = {kata: why for kata in katas if (why := _reason(known[kata], now))}
    for why in get_args(Why):
        if candidates := [kata for kata in katas if reasons.get(kata) == why]:
            easiest = min(candidates, key=lambda kata: _ease(kata, known[kata]))
            return Advice(candidates[0] if in_order else easiest, why)
    return None


def _reason(standing: Standing, now: datetime) -> Why | None:
    if standing.state == "failing":
        return "failing"
    if standing.is_due(now):
        return "due"
    return "to do" if standing.state == "to do" else None


def _ease(kata: Kata, standing: Standing) -> tuple[bool, bool, int, int, str]:
    # What was shown is left alone until it is due, and what needs another machine comes last.
    waits = standing.state == "to do" and standing.closed
    try:
        known = facts(kata)
    except KataError:
        return True, waits, len(LEVELS), 0, kata.id
    return known.kind == "gpu", waits, LEVELS.index(known.level), known.minutes, kata.id
