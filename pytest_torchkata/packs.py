"""Interviews that are held elsewhere: a pack goes out with stubs and no checks, and comes back to be graded.

Nothing that a submission says of itself is believed but which pack it is an answer to: what was asked is in a
record on the interviewer's side. A submission is never unpacked. Of what is in it only the files that were
asked for are read, so much of each and no more.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import json
import os
import secrets
import stat
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from pytest_torchkata import practice
from pytest_torchkata.catalogue import KataError, facts
from pytest_torchkata.kata import Kata
from pytest_torchkata.project import Project, ProjectError

if TYPE_CHECKING:
    from pytest_torchkata.grading import KataResult

__all__ = ["Graded", "Pack", "Submission", "SubmissionError", "grade", "pack", "packed", "read"]

FORMAT = 1
LARGEST = 1 << 20
"""Bytes of a file that is read."""
_ARCHIVE = 16 << 20
"""Bytes of a zip: more than enough, and what it says of its files still fits into memory."""
_ENTRIES = 20_000
"""Entries of a directory that are looked at."""
_OF_MACOS = "__MACOSX"
"""A folder that macOS adds to every zip."""
_CLAIM = "interview.json"
_RECORDS = ".torchkata/packs"


class SubmissionError(Exception):
    """A submission that cannot be read; the text is for whoever grades it."""


@dataclass(frozen=True)
class Pack:
    """What was asked."""

    id: str
    title: str
    minutes: int
    seed: int
    """From which the inputs are drawn that all its submissions are judged on."""
    katas: tuple[str, ...]
    version: str = ""
    """The version of pytest-torchkata that it was made with."""
    format: int = FORMAT


@dataclass(frozen=True)
class Submission:
    """What came back, as far as it has been looked at."""

    path: Path
    claim: str | None = None
    """The id of the pack that it says it answers."""

    def answers(self, katas: Sequence[str]) -> dict[str, bytes | None]:
        """Return the answers to these katas; None where there is no file.

        Raises ``SubmissionError`` if none of them is there, or one cannot be read.
        """
        if self.path.suffix == ".py" and self.path.is_file():
            return self._single(katas)
        with _files(self.path) as files:
            wanted = {kata_id: PurePosixPath("katas", f"{kata_id}.py") for kata_id in katas}
            folder = files.folder_of(wanted.values())
            if folder is None:
                raise SubmissionError(f"It has none of the files of its pack, such as {wanted[katas[0]]}.")
            return {kata_id: files.read(folder / path) for kata_id, path in wanted.items()}

    def _single(self, katas: Sequence[str]) -> dict[str, bytes | None]:
        if len(katas) > 1:
            raise SubmissionError(
                f"It is one file, and the pack has {len(katas)} katas: a directory or a zip is expected."
            )
        with _explaining(), self.path.open("rb") as file:
            return {katas[0]: _bounded(file, self.path.name)}


@dataclass(frozen=True)
class Graded:
    """A submission, and what came of its answers."""

    name: str
    """The name of its file, or as much of the path as tells it from the others."""
    path: Path
    trouble: str = ""
    """Why it could not be read; empty where it could."""
    katas: Mapping[str, KataResult] = field(default_factory=dict)
    """By id, in the order of the pack; empty where it could not be read."""


# Going out ----------------------------------------------------------------------------------------

_INI = """\
[pytest]
# Plain pytest: the examples in the docstrings are what is run.
addopts = --doctest-modules --import-mode=importlib --continue-on-collection-errors
    -p no:pytest_torchkata.plugin
doctest_optionflags = NORMALIZE_WHITESPACE ELLIPSIS
"""
_CONFTEST = '''\
"""Lets the examples in the docstrings say torch, whatever a file imports."""

import pytest
import torch


@pytest.fixture(autouse=True)
def names(doctest_namespace):
    doctest_namespace["torch"] = torch
'''
_PREDICTIONS = '''\
"""Says which predictions are left to be made; whether they are right is judged later."""

from pathlib import Path
from runpy import run_path

import pytest


@pytest.mark.parametrize("file", {files})
def test_every_prediction_is_made(file):
    answers = run_path(str(Path(__file__).parent / file))["ANSWERS"]
    left = [name for name, answer in answers.items() if answer is ...]
    assert not left, f"left to predict: {{', '.join(left)}}"
'''
_README = """\
# {title}

