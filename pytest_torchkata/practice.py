"""The stubs that a learner was handed: in a new directory, brought up to date, and put back."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_torchkata import catalogue
from pytest_torchkata.catalogue import Catalogue, installed
from pytest_torchkata.files import keep
from pytest_torchkata.interview import Interview
from pytest_torchkata.kata import Kata
from pytest_torchkata.progress import ProgressError
from pytest_torchkata.project import INSTALLED, Project, ProjectError, around, settings

__all__ = [
    "Changes",
    "ensure_private",
    "handed_out",
    "handed_out_by",
    "init",
    "is_page",
    "reset",
    "statement",
    "update",
    "version",
    "write_new",
]

_PRIVATE = ".torchkata"
"""Where a project keeps what git is not to see."""
_MANIFEST = f"{_PRIVATE}/stubs.json"
_INI = f"""\
[pytest]
testpaths = katas
torchkata_solutions = {INSTALLED}
# A misspelled setting is an error, and so is a pytest that does not know these katas.
addopts = --strict-config
"""


@dataclass(frozen=True)
class _Manifest:
    """What was handed out."""

    version: str = ""
    """The version of the package that it came from."""
    stubs: Mapping[str, str | None] = field(default_factory=dict)
    """The digest of each stub, by kata, and of each page; None where only the learner's is known."""


@dataclass(frozen=True)
class Changes:
    """What an update did, by the ids of katas and the paths of pages."""

    added: Sequence[str]
    replaced: Sequence[str]
    """Untouched stubs that are now as the package has them."""
    differing: Sequence[str]
    """Those that were written in, while the package has another stub."""
    deleted: Sequence[str]
    """Those that the learner has deleted."""
    gone: Sequence[str]
    """Those that the package no longer has."""
    is_guess: bool
    """Whether nothing told what had been handed out."""


def version() -> str:
    """Return the installed package's version, empty where it is used without being installed."""
    from importlib import metadata

    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version("pytest-torchkata")
    return ""


# A new directory ----------------------------------------------------------------------------------


def init(directory: Path) -> int:
    """Make a practice directory from the installed package; return how many katas are in it.

    Raises ``ProjectError``, having changed nothing, if anything there would be overwritten.
    """
    stubs = _installed_stubs()
    manifest = _Manifest(version(), {name: _digest(stub) for name, stub in stubs.items()})
    files = {
        **{f"katas/{_file(name)}": stub for name, stub in stubs.items()},
        f"{_PRIVATE}/.gitignore": b"*\n",
        _MANIFEST: _dumped(manifest),
        "pytest.ini": _INI.encode(),
    }
    _check_is_free(directory.absolute(), files)
    write_new(directory.absolute(), files)
    return sum(not is_page(name) for name in stubs)


def _check_is_free(directory: Path, files: Mapping[str, bytes]) -> None:
    here = around(directory)
    if here.root == directory and here.is_practice:
        raise ProjectError(
            f"{directory} is a practice directory already. To bring new katas into it, type there:  "
            "torchkata update"
        )
    if settings(directory) is not None:
        raise ProjectError(
            f"{directory} has settings for pytest already, which those of a practice directory would hide. "
            "Name a directory that is new or empty."
        )
    there = [name for name in files if os.path.lexists(directory / name)]
    if there:
        more = f" and {len(there) - 1} more of the files" if len(there) > 1 else ""
        raise ProjectError(
            f"{directory} has {there[0]}{more} already, and nothing is overwritten. "
            "Name a directory that is new or empty."
        )


