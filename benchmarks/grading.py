"""Many submissions to one pack, good and wrong, hostile and hanging: every verdict, and how long it takes."""

from __future__ import annotations

import ast
import contextlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.many import ROOT
from benchmarks.soak import CORPUS, SLOW, read
from pytest_torchkata import catalogue, packs
from pytest_torchkata.kata import Kata
from pytest_torchkata.project import Project, find

__all__ = ["Graded", "grading"]

KATAS = ("activations/softmax", "autograd/my_relu", "layers/my_linear")
"""Those that the corpora of hostile and of crashing answers have most to say to."""
SORTS = {"right": 40, "wrong": 24, "hostile": 16, "untouched": 6, "missing": 2, "hanging": 6, "damaged": 6}
"""What a submission is, and how many of a hundred are."""
SECONDS = 3
"""The time limit of one check, so that those which hang do not take all of the time."""
SAMPLE = 10
"""One in so many is also graded by a pytest of its own."""
WORKERS = os.cpu_count() or 1
_STATES = {"right": "solved", "untouched": "to do", "missing": "to do"}


@dataclass(frozen=True)
class _Made:
    """A submission, and what must come of it."""

    sort: str
    path: Path
    answers: Mapping[str, bytes | None]
    states: Mapping[str, str]
    """By kata; empty where it cannot be read."""


@dataclass
class Graded:
    """What came of the submissions."""

    sorts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: dict[str, tuple[int, float]] = field(default_factory=dict)
    """How many submissions were graded in how long, by what graded them."""

    def show(self) -> None:
        """Print everything, with ratios to the last."""
        print(", ".join(f"{number} {sort}" for sort, number in self.sorts.most_common()))
        table = Table("", "submissions", "seconds", "a minute", "ratio")
        rates = {name: 60 * count / seconds for name, (count, seconds) in self.seconds.items()}
        for name, (count, seconds) in self.seconds.items():
            ratio = rates[name] / [*rates.values()][-1]
            table.add_row(name, str(count), f"{seconds:.1f}", f"{rates[name]:.1f}", f"{ratio:.2f}")
        for column in table.columns[1:]:
            column.justify = "right"
        Console().print(table)
        print(f"wrong verdicts: {len(self.wrong)}")
        for each in self.wrong[:20]:
            print(f"    {each}")


def grading(count: int = 200, seed: int = 1, *, beside: bool = True) -> Graded:
    """Grade so many submissions, drawn with a seed, and compare every verdict; ``beside`` it a sample."""
    chance = random.Random(seed)
    graded = Graded()
    with tempfile.TemporaryDirectory(prefix="grading-") as name:
        root = Path(name).resolve()
        project = _project(root / "project")
        packs.pack(project, KATAS, root / "pack", minutes=60, seed=chance.randrange(10**6))
        made = [_made(root, number, _sort(number, count), chance) for number in range(count)]
        graded.sorts.update(each.sort for each in made)
        _grade(project, made, "one pack of submissions", graded)
        if beside:
            sample = [each for each in made if each.sort != "damaged"][::SAMPLE]
            _grade(project, sample, "one pack, a sample", graded)
            _by_plain_pytest(root, sample, graded)
    return graded


# Submissions --------------------------------------------------------------------------------------


def _project(root: Path) -> Project:
    """Make an interviewer's project, of whose stubs git knows the untouched ones."""
    for kata_id in KATAS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "solutions" / kata_id, root / "solutions" / kata_id, ignore=ignored)
        with (root / "solutions" / kata_id / "kata.toml").open("a") as facts:
            facts.write(f"\ntimeout = {SECONDS}\n")
        stub = root / "katas" / f"{kata_id}.py"
        stub.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "katas" / f"{kata_id}.py", stub)
    (root / "pytest.ini").write_text("[pytest]\naddopts = -p pytest_torchkata.plugin -p no:cacheprovider\n")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Katas"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    return find(root)


def _sort(number: int, count: int) -> str:
    """Return the sort of a submission: as many of each as there are to be, spread evenly."""
    spread = [sort for sort, share in SORTS.items() for _ in range(share)]
    return spread[(number * 37) % 100] if count >= 100 else [*SORTS][number % len(SORTS)]


def _made(root: Path, number: int, sort: str, chance: random.Random) -> _Made:
    """Make a submission with one answer of its sort; the others are right or wrong."""
    sorts = {kata_id: chance.choice(("right", "right", "wrong")) for kata_id in KATAS}
    if sort == "right":
        sorts = dict.fromkeys(KATAS, "right")
    elif sort != "damaged":
        sorts[chance.choice(KATAS)] = sort
    answers = {kata_id: chance.choice(_answers(kata_id, each)) for kata_id, each in sorts.items()}
    states = {kata_id: _STATES.get(each, "failing") for kata_id, each in sorts.items()}
    path = root / "submissions" / f"candidate {number}.zip"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (root / "pack").glob("*.*"):
            archive.write(file, f"pack/{file.name}")
        for kata_id, source in answers.items():
            if source is not None:
                archive.writestr(f"pack/katas/{kata_id}.py", source)
    if sort == "damaged":
        path.write_bytes(path.read_bytes()[: -chance.randrange(30, 900)])
        return _Made(sort, path, {}, {})
    return _Made(sort, path, answers, states)