You have {minutes} minutes for {count}:

{table}

Write your answers into these files. What is asked for stands at the top of each; keep the names and the
signatures that are there.

## How to run

On Python 3.11 or newer:

    pip install {packages}
    pytest

This runs the examples in the docstrings. Afterwards your code is judged by further checks, of all that the
statements ask for.{predictions}

## How to hand in

Send back this directory, or a zip of it. Only the files listed above count, at the places where they are;
leave `{claim}` as it is.
"""
_PREDICTED = """ Where you are asked to predict, replace each `...` by what you expect without
running the snippet; pytest says which are left, and nothing more."""
_DISTRIBUTIONS = {"PIL": "pillow"}
"""How the packages are called that are not called as they are imported."""


def pack(
    project: Project,
    kata_ids: Sequence[str],
    place: Path,
    *,
    minutes: int,
    seed: int,
    title: str = "PyTorch interview",
) -> Pack:
    """Write what a candidate gets into a new directory, or a zip, and a record of it into the project.

    Raises ``KataError`` if there is no such kata, and ``ProjectError``, having written nothing, if something
    is in the way or a stub that is untouched is not known.
    """
    katas = list(dict.fromkeys(project.catalogue.find(each) for each in kata_ids))
    if not katas:
        raise ProjectError("A pack needs a kata at least.")
    ids = tuple(kata.id for kata in katas)
    made = Pack(secrets.token_hex(4), title, minutes, seed, ids, practice.version())
    files = _contents(project, katas, made)
    is_zip = place.suffix == ".zip"
    if os.path.lexists(place) and (is_zip or not place.is_dir() or any(place.iterdir())):
        raise ProjectError(f"{place} is there already, and nothing is overwritten. Name another.")
    practice.ensure_private(project.root)
    practice.write_new(_records(project), {f"{made.id}.json": _json(asdict(made))})
    try:
        if is_zip:
            practice.write_new(place.absolute().parent, {place.name: _zip(files, place.stem)})
        else:
            practice.write_new(place.absolute(), files)
    except BaseException:
        (_records(project) / f"{made.id}.json").unlink()
        raise
    return made


def _contents(project: Project, katas: Sequence[Kata], made: Pack) -> dict[str, bytes]:
    """Return the files of a pack. The seed is not in it: with it the inputs could be known beforehand."""
    stubs = {f"katas/{kata.id}.py": practice.handed_out(project, kata) for kata in katas}
    predicted = [f"katas/{kata.id}.py" for kata in katas if facts(kata).kind == "predict"]
    claim = {name: value for name, value in asdict(made).items() if name != "seed"}
    files = {
        "README.md": _readme(katas, made, stubs, _PREDICTED if predicted else "").encode(),
        "pytest.ini": _INI.encode(),
        "conftest.py": _CONFTEST.encode(),
        _CLAIM: _json(claim),
    }
    if predicted:
        files["test_predictions.py"] = _PREDICTIONS.format(files=json.dumps(predicted)).encode()
    return files | stubs


def _readme(katas: Sequence[Kata], made: Pack, stubs: Mapping[str, bytes], predictions: str) -> str:
    table = ["| | level | minutes | |", "|---|---|---|---|"]
    for kata in katas:
        known = facts(kata)
        note = "needs a CUDA device" if known.kind == "gpu" else ""
        table.append(f"| `katas/{kata.id}.py`: {known.title} | {known.level} | {known.minutes} | {note} |")
    packages = {name for stub in stubs.values() for name in _imported(stub)} | {"torch", "pytest"}
    return _README.format(
        title=made.title,
        minutes=made.minutes,
        count=f"{len(katas)} katas" if len(katas) > 1 else "one kata",
        table="\n".join(table),
        packages=" ".join(sorted(packages, key=lambda name: (name != "torch", name))),
        predictions=predictions,
        claim=_CLAIM,
    )


def _imported(stub: bytes) -> Iterator[str]:
    """Yield the packages that a stub needs beside Python's own."""
    for node in ast.walk(ast.parse(stub)):
        modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for name in {module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names):
            yield _DISTRIBUTIONS.get(name, name)


