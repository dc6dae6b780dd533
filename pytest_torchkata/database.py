"""The file of the record: an SQLite database, its versions, and what is done about damage.

Two runs may write at once, and a run may be killed at any moment: each write is one transaction of
SQLite's default rollback journal. Whatever goes wrong is a ``ProgressError``, for the caller to
show as a warning, since a record that cannot be kept is no reason to withhold a verdict.
"""

from __future__ import annotations

import contextlib
import glob
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from pytest_torchkata.files import keep
from pytest_torchkata.history import Aid, History, Interview, Row, Run, all_rows, counted, flaw

__all__ = ["VERSION", "Database", "ProgressError", "add", "replace_all"]

_STEPS = (
    (
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
        """CREATE TABLE aid (
            id INTEGER PRIMARY KEY,
            kata TEXT NOT NULL,
            at TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('hint', 'reveal')),
            what TEXT NOT NULL
        )""",
    ),
    (
        # SQLite cannot change a CHECK, so the table is made anew; version 1 knew no 'reset'.
        "ALTER TABLE aid RENAME TO aid_1",
        """CREATE TABLE aid (
            id INTEGER PRIMARY KEY,
            kata TEXT NOT NULL,
            at TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('hint', 'reveal', 'reset')),
            what TEXT NOT NULL
        )""",
        "INSERT INTO aid SELECT * FROM aid_1",
        "DROP TABLE aid_1",
    ),
    (
        """CREATE TABLE interview (
            id TEXT NOT NULL PRIMARY KEY,
            at TEXT NOT NULL,
            scorecard TEXT NOT NULL
        )""",
    ),
)
"""What leads from each version to the next: from an empty file, which has version 0, to the present one."""
VERSION = len(_STEPS)
_PATIENCE = 10.0
"""Seconds to wait for another run that is writing."""

_TABLES: dict[type, str] = {Run: "run", Aid: "aid", Interview: "interview"}
# The order of writing, not of the clock: clocks are set back.
_IN_ORDER = " ORDER BY rowid"

# What SQLite says of a file that is not, or no longer, one of ours; ERROR is a missing table.
_NOT_OURS = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
# SQLite keeps no checksums: in a damaged file a time may be no time, or no text.
_TROUBLE = (sqlite3.Error, OSError, ValueError, TypeError, OverflowError)
_LEAST_ROW = 32
"""Bytes that a row takes at least: its time alone takes 25."""


class ProgressError(Exception):
    """A record, or an export, cannot be read or written; the message says why, which file, what to do."""


class _DamageError(ProgressError):
    """The file is damaged, or not a progress file."""


def add(connection: sqlite3.Connection, new: Iterable[Run | Aid | Interview]) -> None:
    """Write rows; an interview that is there already stays as it is.

    Raises ``ValueError`` for what would be taken for damage when it is read.
    """
    for row in new:
        if wrong := flaw(row):
            raise ValueError(wrong)
        marks = ", ".join("?" * len(row))
        into = f"{_TABLES[type(row)]} ({', '.join(row._fields)})"
        once = " ON CONFLICT (id) DO NOTHING" if isinstance(row, Interview) else ""
        connection.execute(f"INSERT INTO {into} VALUES ({marks}){once}", row)  # noqa: S608 (our own names)


def replace_all(connection: sqlite3.Connection, history: History) -> None:
    """Write these rows in the place of all that there are."""
    for kind in _TABLES.values():
        connection.execute(f"DELETE FROM {kind}")  # noqa: S608 (our own names)
    add(connection, all_rows(history))


def _selecting(kind: type[Row]) -> str:
    return f"SELECT {', '.join(kind._fields)} FROM {_TABLES[kind]}"  # noqa: S608 (our own names)


def _bring_forward(connection: sqlite3.Connection, version: int) -> None:
    for number, statements in enumerate(_STEPS[version:], start=version + 1):
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")


