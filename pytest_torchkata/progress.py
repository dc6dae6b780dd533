"""The learner's record: every judged run and every aid taken, in one SQLite file.

Two runs may write at once, and a run may be killed at any moment: each write is one transaction of
SQLite's default rollback journal. Whatever goes wrong is a ``ProgressError``, for the caller to
show as a warning, since a record that cannot be kept is no reason to withhold a verdict.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pytest_torchkata.kata import State
from pytest_torchkata.schedule import Event, due, practised

__all__ = ["Aid", "History", "Interview", "ProgressError", "Run", "Standing", "Store"]

_VERSION = 2
_PATIENCE = 10.0
"""Seconds to wait for another run that is writing."""


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
    kind: Literal["hint", "reveal", "reset"]
    what: str


class Interview(NamedTuple):
    """A mock interview that was taken, and its scorecard."""

    id: int
    at: str
    scorecard: str
    """As JSON."""


class History(NamedTuple):
    """All that is recorded, each in the order of writing."""

    runs: list[Run]
    aids: list[Aid]
    interviews: Sequence[Interview] = ()


_AID_TABLE = """CREATE TABLE aid (
    id INTEGER PRIMARY KEY,
    kata TEXT NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('hint', 'reveal', 'reset')),
    what TEXT NOT NULL
)"""
_SCHEMA = (
    """CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        kata TEXT NOT NULL,
        at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('solved', 'to do', 'failing')),
        passed INTEGER NOT NULL,
        checks INTEGER NOT NULL,
        seed TEXT NOT NULL, -- may have 64 bits, and an INTEGER has a sign
        source TEXT NOT NULL,
        seconds REAL NOT NULL,
        failing TEXT,
        mistake TEXT,
        device TEXT NOT NULL
    )""",
    "CREATE INDEX run_by_kata ON run (kata)",
    _AID_TABLE,
    f"PRAGMA user_version = {_VERSION}",
)
_FROM_VERSION_1 = (
    # SQLite cannot change a CHECK, so the table is made anew; version 1 knew no 'reset'.
    "ALTER TABLE aid RENAME TO aid_1",
    _AID_TABLE,
    "INSERT INTO aid SELECT * FROM aid_1",
    "DROP TABLE aid_1",
    f"PRAGMA user_version = {_VERSION}",
)
_ADD_RUN = """
    INSERT INTO run
        (kata, at, state, passed, checks, seed, source, seconds, failing, mistake, device)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_AID = "INSERT INTO aid (kata, at, kind, what) VALUES (?, ?, ?, ?)"
_RUNS = f"SELECT {', '.join(Run._fields)} FROM run"  # noqa: S608 (our own names)
_AIDS = f"SELECT {', '.join(Aid._fields)} FROM aid"  # noqa: S608
_OF_KATA = " WHERE kata = ?"
# The order of writing, not of the clock: clocks are set back.
_IN_ORDER = " ORDER BY id"

# What SQLite says of a file that is not, or no longer, one of ours; ERROR is a missing table.
_NOT_OURS = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}