def _zip(files: Mapping[str, bytes], folder: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}", content)
    return packed.getvalue()


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


# What was asked -----------------------------------------------------------------------------------


def _records(project: Project) -> Path:
    return project.root / _RECORDS


def packed(project: Project, submissions: Sequence[Submission], file: Path | None = None) -> Pack:
    """Return the pack that submissions are answers to.

    That is the one of ``file``, its record or the pack itself, if there is one; else the one that they say
    they answer; else the only one that there is. Raises ``ProjectError`` if that is none, or several.
    """
    if file is not None:
        return _named(project, file)
    claims = {
        each.claim: each.path.name for each in submissions if each.claim and _known(project, each.claim)
    }
    if len(claims) > 1:
        told = ", ".join(f"{name} to {claim}" for claim, name in claims.items())
        raise ProjectError(f"These are submissions to several packs ({told}). Grade those of one at a time.")
    if claims:
        return _load(_records(project) / f"{next(iter(claims))}.json")
    records = sorted(_records(project).glob("*.json"))
    if len(records) == 1:
        return _load(records[0])
    there = f"there are {len(records)} in {_records(project)}" if records else "none was made in this project"
    raise ProjectError(
        f"The submissions do not say which pack they answer, and {there}. Name its record:  --pack FILE"
    )


def _known(project: Project, claim: str) -> bool:
    """Return whether there is a record with this id, which anybody can have written."""
    return claim in {path.stem for path in _records(project).glob("*.json")}


def _named(project: Project, file: Path) -> Pack:
    if file.suffix == ".json":
        return _load(file)
    try:
        claim = read(file).claim
    except SubmissionError as error:
        raise ProjectError(f"{file} is no pack. {error}") from error
    if claim is None or not _known(project, claim):
        raise ProjectError(
            f"{file} is no pack of this project: {_records(project)} has no record of it. "
            "Grade it where it was made, or name its record."
        )
    return _load(_records(project) / f"{claim}.json")


def _load(path: Path) -> Pack:
    """Read the record of a pack; raises ``ProjectError`` if it is none."""
    try:
        table = json.loads(path.read_bytes())
        if table["format"] != FORMAT:
            raise ProjectError(
                f"{path} is the record of a pack in format {table['format']!r}, and this version of "
                f"pytest-torchkata reads format {FORMAT}. Update it:  pip install --upgrade pytest-torchkata"
            )
        katas = tuple(map(str, table["katas"]))
        numbers = int(table["minutes"]), int(table["seed"])
        return Pack(str(table["id"]), str(table["title"]), *numbers, katas, str(table["version"]))
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise ProjectError(f"{path} cannot be read as the record of a pack: {why}.") from error


# Coming back --------------------------------------------------------------------------------------


def read(path: Path) -> Submission:
    """Look at a submission, a directory, a zip or one Python file, and at what it says it answers.

    Raises ``SubmissionError`` if it is none of these.
    """
    if path.suffix == ".py" and path.is_file():
        return Submission(path)
    with _files(path) as files:
        folder = files.folder_of([PurePosixPath(_CLAIM)])
        text = files.read(folder / _CLAIM) if folder is not None else None
    claim = None
    with contextlib.suppress(ValueError, RecursionError, TypeError, LookupError):
        claim = json.loads(text or b"")["id"]
    return Submission(path, claim if isinstance(claim, str) else None)


