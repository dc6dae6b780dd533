"""Many runs of good, wrong, hostile and crashing answers, while somebody kills the processes that run them.

Whatever happens, a verdict is right or there is none, and nothing is left or lost.
"""

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
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
KATAS = 5
"""Answers in one run."""
KILLS = 2
"""Processes that are killed in one run, at most: a job is begun three times."""
ROLES = ("guard", "child", "worker")
"""What is killed, by how deep it is below pytest; seldom while it starts, which ends a whole run."""
SECONDS = 8
CORPUS = ("crash", "hostile/verdict", "hostile/objects", "hostile/rules", "hostile/hidden")
SLOW = re.compile(
    "loop|endless|without_end|grow|fill|huge|deep|wait|joins|takes|doubles|overflow|nest|walks|slow"
)
_NO_VERDICT = re.compile(r"^(The process that runs katas .*)$", re.MULTILINE)
_OURS = re.compile(r'^  File "[^"]*/pytest_torchkata/', re.MULTILINE)
"""A traceback of ours; an answer may print one of its own."""
LEAVE_ALONE = ("data/", "deployment/", "distributed/", "performance/", "training/")
"""Topics whose checks are slow, need a network or a quiet machine, or are about no code."""


@dataclass(frozen=True)
class Answer:
    """What is put into a kata's file, and the state that the kata must get by it."""

    name: str
    kata: str
    text: bytes
    state: str