class ProgressError(Exception):
    """The record cannot be read or written; the message says why, which file, and what to do."""


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
    """The record in the file at ``path``, opened for each operation anew, so safe across forks."""

    def __init__(self, path: Path | str) -> None:
        # Absolute, because a test may change the working directory.
        self.path = Path(path).absolute()
        self._sound = False

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
        run = (kata_id, _text(at), state, passed, checks, str(seed), source, seconds)
        with self._writing() as connection:
            connection.execute(_ADD_RUN, (*run, failing, mistake, device))

    def hinted(self, kata_id: str, number: int, *, at: datetime | None = None) -> None:
        """Record that a hint was taken."""
        with self._writing() as connection:
            connection.execute(_ADD_AID, (kata_id, _text(at), "hint", str(number)))

    def revealed(
        self, kata_id: str, what: str = "reference and checks", *, at: datetime | None = None
    ) -> None:
        """Record that the solution, or the part of it that ``what`` names, was shown."""
        with self._writing() as connection:
            connection.execute(_ADD_AID, (kata_id, _text(at), "reveal", what))

    def reset(self, kata_id: str, *, at: datetime | None = None) -> None:
        """Record that the stub was put back, to begin anew.

        Of a kata that is to do already that says nothing new, and is not recorded.
        """
        standing = self.standing(kata_id)
        if standing.state == "to do" and not standing.closed:
            return
        with self._writing() as connection:
            connection.execute(_ADD_AID, (kata_id, _text(at), "reset", "stub"))

    # Reading ----------------------------------------------------------------------------------

    def standing(self, kata_id: str) -> Standing:
        """Return how the learner stands with one kata; a kata never met is to do."""
        with self._explaining("read"):
            return _standing(*self._history(kata_id)[:2])

    def standings(self) -> dict[str, Standing]:
        """Return the standing of every kata that is in the record, by id."""
        with self._explaining("read"):
            runs, aids, _ = self._history()
            runs_of, aids_of = defaultdict(list), defaultdict(list)
            for run in runs:
                runs_of[run.kata].append(run)
            for aid in aids:
                aids_of[aid.kata].append(aid)
            return {kata: _standing(runs_of[kata], aids_of[kata]) for kata in runs_of | aids_of}

    def history(self) -> History:
        """Return all that is recorded."""
        with self._explaining("read"):
            return self._history()

    # The file ---------------------------------------------------------------------------------

    def _history(self, kata_id: str | None = None) -> History:
        """Fetch the runs and the aids of one kata or of all, oldest first."""
        if not self.path.exists():
            return History([], [])
        where = _IN_ORDER if kata_id is None else _OF_KATA + _IN_ORDER
        values = () if kata_id is None else (kata_id,)
        # Not mode=ro, which cannot undo what a killed run left half written.
        with closing(self._connect("rw")) as connection:
            # In a transaction, so that all is read as of the same moment.
            connection.execute("BEGIN")
            if self._version(connection) == 0:
                return History([], [])
            runs = [Run._make(row) for row in connection.execute(_RUNS + where, values)]
            aids = [Aid._make(row) for row in connection.execute(_AIDS + where, values)]
        return History(runs, aids)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction on a file that is known to be sound, and commit it at the end.

        An exception or a kill before the end leaves the file as it was.
        """
        with self._explaining("written"):
            self._make_directory()
            with closing(self._connect("rwc")) as connection:
                # IMMEDIATE, since a transaction that starts by reading is refused, rather than
                # made to wait, when it turns to writing beside another.
                connection.execute("BEGIN IMMEDIATE")
                if self._version(connection) == 0:
                    for statement in _SCHEMA:
                        connection.execute(statement)
                self._check(connection)
                if self._version(connection) == 1:
                    for statement in _FROM_VERSION_1:
                        connection.execute(statement)
                yield connection
                connection.execute("COMMIT")

    def _make_directory(self) -> None:
        """Create the file's directory if need be, hidden from git: a record is personal."""
        try:
            self.path.parent.mkdir(parents=True)
        except FileExistsError:
            return
        (self.path.parent / ".gitignore").write_text("*\n")

    def _connect(self, mode: Literal["rw", "rwc"]) -> sqlite3.Connection:
        # A URI, because only there can SQLite be told not to create the file.
        uri = f"{self.path.as_uri()}?mode={mode}"
        # No isolation level: Python opens no transactions behind our back.
        return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the version of the file's schema, 0 for an empty file; refuse a file not ours."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > _VERSION:
            raise ProgressError(
                f"The progress file {self.path} was written by a newer pytest-torchkata (its "
                f"schema is version {version}, this one knows version {_VERSION}). Nothing was "
                "written; update pytest-torchkata to go on with this file."
            )
        if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise ProgressError(self._not_ours("a database of something else"))
        return version

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse to write to a damaged file.

        SQLite notices damage only where it reads, so the first write looks at all of the file.
        """
        if self._sound:
            return
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise ProgressError(self._not_ours(found))
        self._sound = True

    # Failures ---------------------------------------------------------------------------------

    @contextmanager
    def _explaining(self, doing: Literal["read", "written"]) -> Iterator[None]:
        """Turn whatever the file causes into a ``ProgressError``."""
        try:
            yield
        # SQLite keeps no checksums: in a damaged file a time may be no time, or no text.
        except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError) as error:
            raise ProgressError(self._explain(error, doing)) from error

    def _explain(self, error: Exception, doing: Literal["read", "written"]) -> str:
        """Say what failed, which file, and what to do."""
        # The kind of an error is in the lowest byte of its code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        what = getattr(error, "strerror", None) or error
        if code == sqlite3.SQLITE_BUSY:
            return (
                f"The progress file {self.path} could not be {doing}: another run kept it locked "
                f"for more than {_PATIENCE:g} seconds. Try again when that run has ended."
            )
        unreadable = doing == "read" and code == 0 and not isinstance(error, OSError)
        if code in _NOT_OURS or unreadable:
            return self._not_ours(what)
        if doing == "read":
            return (
                f"The progress file {self.path} could not be read ({what}). Check that you may "
                "read and write the file and its directory."
            )
        return (
            f"The progress file {self.path} could not be written ({what}), so this was not "
            "recorded. Check that you may write to the file and its directory, and that the disk "
            "is not full."
        )

    def _not_ours(self, what: object) -> str:
        return (
            f"The progress file {self.path} is damaged, or not a progress file ({what}). It was "
            "left as it is. Restore it from a copy, or move it away to begin a new record."
        )


def _standing(runs: Sequence[Run], aids: Sequence[Aid]) -> Standing:
    """Sum up one kata's runs and aids, both oldest first."""
    events = _merged(runs, aids)
    practice = practised(event for event, _ in events)
    solved_at = next((_time(run.at) for run in runs if run.state == "solved"), None)
    reveals = [_time(aid.at) for aid in aids if aid.kind == "reveal"]
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
        last_at=_time(latest.at),
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
            ((Event(run.state, _time(run.at)), run.source) for run in runs),
            ((Event(aid.kind, _time(aid.at)), "") for aid in aids),
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


def _text(at: datetime | None) -> str:
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