class _Files:
    """The files of a submission, by path, and how each is read."""

    def __init__(
        self, readers: Mapping[PurePosixPath, Callable[[], bytes]], twice: set[PurePosixPath]
    ) -> None:
        self._readers = readers
        self._twice = twice

    def folder_of(self, wanted: Collection[PurePosixPath]) -> PurePosixPath | None:
        """Return the folder nearest to the top that has one of these files, or more; None if there is none.

        Raises ``SubmissionError`` if several are equally near.
        """
        found = {
            PurePosixPath(*path.parts[: -len(each.parts)])
            for each in wanted
            for path in self._readers
            if path.parts[-len(each.parts) :] == each.parts
        }
        if not found:
            return None
        first, *others = sorted(found, key=lambda folder: (len(folder.parts), folder))
        if others and len(others[0].parts) == len(first.parts):
            raise SubmissionError(f"It is there twice: in {_shown(first)} and in {_shown(others[0])}.")
        return first

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return what is in a file, None if there is none.

        Raises ``SubmissionError`` if it cannot be read.
        """
        if path in self._twice:
            raise SubmissionError(f"It has {_shown(path)} twice.")
        reader = self._readers.get(path)
        return reader() if reader else None


@contextlib.contextmanager
def _files(path: Path) -> Iterator[_Files]:
    """Open a submission; raises ``SubmissionError``, also for what is found while it is read."""
    with _explaining():
        if path.is_dir():
            yield _Files(_in_directory(path), set())
        elif not path.exists():
            raise SubmissionError("There is no such file.")
        elif not path.is_file():
            raise SubmissionError("It is neither a file nor a directory.")
        else:
            with _opened(path) as archive:
                yield _in_zip(archive)


@contextlib.contextmanager
def _explaining() -> Iterator[None]:
    """Turn what goes wrong while a submission is read into a ``SubmissionError``."""
    try:
        yield
    except _DAMAGE as error:
        raise SubmissionError(f"It is damaged: {_line(error)}.") from error
    except OSError as error:
        raise SubmissionError(f"It cannot be read: {error.strerror or _line(error)}.") from error


_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, LookupError, struct.error,
    NotImplementedError,
)  # fmt: skip
"""What is raised where a zip is not as a zip must be."""


def _line(error: BaseException) -> str:
    return _shown(" ".join(str(error).split())[:200].rstrip(".")) or type(error).__name__


def _shown(name: object) -> str:
    """Return what others have named, as it can be shown."""
    return "".join(c if c.isprintable() else "?" for c in str(name))


def _bounded(file: IO[bytes], name: object) -> bytes:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise SubmissionError(f"{_shown(name)} has more than {LARGEST >> 20} MiB.")
    return content


def _in_directory(root: Path) -> dict[PurePosixPath, Callable[[], bytes]]:
    """Find the files of a directory, in which no link is followed."""
    found: dict[PurePosixPath, Callable[[], bytes]] = {}
    for place, folders, names in os.walk(root):
        inside = PurePosixPath(Path(place).relative_to(root).as_posix())
        folders[:] = [name for name in folders if _is_looked_into(Path(place, name))]
        for name in names:
            found[inside / name] = functools.partial(_from_directory, Path(place, name))
        if len(found) > _ENTRIES:
            raise SubmissionError(f"It has more than {_ENTRIES} files. Is a virtual environment in it?")
    return found


def _is_looked_into(folder: Path) -> bool:
    """Return whether there may be something of the candidate's in a folder: not in a virtual environment."""
    return not folder.name.startswith((".", _OF_MACOS)) and not (folder / "pyvenv.cfg").exists()


def _from_directory(path: Path) -> bytes:
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):  # which might never end, or lead elsewhere
        kind = "a link, and no link is followed" if stat.S_ISLNK(mode) else "no ordinary file"
        raise SubmissionError(f"{_shown(path.name)} is {kind}.")
    with path.open("rb") as file:
        return _bounded(file, path.name)


def _opened(path: Path) -> zipfile.ZipFile:
    if path.stat().st_size > _ARCHIVE:
        raise SubmissionError(f"It has more than {_ARCHIVE >> 20} MiB. Is a virtual environment in it?")
    if not zipfile.is_zipfile(path):
        raise SubmissionError("It is no zip, no directory, and no Python file (or a zip that is damaged).")
    return zipfile.ZipFile(path)