class Database:
    """The file at ``path``, opened for each operation anew, so safe across forks."""

    def __init__(self, path: Path | str) -> None:
        # Absolute, because a test may change the working directory.
        self.path = Path(path).absolute()
        self._sound = False

    # Reading and writing ----------------------------------------------------------------------

    def read(self, kata_id: str | None = None) -> History:
        """Return all that is recorded, or the runs and the aids of one kata."""
        with self.explaining("read"):
            if not self.path.exists():
                return History([], [], [])
            # Not mode=ro, which cannot undo what a killed run left half written.
            with closing(self._connect("rw")) as connection:
                # In a transaction, so that all is read as of the same moment.
                connection.execute("BEGIN")
                return self.rows(connection, kata_id)

    def rows(self, connection: sqlite3.Connection, kata_id: str | None = None) -> History:
        """As ``read``, in a transaction that is open."""
        version = self._version(connection)
        if version == 0:
            return History([], [], [])
        where = _IN_ORDER if kata_id is None else " WHERE kata = ?" + _IN_ORDER
        values = () if kata_id is None else (kata_id,)
        runs = connection.execute(_selecting(Run) + where, values)
        aids = connection.execute(_selecting(Aid) + where, values)
        interviews: Iterable[tuple[str, str, str]] = ()
        if kata_id is None and version >= 3:
            interviews = connection.execute(_selecting(Interview) + where)
        return History([*map(Run._make, runs)], [*map(Aid._make, aids)], [*map(Interview._make, interviews)])

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction on a file that is known to be sound, and commit it at the end.

        An exception or a kill before the end leaves the file as it was.
        """
        with self.explaining("written"):
            self._make_directory()
            with closing(self._connect("rwc")) as connection:
                # IMMEDIATE, since a transaction that starts by reading is refused, rather than
                # made to wait, when it turns to writing beside another.
                connection.execute("BEGIN IMMEDIATE")
                self._check(connection)
                _bring_forward(connection, self._version(connection))
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
        if version > VERSION:
            raise ProgressError(
                f"The progress file {self.path} was written by a newer pytest-torchkata (its "
                f"schema is version {version}, this one knows version {VERSION}). Nothing was "
                "written; update pytest-torchkata to go on with this file."
            )
        if version < 0 or (version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone()):
            raise self._not_ours("a database of something else")
        return version

    # Damage -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Look at all of the file; raises ``ProgressError`` if it cannot be read, or is damaged."""
        with self.explaining("read"):
            if self.path.exists():
                with closing(self._connect("rw")) as connection:
                    connection.execute("BEGIN")
                    self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse a damaged file.

        SQLite notices damage only where it reads, so this looks at all of the file, once.
        """
        if not self._sound:
            if wrong := self._damage(connection):
                raise self._not_ours(wrong)
            self._sound = True

    def _damage(self, connection: sqlite3.Connection) -> str | None:
        """Say what is wrong with the file; None if nothing is."""
        try:
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
            if found != "ok":
                return found.removeprefix("*** in database main ***\n")
            return next(filter(None, map(flaw, all_rows(self.rows(connection)))), None)
        except _TROUBLE as error:
            if not _is_damage(error):
                raise
            return str(error)

    def rescue(self) -> str:
        """Save what can be read of a damaged file, which is kept beside it under a dated name.

        Returns what is to be told of it, and nothing if nothing was done. That is so too where nothing can
        be saved: then the file is as it was, and whoever reads or writes it next is told why.
        """
        try:
            self.check()
        except _DamageError:
            with contextlib.suppress(ProgressError), self.explaining("written"):
                return self._save()
        except ProgressError:
            pass
        return ""

    def _save(self) -> str:
        # Whoever closes a file gives up all locks that the process has on it, SQLite's as well: so last.
        with self.path.open("rb") as file, closing(self._connect("rw")) as connection:
            # Without this, a file that was cut short is not even opened.
            connection.execute("PRAGMA writable_schema = ON")
            # The lock outlasts the transaction: nobody writes between what is read here and what is written.
            # The file is not replaced by another, which whoever has it open would go on writing past.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            wrong = self._damage(connection)
            if wrong is None:  # somebody else was faster
                return ""
            self._version(connection)
            readable = History(
                self._readable(connection, Run),
                self._readable(connection, Aid),
                self._readable(connection, Interview),
            )
            if not any(readable):
                raise self._not_ours(wrong)
            copy = self._keep(file.read())
            connection.rollback()
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as saved:
                _bring_forward(saved, 0)
                add(saved, all_rows(readable))
                saved.backup(connection)
        return (
            f"The progress file {self.path} was damaged ({wrong}). What could be read of it was saved, and "
            f"you go on with that: {counted(readable)}. The damaged file is kept as {copy}."
        )

    def _readable(self, connection: sqlite3.Connection, kind: type[Row]) -> list[Row]:
        """Return the rows that can be read, in their order, whatever is damaged between them."""
        select = _selecting(kind).replace("SELECT", "SELECT rowid,", 1)
        found: dict[int, Row] = {}

        def look(where: str, *values: int) -> None:
            with contextlib.suppress(sqlite3.Error):
                for number, *row in connection.execute(select + where, values):
                    found[number] = kind._make(row)

        look(" ORDER BY rowid")
        look(" ORDER BY rowid DESC")
        for number in range(self.path.stat().st_size // _LEAST_ROW):
            if number not in found:
                look(" WHERE rowid = ?", number)
        return [row for _, row in sorted(found.items()) if flaw(row) is None]

    def _keep(self, content: bytes) -> Path:
        """Keep a copy beside the file, unless there is one."""
        folder, name = self.path.parent, f"{self.path.name}.damaged-"
        same = (copy for copy in folder.glob(f"{glob.escape(name)}*") if copy.read_bytes() == content)
        return next(same, None) or keep(folder, name, content)

    # Failures ---------------------------------------------------------------------------------

    @contextmanager
    def explaining(self, doing: Literal["read", "written"]) -> Iterator[None]:
        """Turn whatever the file causes into a ``ProgressError``."""
        try:
            yield
        except _TROUBLE as error:
            raise self._explained(error, doing) from error

    def _explained(self, error: Exception, doing: Literal["read", "written"]) -> ProgressError:
        """Say what failed, which file, and what to do."""
        what = getattr(error, "strerror", None) or error
        if _code(error) == sqlite3.SQLITE_BUSY:
            return ProgressError(
                f"The progress file {self.path} could not be {doing}: another run kept it locked "
                f"for more than {_PATIENCE:g} seconds. Try again when that run has ended."
            )
        if _code(error) in _NOT_OURS or (doing == "read" and _is_damage(error)):
            return self._not_ours(what)
        if doing == "read":
            return ProgressError(
                f"The progress file {self.path} could not be read ({what}). Check that you may "
                "read and write the file and its directory."
            )
        return ProgressError(
            f"The progress file {self.path} could not be written ({what}), so this was not "
            "recorded. Check that you may write to the file and its directory, and that the disk "
            "is not full."
        )

    def _not_ours(self, what: object) -> ProgressError:
        return _DamageError(
            f"The progress file {self.path} is damaged, or not a progress file ({what}). It was "
            "left as it is. Restore it from a copy, or move it away to begin a new record."
        )


def _code(error: Exception) -> int:
    # The kind of an error is in the lowest byte of its code.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_damage(error: Exception) -> bool:
    """Return whether an error in reading is due to what is in the file."""
    return _code(error) in _NOT_OURS or (_code(error) == 0 and not isinstance(error, OSError))
