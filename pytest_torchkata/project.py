"""Where katas, solutions and the record are: as pytest finds them, and without starting pytest."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_torchkata.catalogue import Catalogue, installed
from pytest_torchkata.progress import Store

__all__ = ["INSTALLED", "SETTINGS", "Project", "ProjectError", "find"]

INSTALLED = "installed"
"""The value of torchkata_solutions by which a practice directory takes those that come with us."""
SETTINGS = {
    "torchkata_katas": ("folder of the stubs", "katas"),
    "torchkata_solutions": (
        f"folder of the references and checks; {INSTALLED!r}: those that come with pytest-torchkata",
        "solutions",
    ),
    "torchkata_progress": ("file of the progress record", ".torchkata/progress.sqlite3"),
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

    @classmethod
    def at(cls, root: Path, setting: Callable[[str], str]) -> Project:
        """Return the project with this rootdir and these settings of the ini file."""
        stubs, solutions, record = (setting(name) for name in SETTINGS)
        hidden = installed()[1] if solutions == INSTALLED else root / solutions
        return cls(root, Catalogue(root / stubs, hidden), Store(root / record))

    @property
    def is_practice(self) -> bool:
        """Whether there are stubs here and nothing else: the solutions are the installed ones."""
        return self.catalogue.solutions == installed()[1] != self.root / "solutions"


def find(start: Path) -> Project:
    """Return the project that a directory is in.

    Its root is the nearest directory above with settings for pytest, as for pytest itself. Raises
    ``ProjectError`` if there is none with katas.
    """
    above = (start, *start.parents)
    for root in above:
        settings = _settings(root)
        if settings is not None:
            return _with_katas(root, settings)
    return _with_katas(next((root for root in above if (root / "pyproject.toml").is_file()), start), {})


def _with_katas(root: Path, settings: Mapping[str, Any]) -> Project:
    project = Project.at(root, lambda name: str(settings.get(name, SETTINGS[name][1])))
    if not project.catalogue.solutions.is_dir():
        raise ProjectError(
            f"There are no katas in {root} (no folder {project.catalogue.solutions}). "
            "Make a practice directory:  torchkata init drills"
        )
    return project


# The ini file -------------------------------------------------------------------------------------

_FILES: dict[str, tuple[str, ...]] = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool.pytest", "tool.pytest.ini_options"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}
"""The files that pytest reads, the first first, and the sections of each."""


def _settings(root: Path) -> Mapping[str, Any] | None:
    """Return pytest's settings in a directory; None if it has none."""
    for name, sections in _FILES.items():
        path = root / name
        if not path.is_file():
            continue
        found = _read(path, sections)
        if found is not None:
            return found
        if path.stem in ("pytest", ".pytest"):  # which counts for pytest also where it is empty
            return {}
    return None


def _read(path: Path, sections: tuple[str, ...]) -> Mapping[str, Any] | None:
    import iniconfig  # of pytest's own

    try:
        if path.suffix == ".toml":
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            return next((found for each in sections if (found := _below(table, each)) is not None), None)
        ini = iniconfig.IniConfig(path)
    except (OSError, ValueError, iniconfig.ParseError) as error:
        raise ProjectError(f"{path} cannot be read: {error}") from error
    return next((dict(ini[each].items()) for each in sections if each in ini), None)


def _below(table: Any, dotted: str) -> Mapping[str, Any] | None:
    for key in dotted.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None