def _in_zip(archive: zipfile.ZipFile) -> _Files:
    entries = [(_inside(info.filename), info) for info in archive.infolist() if not info.is_dir()]
    known = [(path, info) for path, info in entries if path is not None]
    counts = Counter(path for path, _ in known)
    readers = {path: functools.partial(_from_zip, archive, info) for path, info in known}
    return _Files(readers, {path for path, count in counts.items() if count > 1})


def _inside(name: str) -> PurePosixPath | None:
    """Return the path of an entry; None for one that leads outside, and for what macOS adds."""
    path = PurePosixPath(name.replace("\\", "/"))
    is_outside = path.is_absolute() or ".." in path.parts
    return None if is_outside or path.parts[:1] in ((), (_OF_MACOS,)) else path


def _from_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    name = _shown(info.filename)
    if info.flag_bits & 1:
        raise SubmissionError(f"{name} is encrypted.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise SubmissionError(f"{name} is a link, and no link is followed.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SubmissionError(f"{name} is compressed in a way that is not read here: deflate is expected.")
    with archive.open(info) as file:
        return _bounded(file, name)


# Grading ------------------------------------------------------------------------------------------


def grade(
    project: Project,
    paths: Sequence[Path],
    *,
    file: Path | None = None,
    gpu: bool = False,
    jobs: int = 0,
) -> tuple[Pack, list[Graded]]:
    """Judge submissions, so many answers at once, and return what came of each in the order of ``paths``.

    ``file`` names the pack, and ``jobs`` is 0 for one on each core. How far it is is told on standard error.
    Raises ``ProjectError`` if it is not known what was asked, and ``KataError`` if a kata of the pack is not
    in this project.
    """
    from pytest_torchkata import grading

    names, troubles = _names(paths), dict[str, str]()
    seen: dict[str, Submission] = {}
    for name, path in zip(names, paths, strict=True):
        with _noting(troubles, name):
            seen[name] = read(path)
    asked = packed(project, list(seen.values()), file)
    solutions = project.catalogue.solutions
    for kata_id in asked.katas:
        if not (solutions / kata_id / "kata.toml").is_file():
            raise KataError(f"The pack {asked.id} has the kata {kata_id}, which is not in {project.root}.")
    answers: dict[str, dict[str, bytes | None]] = {}
    for name, submission in seen.items():
        with _noting(troubles, name):
            answers[name] = submission.answers(asked.katas)
    with _progress(answers) as tell:
        found = grading.judge(answers, solutions, seed=asked.seed, gpu=gpu, jobs=jobs, tell=tell)
    return asked, [
        Graded(name, path, troubles.get(name, ""), found.get(name, {}))
        for name, path in zip(names, paths, strict=True)
    ]


@contextlib.contextmanager
def _noting(troubles: dict[str, str], name: str) -> Iterator[None]:
    """Let what is wrong with a submission cost that one only."""
    try:
        yield
    except SubmissionError as error:
        troubles[name] = str(error)


def _names(paths: Sequence[Path]) -> list[str]:
    """Return names that tell submissions apart: those of the files, or the paths where two are the same."""
    files = Counter(path.absolute().name for path in paths)
    names: list[str] = []
    for path in paths:
        file = path.absolute().name
        first = name = _shown(file if files[file] == 1 else path)
        number = 1
        while name in names:
            number += 1
            name = f"{first} ({number})"
        names.append(name)
    return names


@contextlib.contextmanager
def _progress(answers: Mapping[str, Mapping[str, object]]) -> Iterator[Callable[[str, str], None]]:
    """Show how many answers have been judged: a bar on a terminal, else a line for each submission."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    left = {name: len(each) for name, each in answers.items()}
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("answers", total=sum(left.values()))
            yield lambda name, kata_id: progress.advance(task)
        return
    done = 0

    def tell(name: str, kata_id: str) -> None:
        nonlocal done
        left[name] -= 1
        if not left[name]:
            done += 1
            print(f"{done} of {len(left)}  {name}", file=sys.stderr, flush=True)

    yield tell
