"""Where katas, solutions and the record are: as pytest finds them, and without starting pytest."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_torchkata.catalogue import Catalogue, installed
from pytest_torchkata.progress import Store

__all__ = ["FILES", "INSTALLED", "SETTINGS", "Project", "ProjectError", "around", "find", "settings"]

INSTALLED = "installed"
"""The value of torchkata_solutions by which a practice directory takes those that come with us."""
SETTINGS = {
    "torchkata_katas": ("folder of the stubs", "katas"),
    "torchkata_solutions": (
        f"folder of the references and checks; {INSTALLED!r}: those that come with pytest-torchkata",
        "solutions",
    ),
    "torchkata_progress": ("file of the progress record", ".torchkata/progress.sqlite3"),
    "torchkata_interview": ("file of the interview that this is the workspace of", ""),
}
"""The settings of pytest's ini file that say where things are: help and default, by name."""


class ProjectError(Exception):
    """There are no katas here, or the settings cannot be read; the text is for the user."""


@dataclass(frozen=True)
class Project:
    """A clone of the katas, an author's own, or a practice directory."""

    root: Path
    """pytest's rootdir."""
    catalogue: Catalogue
    store: Store
    interview: Path | None = None
    """The file of the interview that this is the workspace of."""

    @classmethod
    def at(cls, root: Path, setting: Callable[[str], str]) -> Project:
        """Return the project with this rootdir and these settings of the ini file."""
        stubs, solutions, record, interview = (setting(name) for name in SETTINGS)
        hidden = installed()[1] if solutions == INSTALLED else root / solutions
        catalogue = Catalogue(root / stubs, hidden, partial=bool(interview))
        return cls(root, catalogue, Store(root / record), root / interview if interview else None)

    @property
    def is_practice(self) -> bool:
        """Whether there are stubs here and nothing else: the solutions are the installed ones."""
        hidden = self.catalogue.solutions
        return self.interview is None and hidden == installed()[1] != self.root / "solutions"


def find(start: Path) -> Project:
    """Return the project that a directory is in; raises ``ProjectError`` if there is none with katas."""
    project = around(start)
    if not project.catalogue.solutions.is_dir():
        raise ProjectError(
            f"There are no katas in {project.root} (no folder {project.catalogue.solutions}). "
            "Make a practice directory:  torchkata init drills"
        )
    return project


def around(start: Path) -> Project:
    """Return the project that a directory is or would be in, whether or not it has katas.

    Its root is the nearest directory above with settings for pytest, as for pytest itself. Raises
    ``ProjectError`` if they cannot be read.
    """
    above = (start, *start.parents)
    for root in above:
        found = settings(root)
        if found is not None:
            return _with(root, found)
    # Without settings, what marks a project of Python's counts, however far above.
    marked = (root for mark in ("pyproject.toml", "setup.py") for root in above if (root / mark).is_file())
    return _with(next(marked, start), {})


def _with(root: Path, known: Mapping[str, object]) -> Project:
    def setting(name: str) -> str:
        value = known.get(name, SETTINGS[name][1])
        if not isinstance(value, str):
            raise ProjectError(f"{name} is {value!r} in the settings of pytest in {root}, expected a path.")
        return value

    return Project.at(root, setting)


# The ini file -------------------------------------------------------------------------------------

FILES = (
    "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg",
)  # fmt: skip
"""The files that pytest reads, of which the first that has settings counts."""


def settings(root: Path) -> Mapping[str, object] | None:
    """Return pytest's settings in a directory; None if it has none."""
    for name in FILES:
        path = root / name
        if path.is_file() and (found := _read(path)) is not None:
            return found
    return None


def _read(path: Path) -> Mapping[str, object] | None:
    """Return the settings in a file; None if it has no section for them, and so does not count."""
    sections = _sections(path)
    if path.name == "pyproject.toml":
        own = dict(_below(sections, "tool", "pytest") or {})
        older = own.pop("ini_options", None)
        return own or (older if isinstance(older, dict) else None)
    found = _below(sections, "tool:pytest" if path.name == "setup.cfg" else "pytest")
    if found is None and path.stem in ("pytest", ".pytest"):  # which count even where they are empty
        return {}
    return found


def _sections(path: Path) -> Mapping[str, Any]:
    import iniconfig  # of pytest's own

    try:
        if path.suffix == ".toml":
            return tomllib.loads(path.read_text(encoding="utf-8"))
        return {section.name: dict(section.items()) for section in iniconfig.IniConfig(path)}
    except (OSError, ValueError, iniconfig.ParseError) as error:
        raise ProjectError(f"{path} cannot be read: {error}") from error


def _below(table: object, *keys: str) -> Mapping[str, object] | None:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None
