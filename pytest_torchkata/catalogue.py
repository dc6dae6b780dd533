"""Finds katas and reads what is written about them, without importing torch or any kata's code."""

from __future__ import annotations

import ast
import difflib
import functools
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from pytest_torchkata.kata import KINDS, LEVELS, Facts, Kata

__all__ = [
    "Catalogue",
    "KataError",
    "Mistake",
    "api",
    "closest",
    "digest",
    "facts",
    "installed",
    "mistakes",
    "parse",
]


class KataError(Exception):
    """A kata that does not exist, or whose files are not as they must be; the text is for the user."""


@dataclass(frozen=True)
class Catalogue:
    """The katas below one folder of stubs and one of solutions."""

    stubs: Path
    solutions: Path
    partial: bool = False
    """Whether only those are meant that have a stub here."""

    def at(self, path: Path) -> Kata | None:
        """Return the kata whose stub is ``path``, or None."""
        if path.suffix != ".py" or not path.is_relative_to(self.stubs):
            return None
        name = path.relative_to(self.stubs).with_suffix("")
        solution = self.solutions / name
        if not (solution / "checks.py").is_file():
            return None
        return Kata(name.as_posix(), path, solution)

    def all(self) -> list[Kata]:
        """Return every kata, by topic and then in order of difficulty."""
        found = []
        for path in self.solutions.glob("**/kata.toml"):
            name = path.parent.relative_to(self.solutions)
            stub = (self.stubs / name).with_suffix(".py")
            if self.partial and not stub.is_file():
                continue
            found.append(Kata(name.as_posix(), stub, path.parent))
        return sorted(found, key=_difficulty)

    def find(self, name: str) -> Kata:
        """Return the kata with this id or name, or whose stub is at this path.

        Raises ``KataError``, with the nearest ids, if there is none.
        """
        if here := self.at(Path(name).absolute()):
            return here
        wanted = name.strip("/").removesuffix(".py").removeprefix(f"{self.stubs.name}/")
        known = {kata.id: kata for kata in self.all()}
        by_name = [kata for kata in known.values() if kata.name == wanted]
        if wanted in known:
            return known[wanted]
        if len(by_name) == 1:
            return by_name[0]
        near = [kata.id for kata in by_name] or closest(wanted, known) or _named_like(wanted, known)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise KataError(f"There is no kata {wanted!r}.{hint}")


def installed() -> tuple[Path, Path]:
    """Return the folders of the stubs and of the solutions that come with this package."""
    package = Path(__file__).resolve().parent
    # A wheel carries them inside; where the package is used from a clone they are beside it.
    carried = package / "_catalogue"
    place = carried if carried.is_dir() else package.parent
    return place / "katas", place / "solutions"


