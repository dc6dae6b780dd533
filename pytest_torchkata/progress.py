"""The learner's record: judged runs, aids taken and interviews, and how the learner stands with each kata."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from pytest_torchkata.database import Database, ProgressError, add, replace_all
from pytest_torchkata.history import Aid, History, Interview, Run, card_text, merged, time_of, time_text
from pytest_torchkata.kata import State
from pytest_torchkata.schedule import Event, due, practised

__all__ = ["Aid", "History", "Interview", "ProgressError", "Run", "Standing", "Store"]


@dataclass(frozen=True)
class Standing:
    """How the learner stands with one kata."""

    state: State = "to do"
    """The latest verdict; to do where the stub was put back since."""
    source: str = ""
    """The digest of the stub in the latest run; empty where the stub was put back since."""
    attempts: int = 0
    """Runs with something written, where running the same file again is not another attempt."""
    solved_at: datetime | None = None
    """When it was first solved."""
    last_at: datetime | None = None
    passed: int = 0
    checks: int = 0
    failing: str | None = None
    """The title of the failing check in the latest run."""
    hints: int = 0
    """Different hints taken."""
    revealed: bool = False
    revealed_before_solving: bool = False
    """Revealed when it had never been solved, whether or not it was solved later."""
    kept_seed: int | None = None
    """The seed to run with, so that a failure is met again until it is overcome."""
    due_at: datetime | None = None
    """When it is due for review; None before it was first solved or revealed."""
    closed: bool = False
    """Whether it is solved, or was revealed: another solution is no practice before a reset."""

    def is_due(self, now: datetime | None = None) -> bool:
        """Return whether it is due for review."""
        return self.due_at is not None and self.due_at <= (now or datetime.now(UTC))


class Store:
    """The record in the file at ``path``; what goes wrong with the file is a ``ProgressError``."""

    def __init__(self, path: Path | str) -> None:
        self._database = Database(path)

    @property
    def path(self) -> Path:
        """The file, which may not be there yet."""
        return self._database.path

    # Writing ----------------------------------------------------------------------------------

    def record(
        self,
        kata_id: str,
        *,
        state: State,
        passed: int,
        checks: int,
        seed: int,
        source: str,
        seconds: float,
        failing: str | None,
        mistake: str | None,
        device: str = "cpu",
        at: datetime | None = None,
    ) -> None:
        """Record one judged run of one kata; ``source`` is a digest of the stub's content.

        A run that finds the kata still to do says nothing new and is not recorded, so that running
        everything in a fresh clone writes nothing.
        """
        if state == "to do" and self.standing(kata_id).state == "to do":
            return
        run = (kata_id, time_text(at), state, passed, checks, str(seed), source, seconds)
        self._add(Run(*run, failing, mistake, device))

    def hinted(self, kata_id: str, number: int, *, at: datetime | None = None) -> None:
        """Record that a hint was taken."""
        self._add(Aid(kata_id, time_text(at), "hint", str(number)))

    def revealed(
        self, kata_id: str, what: str = "reference and checks", *, at: datetime | None = None
    ) -> None:
        """Record that the solution, or the part of it that ``what`` names, was shown."""
        self._add(Aid(kata_id, time_text(at), "reveal", what))

    def reset(self, kata_id: str, *, at: datetime | None = None) -> None:
        """Record that the stub was put back, to begin anew.

        Of a kata that is to do already that says nothing new, and is not recorded.
        """
        standing = self.standing(kata_id)
        if standing.state == "to do" and not standing.closed:
            return
        self._add(Aid(kata_id, time_text(at), "reset", "stub"))

    def interviewed(
        self,
        id: str,  # noqa: A002 (as it is named in the record)
        scorecard: Mapping[str, Any],
        *,
        at: datetime | None = None,
    ) -> None:
        """Record an interview; one with an id that is on record already changes nothing.

        Raises ``TypeError`` or ``ValueError`` for a scorecard that JSON cannot hold.
        """
        self._add(Interview(id, time_text(at), card_text(scorecard)))

    def merge(self, theirs: History) -> History:
        """Add what is in the history of another machine and not on record; return what was added."""
        with self._database.writing() as connection:
            both, added = merged(self._database.rows(connection), theirs)
            if any(added):
                # Anew, since the order of writing is what counts.
                replace_all(connection, both)
        return added

    def _add(self, row: Run | Aid | Interview) -> None:
        with self._database.writing() as connection:
            add(connection, [row])

    # Reading ----------------------------------------------------------------------------------

    def standing(self, kata_id: str) -> Standing:
        """Return how the learner stands with one kata; a kata never met is to do."""
        with self._database.explaining("read"):
            known = self._database.read(kata_id)
            return _standing(known.runs, known.aids)

    def standings(self) -> dict[str, Standing]:
        """Return the standing of every kata that is in the record, by id."""
        with self._database.explaining("read"):
            known = self._database.read()
            runs_of, aids_of = defaultdict(list), defaultdict(list)
            for run in known.runs:
                runs_of[run.kata].append(run)
            for aid in known.aids:
                aids_of[aid.kata].append(aid)
            return {kata: _standing(runs_of[kata], aids_of[kata]) for kata in runs_of | aids_of}

    def history(self) -> History:
        """Return all that is recorded."""
        return self._database.read()

    # The file ---------------------------------------------------------------------------------

    def check(self) -> None:
        """Look at all of the file; raises ``ProgressError`` if it cannot be read, or is damaged."""
        self._database.check()

    def rescue(self) -> str:
        """Save what can be read of a damaged file; return what is to be told of that, mostly nothing."""
        return self._database.rescue()


def _standing(runs: Sequence[Run], aids: Sequence[Aid]) -> Standing:
    """Sum up one kata's runs and aids, both oldest first."""
    events = _merged(runs, aids)
    practice = practised(event for event, _ in events)
    solved_at = next((time_of(run.at) for run in runs if run.state == "solved"), None)
    reveals = [time_of(aid.at) for aid in aids if aid.kind == "reveal"]
    standing = Standing(
        hints=len({aid.what for aid in aids if aid.kind == "hint"}),
        revealed=bool(reveals),
        revealed_before_solving=any(solved_at is None or at < solved_at for at in reveals),
        due_at=due(practice.reviews),
        closed=practice.closed,
    )
    if not runs:
        return standing
    latest = runs[-1]
    standing = replace(
        standing,
        attempts=_attempts(events),
        solved_at=solved_at,
        last_at=time_of(latest.at),
        checks=latest.checks,
    )
    if _put_back(events):
        return standing
    return replace(
        standing,
        state=latest.state,
        source=latest.source,
        passed=latest.passed,
        failing=latest.failing,
        kept_seed=int(latest.seed) if latest.state == "failing" else None,
    )


_Events = Sequence[tuple[Event, str]]
"""What happened, and with which source."""


def _merged(runs: Iterable[Run], aids: Iterable[Aid]) -> _Events:
    """Merge by time, each in its own order of writing: a clock that was set back changes neither."""
    return list(
        heapq.merge(
            ((Event(run.state, time_of(run.at)), run.source) for run in runs),
            ((Event(aid.kind, time_of(aid.at)), "") for aid in aids),
            key=lambda event: event[0].at,
        )
    )


def _put_back(events: _Events) -> bool:
    """Return whether the stub was put back since the latest run."""
    happened = (event.what for event, _ in reversed(events))
    return next((what for what in happened if what not in ("hint", "reveal")), None) == "reset"


def _attempts(events: _Events) -> int:
    """Count the runs that tried something else than the run before.

    Going back to the stub and then to the same answer is a new attempt.
    """
    attempts, tried = 0, None
    for event, source in events:
        if event.what == "reset":
            tried = None
        elif event.what in get_args(State) and source != tried:
            tried = None if event.what == "to do" else source
            attempts += tried is not None
    return attempts