def write_new(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files that do not exist yet, by their paths in a directory: all of them, or none.

    Raises ``ProjectError`` if one cannot be written.
    """
    made: list[Path] = []
    try:
        with _explaining():
            for name, content in files.items():
                path = directory / name
                for parent in reversed(path.parents):
                    if not parent.exists():
                        parent.mkdir()
                        made.append(parent)
                with path.open("xb") as file:
                    made.append(path)
                    file.write(content)
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


# A newer package ----------------------------------------------------------------------------------


def update(project: Project) -> Changes:
    """Bring new katas, and new stubs of those that are untouched, into a practice directory.

    What the learner wrote, deleted or added stays as it is. Raises ``ProjectError`` in another project,
    and if a file cannot be read or written; then what is done already is not done again.
    """
    if project.interview is not None:
        raise ProjectError(f"{project.root} is the workspace of an interview, whose katas stay as they are.")
    if not project.is_practice:
        raise ProjectError(
            f"{project.root} has its own solutions, so it is not a practice directory. "
            "A clone is brought up to date with:  git pull"
        )
    manifest = _manifest(project)
    known = manifest.stubs if manifest else {}
    stubs = _installed_stubs()
    handed: dict[str, str | None] = {}
    added, replaced, differing, deleted, gone = [], [], [], [], []
    for name, stub in stubs.items():
        there, new = _read(_place(project, name)), _digest(stub)
        handed[name] = new
        if there is None and name in known:
            deleted.append(name)
        elif there is None:
            added.append(name)
        elif there != stub and _digest(there) == known.get(name):
            replaced.append(name)
        elif there != stub:
            handed[name] = known.get(name)
            differing += [name] if handed[name] != new else []
    for name in known.keys() - stubs.keys():
        if _place(project, name).exists():
            handed[name] = known[name]
            gone.append(name)
    for name in (*added, *replaced):
        _write(_place(project, name), stubs[name])
    _write_manifest(project, _Manifest(version(), handed))
    return Changes(added, replaced, differing, deleted, sorted(gone), is_guess=manifest is None)


def handed_out_by(project: Project) -> str:
    """Return the version of the package that the stubs came from, empty where that is not known."""
    manifest = _manifest(project)
    return manifest.version if manifest else ""


def is_page(name: str) -> bool:
    """Return whether something that is handed out is a page about katas, and no kata."""
    return name.endswith(".md")


def _installed_stubs() -> dict[str, bytes]:
    """Return the stubs that come with the package, by kata, and the pages about them, by path."""
    folder, _ = installed()
    katas = Catalogue(*installed()).all()
    stubs = {kata.id: stub for kata in katas if (stub := _read(kata.stub)) is not None}
    pages = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("**/*.md")}
    if not stubs:
        raise ProjectError(
            f"This installation of pytest-torchkata has no katas ({installed()[0]} is empty or missing). "
            "Install it again:  pip install --force-reinstall --no-deps pytest-torchkata"
        )
    return stubs | pages


def _file(name: str) -> str:
    return name if is_page(name) else f"{name}.py"


def _place(project: Project, name: str) -> Path:
    return project.catalogue.stubs / _file(name)


def _manifest(project: Project) -> _Manifest | None:
    """Read what was handed out; None where that is not known."""
    try:
        table = json.loads(_read(project.root / _MANIFEST) or b"")
        stubs = {str(name): each if isinstance(each, str) else None for name, each in table["stubs"].items()}
        return _Manifest(str(table["version"]), stubs)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _write_manifest(project: Project, manifest: _Manifest) -> None:
    ensure_private(project.root)
    _write(project.root / _MANIFEST, _dumped(manifest))


def _dumped(manifest: _Manifest) -> bytes:
    stubs = dict(sorted(manifest.stubs.items()))
    return (json.dumps({"version": manifest.version, "stubs": stubs}, indent=1) + "\n").encode()


# Putting a stub back ------------------------------------------------------------------------------


def reset(project: Project, kata: Kata) -> Path | None:
    """Put a stub back as it was handed out; return where what was there is kept.

    None if there was nothing to keep: the stub was untouched, or missing. Raises ``ProjectError`` if no
    untouched stub is known, and ``ProgressError`` if it is put back but cannot be recorded.
    """
    stub, there = handed_out(project, kata), _read(kata.stub)
    kept = None
    if there not in (None, stub):
        assert there is not None
        kept = _keep(project, kata, there)
    if there != stub:
        _write(kata.stub, stub)
    if project.is_practice:
        known = _manifest(project) or _Manifest(version())
        _write_manifest(project, _Manifest(known.version, {**known.stubs, kata.id: _digest(stub)}))
    try:
        project.store.reset(kata.id)
    except ProgressError as error:
        where = f" What was there is kept in {kept}." if kept else ""
        raise ProgressError(f"The stub of {kata.id} is back.{where} But: {error}") from error
    return kept


def _keep(project: Project, kata: Kata, written: bytes) -> Path:
    """Write what the learner wrote to a file of its own, under a dated name."""
    ensure_private(project.root)
    folder = project.root / _PRIVATE / "kept" / kata.topic
    with _explaining():
        folder.mkdir(parents=True, exist_ok=True)
        return keep(folder, f"{kata.name}.", written, ".py")


def handed_out(project: Project, kata: Kata) -> bytes:
    """Return the untouched stub of a kata; raises ``ProjectError`` if none is known."""
    if project.interview is not None:
        return _from_interview(project.interview, kata)
    if not project.is_practice:
        return _from_history(project, kata)
    stub = _read(installed()[0] / f"{kata.id}.py")
    if stub is None:
        raise ProjectError(f"The installed pytest-torchkata has no stub of {kata.id}.")
    return stub


def _from_interview(path: Path, kata: Kata) -> bytes:
    stub = Interview.read(path).handed_out(kata.id)
    if stub is None:
        raise ProjectError(f"{kata.id} is not in this interview.")
    return stub


def statement(project: Project, kata: Kata) -> str:
    """Return what a kata asks for: its untouched stub's docstring, or the present one's."""
    try:
        text = _statement(handed_out(project, kata))
    except ProjectError:
        text = _statement(_read(kata.stub) or b"")
    return text or "Its statement cannot be read."


def _from_history(project: Project, kata: Kata) -> bytes:
    """Return the newest version in git's history that is still a stub.

    A learner may have committed one that is half written: of those with the same statement it is the
    one with the most left to write.
    """
    best, most, statement = None, 0, None
    for source in _versions(project.root, kata.stub):
        left = _left_to_write(kata, source)
        if left and best is not None and _statement(source) != statement:
            break
        if left > most:
            best, most, statement = source, left, _statement(source)
    if best is None:
        raise ProjectError(
            f"No untouched stub of {kata.id} is known: git's history of {project.root} has none. "
            "A stub can be put back once it has been committed."
        )
    return best


def _versions(root: Path, stub: Path) -> Iterator[bytes]:
    """Return what git has of a file, the newest first."""
    path = f"./{Path(os.path.relpath(stub, root)).as_posix()}"
    for revision in _git(root, "log", "--format=%H", "--", path).split():
        # Filtered, so that lines end as in a checkout. A version may be a deletion, which is empty.
        with contextlib.suppress(ProjectError):
            yield _git(root, "cat-file", "--filters", f"{revision.decode()}:{path}")


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise ProjectError(f"Untouched stubs are in git's history, and git cannot be run: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise ProjectError(f"Untouched stubs are in git's history, which cannot be read in {root}: {said}")
    return done.stdout


def _left_to_write(kata: Kata, source: bytes) -> int:
    """Count what is still to be written in a stub; 0 if this is none."""
    known = catalogue.facts(kata)
    if known.kind == "bughunt":
        return int(catalogue.digest(source) == known.stub)
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    return sum(map(_is_unwritten, nodes)) + sum(map(_open_answers, nodes))


def _is_unwritten(node: ast.AST) -> bool:
    """Return whether this is a function that only says that it is not written."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])


def _open_answers(node: ast.AST) -> int:
    """Count the dots in ANSWERS."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or not isinstance(node.value, ast.Dict):
        return 0
    values = (each.value for each in node.value.values if isinstance(each, ast.Constant))
    return sum(value is ... for value in values)


def _statement(source: bytes) -> str | None:
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.get_docstring(ast.parse(source))
    return None


# Files --------------------------------------------------------------------------------------------


def _digest(stub: bytes) -> str:
    return hashlib.sha256(stub).hexdigest()[:16]


def ensure_private(root: Path) -> None:
    """Make the directory that git is not to see."""
    folder = root / _PRIVATE
    with _explaining():
        if not folder.is_dir():
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n")


def _read(path: Path) -> bytes | None:
    """Read a file; None if there is none."""
    with _explaining():
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def _write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever finds half of it."""
    with _explaining():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _explaining() -> Iterator[None]:
    """Turn what the file system says into a ``ProjectError``."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename
        raise ProjectError(f"{where}: {error.strerror or error}. Nothing there was changed.") from error