def closest(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that ``name`` may be a misspelling of, nearest first."""
    return difflib.get_close_matches(name, list(known), n=2, cutoff=0.6)


def _named_like(wanted: str, known: Mapping[str, Kata]) -> list[str]:
    """Return the ids of katas whose name alone may be meant."""
    names = closest(wanted.rpartition("/")[2], {kata.name for kata in known.values()})
    return [kata.id for kata in known.values() if kata.name in names]


def _difficulty(kata: Kata) -> tuple[str, int, int, str]:
    try:
        known = facts(kata)
    except KataError:  # proof tells its author; a list must not stop at it
        return kata.topic, len(LEVELS), 0, kata.name
    return kata.topic, LEVELS.index(known.level), known.minutes, kata.name


# kata.toml ----------------------------------------------------------------------------------------


def facts(kata: Kata) -> Facts:
    """Read the kata.toml of ``kata``.

    Raises ``KataError`` naming every field that is missing, unknown or of the wrong type.
    """
    path = kata.solution / "kata.toml"
    try:
        return _read_facts(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise KataError(f"{path}: {error}") from error


@functools.cache  # a catalogue is read from end to end, where keeping only the latest keeps none
def _read_facts(path: Path, modified: int) -> Facts:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    problems = [*_field_problems(table), *_choice_problems(table)]
    if problems:
        raise KataError(f"{path}: {'; '.join(problems)}")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Facts(**values)


_FIELDS: dict[str, type | tuple[type, ...]] = {
    "title": str, "kind": str, "level": str, "minutes": int, "hints": list, "tags": list,
    "forbidden": list, "strict": bool, "timeout": (int, float), "stub": str,
}  # fmt: skip
_REQUIRED = ("title", "kind", "level", "minutes", "hints")
assert set(_FIELDS) == {field.name for field in fields(Facts)}


def _field_problems(table: dict[str, Any]) -> Iterable[str]:
    for name in _REQUIRED:
        if name not in table:
            yield f"{name} is missing"
    for name, value in table.items():
        if name not in _FIELDS:
            near = closest(name, _FIELDS)
            yield f"{name} is unknown" + (f", did you mean {near[0]}?" if near else "")
        elif not isinstance(value, _FIELDS[name]) or isinstance(value, bool) != (name == "strict"):
            yield f"{name} cannot be {value!r}"
        elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
            yield f"{name} must be a list of strings"


def _choice_problems(table: dict[str, Any]) -> Iterable[str]:
    for name, choices in (("kind", KINDS), ("level", LEVELS)):
        if name in table and table[name] not in choices:
            yield f"{name} is {table[name]!r}, expected one of {', '.join(choices)}"


# What the solution's code says of itself ----------------------------------------------------------


def api(kata: Kata) -> tuple[str, ...]:
    """Return the names that an answer must define: the reference's public functions, classes and ANSWERS."""
    path = kata.solution / "reference.py"
    return _read_api(path, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.cache
def _read_api(path: Path, modified: int) -> tuple[str, ...]:
    names = (name for node in parse(path).body for name in _defined(node))
    return tuple(name for name in names if not name.startswith("_"))


def parse(path: Path) -> ast.Module:
    """Parse a file of a kata; raises ``KataError``, naming the line, if it is not valid Python."""
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError as error:
        raise KataError(f"{path}:{error.lineno} is not valid Python: {error.msg}") from error


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target]
    elif isinstance(node, ast.Assign):
        targets = node.targets
    else:
        return []
    # A second name for something (validate = evaluate) counts; a constant does not.
    assigned = [target.id for target in targets if isinstance(target, ast.Name)]
    is_alias = isinstance(node.value, ast.Name)
    return [name for name in assigned if is_alias or name == "ANSWERS"]


Shows = Literal["difference", "exception", "stop", "rule"]


@dataclass(frozen=True)
class Mistake:
    """A known-wrong answer, as wrong.py declares it."""

    name: str
    sentence: str
    """For the person who made it: what they probably thought, what happens instead, where to look."""
    check: str
    """The check that must reject it."""
    shows: Shows
    """How the mistake shows."""


def mistakes(kata: Kata) -> tuple[Mistake, ...]:
    """Return the known-wrong answers, in the order of wrong.py, read from its source."""
    path = kata.solution / "wrong.py"
    if not path.is_file():
        return ()
    found = []
    for node in parse(path).body:
        call = _decoration(node, "wrong")
        if call is None:
            continue
        assert isinstance(node, ast.ClassDef)
        words = " ".join((ast.get_docstring(node) or "").split())
        found.append(Mistake(node.name, words, *_wrong_arguments(path, node, call)))
    return tuple(found)


def right_answers(kata: Kata) -> tuple[str, ...]:
    """Return the names of the other right answers in right.py."""
    path = kata.solution / "right.py"
    if not path.is_file():
        return ()
    return tuple(
        node.name
        for node in parse(path).body
        if isinstance(node, ast.ClassDef) and _decoration(node, "right") is not None
    )


def _decoration(node: ast.stmt, name: str) -> ast.expr | None:
    """Return the decorator called ``name`` of a class, called or bare."""
    if not isinstance(node, ast.ClassDef):
        return None
    for decorator in node.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(function, ast.Name) and function.id == name:
            return decorator
    return None


def _wrong_arguments(path: Path, node: ast.ClassDef, call: ast.expr) -> tuple[str, Shows]:
    try:
        assert isinstance(call, ast.Call)
        (check,) = (ast.literal_eval(argument) for argument in call.args)
        assert isinstance(check, str)
        shows = {word.arg: ast.literal_eval(word.value) for word in call.keywords}.get("shows", "difference")
    except (AssertionError, ValueError) as error:
        raise KataError(
            f'{path}:{node.lineno}: write @wrong("check_name"), with literal arguments, above {node.name}'
        ) from error
    if shows not in get_args(Shows):
        *ways, last = get_args(Shows)
        raise KataError(f"{path}:{node.lineno}: shows is {shows!r}, expected {', '.join(ways)} or {last}")
    return check, shows


def digest(source: bytes) -> str:
    """Return a digest of a stub's code, whatever its docstring, comments, layout and Python's version."""
    try:
        tree = ast.parse(source)
        text = repr(_plain(tree.body[1:] if ast.get_docstring(tree) is not None else tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(node: Any) -> Any:
    """Return a tree as nested tuples, without what is empty: newer versions have more such fields."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    full = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
    return (type(node).__name__, *((name, _plain(value)) for name, value in full))
