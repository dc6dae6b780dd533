"""What this machine has of what judging needs, and what to do about the rest."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from pytest_torchkata import confine, practice
from pytest_torchkata.catalogue import KataError, facts
from pytest_torchkata.progress import ProgressError
from pytest_torchkata.project import Project, ProjectError, find

__all__ = ["Finding", "examine"]

_ROOM = 1 << 30
"""Bytes that one answer may write, and so the least that a temporary directory should have."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    state: Literal["fine", "advice", "broken"]
    what: str
    found: str
    to_do: str = ""
    """What to do, where there is something."""


def examine(start: Path) -> Iterator[Finding]:
    """Look at versions, devices, isolation, the project around ``start``, its record, and the disk."""
    yield Finding("fine", "Python", f"{sys.version.split()[0]} ({sys.executable})")
    yield from _packages()
    yield from _plugins()
    yield from _devices()
    yield from _isolation()
    try:
        project = find(start)
    except ProjectError as error:
        yield Finding("advice", "project", str(error).partition(". ")[0], "torchkata init drills")
    else:
        yield from _project(project)
        yield _record(project)
    yield _disk()


# Versions -----------------------------------------------------------------------------------------


def _packages() -> Iterator[Finding]:
    """Compare what is installed with what the package asks for."""
    from packaging.requirements import Requirement  # of pytest's own

    own = practice.version()
    if not own:
        to_do = "pip install -e .  where the clone is"
        yield Finding("advice", "pytest-torchkata", "is used without being installed", to_do)
        return
    yield Finding("fine", "pytest-torchkata", own)
    for text in metadata.requires("pytest-torchkata") or ():
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        install = f'pip install "{wanted.name}{wanted.specifier}"'
        try:
            there = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield Finding("broken", wanted.name, "is not installed", install)
            continue
        if wanted.specifier.contains(there, prereleases=True):
            yield Finding("fine", wanted.name, there)
        else:
            found = f"{there}, where {wanted.specifier} is needed"
            yield Finding("broken", wanted.name, found, install)


def _plugins() -> Iterator[Finding]:
    """Name the plugins that pytest loads, since any of them can change a run."""
    entries = metadata.entry_points(group="pytest11")
    found = sorted({entry.dist.name for entry in entries if entry.dist})
    others = [name for name in found if name != "pytest-torchkata"]
    yield Finding("fine", "pytest's plugins", ", ".join(others) or "none")


# The machine --------------------------------------------------------------------------------------


def _devices() -> Iterator[Finding]:
    """Ask torch, which is imported in a child."""
    from pytest_torchkata.sandbox import SandboxError, devices_here

    try:
        seen = devices_here()
    except SandboxError as error:
        yield Finding("broken", "torch", f"cannot be used: {error}")
        return
    names = ["cpu", *(f"cuda:{n} ({name})" for n, name in enumerate(seen["cuda"]))]
    names += ["mps"] if seen["mps"] else []
    why = "" if seen["cuda"] else f"; no CUDA: {seen['why']}"
    yield Finding("fine", "devices", ", ".join(names) + why)


def _isolation() -> Iterator[Finding]:
    """Say what holds an answer, and what could hold it better."""
    from pytest_torchkata.sandbox import default_model

    held = confine.level()
    missing = [
        name for name in ("Landlock", "seccomp") if name not in held and sys.platform.startswith("linux")
    ]
    to_do = {
        "Landlock": "a Linux of 5.13 or newer would keep native code from files; see docs/trust.md",
        "seccomp": "install libseccomp (apt install libseccomp2); see docs/trust.md",
    }
    advice = "; ".join(to_do[name] for name in missing)
    yield Finding("advice" if missing else "fine", "isolation", f"{default_model()} ({held})", advice)


# The project --------------------------------------------------------------------------------------


def _project(project: Project) -> Iterator[Finding]:
    katas = project.catalogue.all()
    kind = "a practice directory" if project.is_practice else "with its own solutions"
    yield Finding("fine", "project", f"{project.root}, {kind}, katas: {len(katas)}")
    since = practice.handed_out_by(project)
    if project.is_practice and since and since != practice.version():
        yield Finding("advice", "stubs", f"are those of pytest-torchkata {since}", "torchkata update")
    for kata in katas:
        try:
            facts(kata)
        except KataError as error:
            yield Finding("broken", kata.id, str(error), f"torchkata proof {kata.id}")
    absent = [kata.id for kata in katas if not kata.stub.is_file()]
    if absent:
        to_do = f"torchkata reset {absent[0]}"
        if project.is_practice:
            to_do = f"torchkata update  brings new ones, and  {to_do}  one that was deleted"
        yield Finding("advice", "stubs", f"missing: {len(absent)}, such as {absent[0]}", to_do)


def _record(project: Project) -> Finding:
    path = project.store.path
    try:
        project.store.check()
        met = len(project.store.standings())
    except ProgressError as error:
        to_do = f"torchkata status  saves what can be read, if anything; or move {path} away, or restore it"
        return Finding("broken", "record", str(error), to_do)
    return Finding("fine", "record", f"{path}, katas met: {met}" if path.exists() else f"{path}, not begun")


def _disk() -> Finding:
    """Try the directory where answers work."""
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"torchkata")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding("broken", "temporary directory", f"{folder}: {error}", "set TMPDIR to another one")
    room = f"{folder}, {free / _ROOM:.1f} GiB free"
    if free < _ROOM:
        return Finding("advice", "temporary directory", room, "make room, or set TMPDIR to another one")
    return Finding("fine", "temporary directory", room)
