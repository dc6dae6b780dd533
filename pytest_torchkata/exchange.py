"""Taking a record elsewhere: the file that ``torchkata export`` writes and ``torchkata import`` reads."""

from __future__ import annotations

import json
import reprlib
from pathlib import Path
from typing import Any, NoReturn

from pytest_torchkata.database import VERSION, Database, ProgressError
from pytest_torchkata.history import Aid, History, Interview, Row, Run, flaw

__all__ = ["exported", "imported"]

_FORMAT = "torchkata progress"
_SQLITE = b"SQLite format 3\0"


def exported(history: History) -> bytes:
    """Return a history as JSON, with a line for each row."""
    lists = {
        name: [json.dumps(_object(row), ensure_ascii=False) for row in rows]
        for name, rows in history._asdict().items()
    }
    shown = [
        f'  "{name}": [\n    ' + ",\n    ".join(rows) + "\n  ]" if rows else f'  "{name}": []'
        for name, rows in lists.items()
    ]
    head = [f'  "format": "{_FORMAT}"', f'  "version": {VERSION}']
    return ("{\n" + ",\n".join([*head, *shown]) + "\n}\n").encode()


def _object(row: Run | Aid | Interview) -> dict[str, Any]:
    known = row._asdict()
    if isinstance(row, Interview):
        known["scorecard"] = json.loads(row.scorecard)
    return known


def imported(path: Path) -> History:
    """Return the history in a file: what was exported, or a record itself, of any version up to ours.

    Raises ``ProgressError`` if there is something in it that cannot be, and what.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProgressError(f"{path} cannot be read ({error.strerror}). Nothing was imported.") from error
    if content.startswith(_SQLITE):
        database = Database(path)
        database.check()
        return database.read()
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        _refuse(path, f"it is no JSON ({error})")
    names = ["format", "version", *History._fields]
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        _refuse(path, f'it has no "format": "{_FORMAT}"')
    if type(data.get("version")) is int and data["version"] > VERSION:
        raise ProgressError(
            f"{path} was exported by a newer pytest-torchkata (its version is {data['version']}, this one "
            f"knows version {VERSION}). Nothing was imported; update pytest-torchkata to import it."
        )
    if data.get("version") != VERSION:
        _refuse(path, f"its version is {reprlib.repr(data.get('version'))}, expected {VERSION}")
    if sorted(data) != sorted(names):
        _refuse(path, f"it has {', '.join(map(reprlib.repr, data))}, expected {', '.join(names)}")
    history = History(
        _rows(path, data, "runs", Run),
        _rows(path, data, "aids", Aid),
        _rows(path, data, "interviews", Interview),
    )
    if len({each.id for each in history.interviews}) < len(history.interviews):
        _refuse(path, "two of its interviews have the same id")
    return history


def _rows(path: Path, data: dict[str, Any], name: str, kind: type[Row]) -> list[Row]:
    if not isinstance(data[name], list):
        _refuse(path, f"{name} is {reprlib.repr(data[name])}, expected a list")
    rows = []
    for number, each in enumerate(data[name]):
        where = f"{name}[{number}]"
        if not isinstance(each, dict) or sorted(each) != sorted(kind._fields):
            _refuse(path, f"{where} is {reprlib.repr(each)}, expected an object of {', '.join(kind._fields)}")
        if kind is Interview:
            each["scorecard"] = json.dumps(each["scorecard"], ensure_ascii=False)
        row = kind(**each)
        if wrong := flaw(row):
            _refuse(path, f"{where}: {wrong}")
        rows.append(row)
    return rows


def _refuse(path: Path, why: str) -> NoReturn:
    raise ProgressError(
        f"{path} is not what  torchkata export  writes, nor a progress file: {why}. Nothing was imported."
    )