_KNOWN: dict[tuple[str, str], list[bytes | None]] = {}


def _answers(kata_id: str, sort: str) -> list[bytes | None]:
    """Return all answers of a sort to a kata."""
    if (kata_id, sort) not in _KNOWN:
        kata = Kata(kata_id, ROOT / "katas" / f"{kata_id}.py", ROOT / "solutions" / kata_id)
        _KNOWN[kata_id, sort] = list(_found(kata, sort))
    return _KNOWN[kata_id, sort]


def _found(kata: Kata, sort: str) -> Iterator[bytes | None]:
    reference = (kata.solution / "reference.py").read_text()
    if sort == "right":
        yield reference.encode()
    if sort in ("right", "wrong"):
        yield from _modules(kata, reference, f"{sort}.py")
    elif sort == "untouched":
        yield kata.stub.read_bytes()
    elif sort == "missing":
        yield None
    elif sort == "hanging":
        yield f"{reference}\nwhile True:\n    pass\n".encode()
        yield "\n".join(_hanging(name) for name in catalogue.api(kata)).encode()
    elif sort == "hostile":
        for group in CORPUS:
            for path in sorted((ROOT / "tests" / group).glob("*.py")):
                if not SLOW.search(path.stem) and (answer := read(path)).kata == kata.id:
                    yield answer.text


def _hanging(name: str) -> str:
    return f"import time\n\n\ndef {name}(*arguments, **options):\n    time.sleep(1000)\n"


def _modules(kata: Kata, reference: str, name: str) -> Iterator[bytes]:
    """Make modules of the classes that stand for modules."""
    tree = ast.parse((kata.solution / name).read_text())
    imports = [ast.unparse(each) for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    own = [each for each in imports if "torchkata" not in each and "from ." not in each]
    names = ", ".join(f"{each}={each}" for each in catalogue.api(kata))
    own += ["from types import SimpleNamespace", f"reference = SimpleNamespace({names})"]
    for each in tree.body:
        body = [ast.unparse(part) for part in getattr(each, "body", [])]
        # What keeps a state, or calls itself by its name, is more than its attributes.
        if isinstance(each, ast.ClassDef) and not re.search(rf"\b(state|{each.name})\b", "\n".join(body)):
            yield "\n".join([reference, *own, *body]).encode()


# Verdicts -----------------------------------------------------------------------------------------


def _grade(project: Project, made: Sequence[_Made], what: str, graded: Graded) -> None:
    start = time.monotonic()
    _, found = packs.grade(project, [each.path for each in made], jobs=WORKERS)
    graded.seconds[what] = len(made), time.monotonic() - start
    for each, seen in zip(made, found, strict=True):
        states = {kata_id: result.state for kata_id, result in seen.katas.items()}
        _compare(each, states, bool(seen.trouble), what, graded)


def _compare(made: _Made, states: Mapping[str, str], trouble: bool, what: str, graded: Graded) -> None:
    """Note a verdict that is not as it must be. A hostile answer may say of itself that it is not written."""
    for kata_id in KATAS if made.states else ():
        expected, state = made.states[kata_id], states.get(kata_id, "none")
        if state != expected and not (made.sort == "hostile" and (expected, state) == ("failing", "to do")):
            graded.wrong.append(f"{what}: {made.path.name} ({made.sort}), {kata_id}: {state}, not {expected}")
    if trouble is not (made.sort == "damaged"):
        graded.wrong.append(f"{what}: {made.path.name} ({made.sort}): trouble {trouble}")


def _by_plain_pytest(root: Path, sample: Sequence[_Made], graded: Graded) -> None:
    """Run pytest once for each submission, as many at a time."""
    for number, each in enumerate(sample):
        place = root / "plain" / str(number)
        place.mkdir(parents=True)
        (place / "solutions").symlink_to(root / "project" / "solutions")
        shutil.copy(root / "project" / "pytest.ini", place)
        for kata_id, source in each.answers.items():
            stub = place / "katas" / f"{kata_id}.py"
            stub.parent.mkdir(parents=True, exist_ok=True)
            if source is not None:
                stub.write_bytes(source)
    start = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as threads:
        places = [root / "plain" / str(number) for number in range(len(sample))]
        found = list(threads.map(_plain, places))
    what = "pytest, once for each of it"
    graded.seconds[what] = len(sample), time.monotonic() - start
    for each, states in zip(sample, found, strict=True):
        _compare(each, {kata_id: states.get(kata_id, "to do") for kata_id in KATAS}, False, what, graded)


def _plain(place: Path) -> dict[str, str]:
    """Run pytest on one submission, and return the state of each kata."""
    command = [sys.executable, "-m", "pytest", "katas", "-q", "--all-checks", "--kata-seed=1"]
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=place, env=known, stdin=subprocess.DEVNULL, capture_output=True)
    record = place / ".torchkata" / "progress.sqlite3"
    if not record.exists():
        return {}
    with contextlib.closing(sqlite3.connect(record)) as connection:
        return dict(connection.execute("SELECT kata, state FROM run ORDER BY id"))
