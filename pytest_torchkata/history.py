"""What is recorded: the kinds of rows, what can be in them, and two machines' rows as one history."""

from __future__ import annotations

import heapq
import json
import re
import reprlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from pytest_torchkata.kata import State

__all__ = [
    "Aid",
    "History",
    "Interview",
    "Run",
    "all_rows",
    "card_text",
    "counted",
    "flaw",
    "merged",
    "time_of",
    "time_text",
]

AidKind = Literal["hint", "reveal", "reset"]


class Run(NamedTuple):
    """One judged run of one kata, as it is recorded."""

    kata: str
    at: str
    """In ISO format, in UTC."""
    state: State
    passed: int
    checks: int
    seed: str
    source: str
    """A digest of the stub's content."""
    seconds: float
    failing: str | None
    """The title of the failing check."""
    mistake: str | None
    """The name of the known-wrong answer that was recognised."""
    device: str


class Aid(NamedTuple):
    """Help that was taken with one kata, or its new beginning."""

    kata: str
    at: str
    kind: AidKind
    what: str


class Interview(NamedTuple):
    """A mock interview that was finished."""

    id: str
    at: str
    scorecard: str
    """JSON text of an object, of which nothing more is known here."""


class History(NamedTuple):
    """All that is recorded, each in the order of writing."""

    runs: list[Run]
    aids: list[Aid]
    interviews: list[Interview]


Row = TypeVar("Row", Run, Aid, Interview)


def all_rows(history: History) -> Iterator[Run | Aid | Interview]:
    """Return every row, kind after kind."""
    yield from history.runs
    yield from history.aids
    yield from history.interviews


def counted(history: History) -> str:
    """Say how much there is, such as ``12 runs, 0 aids and 1 interview``."""
    runs, aids, interviews = (
        f"{len(each)} {name[:-1] if len(each) == 1 else name}" for name, each in history._asdict().items()
    )
    return f"{runs}, {aids} and {interviews}"


# Values -------------------------------------------------------------------------------------------


def time_text(at: datetime | None) -> str:
    """Return a time as it is recorded; now if none is given."""
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat()


def time_of(text: str) -> datetime:
    """Return the time that was recorded; raises ``ValueError`` if it is none."""
    return datetime.fromisoformat(text)


def card_text(scorecard: Mapping[str, Any]) -> str:
    """Return a scorecard as it is recorded; raises ``TypeError`` or ``ValueError`` if JSON cannot hold it."""
    return json.dumps(dict(scorecard), ensure_ascii=False, allow_nan=False)


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or "\0" in value:  # what was not written to the disk any more is zeros
        return False
    return value.isascii() or not re.search("[\ud800-\udfff]", value)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < 2**63  # type: ignore[operator]


def _is_time(value: object) -> bool:
    try:
        at = time_of(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return False
    # A clock that was lost begins with 1970. Far from it, dates of reviews would have no end.
    return at.utcoffset() == timedelta(0) and 1970 <= at.year < 3000


def _is_scorecard(value: object) -> bool:
    try:
        known = json.loads(value)  # type: ignore[arg-type]
        return isinstance(known, dict) and _is_text(card_text(known))
    except (ValueError, TypeError, RecursionError):
        return False


_TEXT = ("a text", _is_text)
_TEXT_OR_NONE = ("a text or null", lambda value: value is None or _is_text(value))
_COUNT = ("a whole number, not negative", lambda value: type(value) is int and _is_number(value))
_FIELDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "kata": _TEXT,
    "at": ("a time in UTC from 1970 to 2999, such as 2026-11-21T13:05:00+00:00", _is_time),
    "state": (f"one of {', '.join(get_args(State))}", lambda value: value in get_args(State)),
    "passed": _COUNT,
    "checks": _COUNT,
    "seed": (
        "the digits of a whole number, as a text",
        lambda value: isinstance(value, str) and bool(re.fullmatch("-?[0-9]{1,4000}", value)),
    ),
    "source": _TEXT,
    "seconds": ("a number, not negative", _is_number),
    "failing": _TEXT_OR_NONE,
    "mistake": _TEXT_OR_NONE,
    "device": _TEXT,
    "kind": (f"one of {', '.join(get_args(AidKind))}", lambda value: value in get_args(AidKind)),
    "what": _TEXT,
    "id": _TEXT,
    "scorecard": ("an object of JSON", _is_scorecard),
}
"""What a field of a row holds: in words, and as a test."""


def flaw(row: Run | Aid | Interview) -> str | None:
    """Say what is in a row that cannot be there; None if nothing is."""
    for name, value in zip(row._fields, row, strict=True):
        expected, holds = _FIELDS[name]
        if not holds(value):
            return f"{name} is {reprlib.repr(value)}, expected {expected}"
    return None


# Two machines -------------------------------------------------------------------------------------


def merged(ours: History, theirs: History) -> tuple[History, History]:
    """Return two histories as one, and what the first did not have.

    Rows are the same event if they are equal, interviews if their ids are. Either order of writing is
    kept, whatever the clocks said, and both are merged by time.
    """
    runs, more_runs = _merged(ours.runs, theirs.runs)
    aids, more_aids = _merged(ours.aids, theirs.aids)
    interviews, more_interviews = _merged(ours.interviews, theirs.interviews, lambda each: each.id)
    return History(runs, aids, interviews), History(more_runs, more_aids, more_interviews)


def _merged(
    ours: list[Row], theirs: list[Row], identity: Callable[[Row], Hashable] = lambda row: row
) -> tuple[list[Row], list[Row]]:
    here = Counter(map(identity, ours))
    added = []
    for at, row in _dated(theirs):
        if here[identity(row)]:
            here[identity(row)] -= 1  # as often as it is there, so that what is merged again stays the same
        else:
            added.append((at, row))
    both = heapq.merge(_dated(ours), added, key=lambda each: each[0])
    return [row for _, row in both], [row for _, row in added]


def _dated(dated: list[Row]) -> Iterator[tuple[datetime, Row]]:
    """Give each row the latest time up to it, so that a clock that was set back puts none before another."""
    return zip(accumulate((time_of(row.at) for row in dated), max), dated, strict=True)