@dataclass
class Soaked:
    """What came of the runs."""

    runs: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Runs that pytest itself did not end well."""
    seconds: float = 0.0

    def table(self) -> Iterator[str]:
        """Tell everything that is counted, and what must not be in full."""
        yield f"{'runs of pytest':28}{self.runs:6}   {self.seconds / max(self.runs, 1):.1f} s each"
        yield f"{'verdicts':28}{self.verdicts.total():6}   {_counts(self.verdicts)}"
        yield f"{'processes killed':28}{self.kills.total():6}   {_counts(self.kills)}"
        for title, found in self.faults().items():
            yield f"{title:28}{len(found):6}"
            yield from (f"    {each}" for each in found[:10])
        yield f"{'errors instead of verdicts':28}{len(self.errors):6}"
        yield from (f"    {each}" for each in self.errors[:10])

    def faults(self) -> dict[str, list[str]]:
        """Return what there must be none of."""
        return {
            "wrong verdicts": self.wrong, "records lost": self.lost, "processes left": self.processes,
            "files left": self.files, "runs that broke": self.broken,
        }  # fmt: skip


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counted.items()))


# Answers ------------------------------------------------------------------------------------------


def answers() -> list[Answer]:
    """Return all answers that there are, of every sort."""
    found = []
    for folder in sorted(path.parent for path in (ROOT / "solutions").glob("*/*/kata.toml")):
        kata = f"{folder.parent.name}/{folder.name}"
        if not kata.startswith(LEAVE_ALONE):
            reference = (folder / "reference.py").read_text()
            if "QUESTIONS" in reference:  # which looks the answers up, as no answer may
                continue
            found.append(Answer(f"good/{folder.name}", kata, reference.encode(), "solved"))
            for name, text in _variants(folder / "wrong.py", reference):
                found.append(Answer(f"wrong/{folder.name}_{name.lower()}", kata, text, "failing"))
    for group in CORPUS:
        for path in sorted((ROOT / "tests" / group).glob("*.py")):
            answer = read(path)
            if not SLOW.search(path.stem) and not answer.kata.startswith(LEAVE_ALONE):
                found.append(answer)
    return found


def read(path: Path) -> Answer:
    """Read an answer of the corpora, which says in a comment to which kata it is one."""
    text = path.read_bytes()
    kata = re.search(rb"^# kata: (\S+)\s*$", text, re.MULTILINE)
    assert kata, f"{path} has no line '# kata: ID'"
    return Answer(f"{path.parent.name}/{path.stem}", kata[1].decode(), text, "failing")


def _variants(path: Path, reference: str) -> Iterator[tuple[str, bytes]]:
    """Make modules of the classes that stand for modules."""
    tree = ast.parse(path.read_text())
    imports = [each for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    own = [ast.unparse(each) for each in imports if "torchkata" not in ast.unparse(each)]
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and not any("state" in ast.unparse(d) for d in each.decorator_list):
            body = [ast.unparse(part) for part in each.body]
            yield each.name, "\n".join([reference, *own, *body]).encode()


def clone(root: Path, chosen: Iterable[Answer]) -> None:
    """Lay out a project with these answers, each to a kata of its own name."""
    for answer in chosen:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "solutions" / answer.kata, root / "solutions" / answer.name, ignore=ignored)
        path = (root / "katas" / answer.name).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer.text)
    (root / "pytest.ini").write_text("[pytest]\naddopts = -p pytest_torchkata.plugin -p no:cacheprovider\n")


# Runs ---------------------------------------------------------------------------------------------


def soak(runs: int = 200, seed: int | None = None) -> Soaked:
    """Run pytest so many times on answers drawn anew, and say what came of it."""
    chance = random.Random(seed)
    known = answers()
    sorts = [[each for each in known if each.state == state] for state in ("solved", "failing")]
    soaked = Soaked()
    start = time.monotonic()
    while soaked.runs < runs:
        with tempfile.TemporaryDirectory(prefix="soak-") as name:
            root = Path(name).resolve()
            chosen = [*chance.sample(sorts[0], 2), *chance.sample(sorts[1], KATAS - 2)]
            _run(root, chosen, 1 + (soaked.runs % 4 == 0), chance, soaked)
    soaked.seconds = time.monotonic() - start
    return soaked


def _run(root: Path, chosen: list[Answer], at_once: int, chance: random.Random, soaked: Soaked) -> None:
    project, scratch = root / "project", root / "scratch"
    clone(project, chosen)
    scratch.mkdir()
    shared = _shared()
    model = "serve" if chance.random() < 0.15 else "fork"
    command = [sys.executable, "-m", "pytest", "katas", "-n2", f"--timeout={SECONDS}", "-q"]
    command.append(f"--kata-isolation={model}")
    logs = [root / f"log-{number}" for number in range(at_once)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    started, none = [], subprocess.DEVNULL
    for log in logs:
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=project, env=environment, stdin=none, stdout=output, stderr=output
            )
        started.append(process)
    _kill(started, chance, soaked)
    said = [log.read_text(errors="replace") for log in logs]
    names = ", ".join(answer.name for answer in chosen)
    for process, text in zip(started, said, strict=True):
        soaked.runs += 1
        if process.returncode not in (0, 1, 2) or "INTERNALERROR" in text or _OURS.search(text):
            soaked.broken.append(f"status {process.returncode}: {names}: {_last(text)}")
    _count(project, chosen, said, soaked)
    soaked.processes += [f"{each} ({names})" for each in _left(str(scratch))]
    soaked.files += [f"{path.name} ({names})" for path in scratch.glob("torchkata-*")]
    soaked.files += [f"{each} ({names})" for each in _shared() - shared]


def _last(text: str) -> str:
    return " | ".join(text.strip().splitlines()[-3:])


def _kill(started: list[subprocess.Popen[bytes]], chance: random.Random, soaked: Soaked) -> None:
    """Kill processes that run answers, at random, until the runs end."""
    wanted = [chance.choice(ROLES) for _ in range(chance.randint(0, KILLS))]
    while any(process.poll() is None for process in started):
        time.sleep(chance.uniform(0.02, 0.2))
        found = [each for process in started for each in _children(process.pid) if wanted]
        at_work = any(role == "worker" for role, _ in found)
        victims = [victim for role, victim in found if role == wanted[0]]
        if victims and chance.random() < (0.3 if at_work else 0.01):
            with contextlib.suppress(psutil.Error):
                chance.choice(victims).kill()
                soaked.kills[wanted.pop(0)] += 1


def _children(pid: int) -> Iterator[tuple[str, psutil.Process]]:
    """Return the processes of ours under a run, and what each of them is."""
    with contextlib.suppress(psutil.Error):
        below = psutil.Process(pid).children(recursive=True)
        ours = {each.pid: each for each in below if "guard.stand(" in " ".join(each.cmdline())}
        for process in ours.values():
            depth, parent = 0, process.ppid()
            while parent in ours:
                depth, parent = depth + 1, ours[parent].ppid()
            yield ROLES[min(depth, 2)], process


def _count(project: Path, chosen: list[Answer], said: list[str], soaked: Soaked) -> None:
    """Compare the record with what must be in it."""
    record = project / ".torchkata" / "progress.sqlite3"
    rows = []
    if record.exists():
        with contextlib.closing(sqlite3.connect(record)) as connection:
            rows = connection.execute("SELECT kata, state, failing FROM run").fetchall()
    soaked.verdicts.update(state for _, state, _ in rows)
    for answer in chosen:
        found = [row for row in rows if row[0] == answer.name]
        soaked.wrong += [
            f"{answer.name}: {row[1:]}: {_told(said, answer)}" for row in found if row[1] != answer.state
        ]
        missing = len(said) - len(found)
        stopped = [line for text in said for line in _NO_VERDICT.findall(text)[:1]]
        soaked.errors += [f"{answer.name}: {line}" for line in stopped[:missing]]
        soaked.lost += [f"{answer.name}: {_last(said[-1])}"] * max(0, missing - len(stopped))


def _told(said: list[str], answer: Answer) -> str:
    """Return the beginning of what the terminal said of an answer."""
    found = [re.search(rf"_ {answer.name}: [^_]* _+\n(.*?)\n_{{3}}", text, re.DOTALL) for text in said]
    return " ".join(" ".join(each[1].split()) for each in found if each)[:300]


def _left(scratch: str) -> list[str]:
    """Return the processes that are left of runs with this directory for temporary files."""
    deadline = time.monotonic() + 3
    while (left := list(processes(scratch))) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def processes(name: str) -> Iterator[str]:
    """Yield the processes whose command names a directory or the like."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            told = " ".join(process.cmdline())
            if name in told and process.status() != psutil.STATUS_ZOMBIE:
                yield f"{process.pid} {process.status()} {told[:200]}"


def _shared() -> set[str]:
    """Return what there is of shared memory, with a name or with a number."""
    names = {f"/dev/shm/{each.name}" for each in Path("/dev/shm").glob("*")}
    numbers = Path("/proc/sysvipc/shm")
    lines = numbers.read_text().splitlines() if numbers.exists() else []
    return names | {f"shm {line.split()[1]}" for line in lines}
