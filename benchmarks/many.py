"""Something that is done to many katas: which ones, in processes beside each other, and a table by topic."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pytest_torchkata.catalogue import Catalogue, facts
from pytest_torchkata.kata import Kata
from pytest_torchkata.proof import NotRun

__all__ = ["ROOT", "by_topic", "each", "pytest_run", "selected", "solve"]

ROOT = Path(__file__).parents[1]
_Result = TypeVar("_Result")


def selected(names: Sequence[str]) -> list[Kata]:
    """Return the katas that are named, or whose topics are; all if nothing is."""
    catalogue = Catalogue(ROOT / "katas", ROOT / "solutions")
    topics = {kata.topic for kata in catalogue.all()}
    named = {name if name in topics else catalogue.find(name).id for name in names}
    return [kata for kata in catalogue.all() if not named or named & {kata.id, kata.topic}]


def each(
    work: Callable[[Kata], _Result], katas: Sequence[Kata], done: int = 0
) -> Iterator[tuple[Kata, _Result]]:
    """Do ``work`` to every kata, one on each core, below a progress bar in which ``done`` are done before.

    Katas of which no check runs here are left out.
    """
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    processes = ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))
    with processes, Progress(*columns) as progress:
        task = progress.add_task("", total=len(katas) + done, completed=done)
        running = {processes.submit(work, kata): kata for kata in katas}
        for future in as_completed(running):
            progress.update(task, advance=1, description=running[future].id)
            if not isinstance(future.exception(), NotRun):
                yield running[future], future.result()


def solve(katas: Sequence[Kata], project: Path) -> None:
    """Make a project in which these katas are solved."""
    # Their reference looks the answers up, which no answer may.
    answers = _answers([kata for kata in katas if facts(kata).kind == "predict"])
    for kata in katas:
        stub = (project / "katas" / kata.id).with_suffix(".py")
        shutil.copytree(kata.solution, project / "solutions" / kata.id)
        stub.parent.mkdir(parents=True, exist_ok=True)
        if kata.id in answers:
            predicted = answers[kata.id]
            stub.write_text(f"import torch\n\ninf, nan = float('inf'), float('nan')\nANSWERS = {predicted}\n")
        else:
            shutil.copy(kata.solution / "reference.py", stub)
    (project / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")


def _answers(katas: Sequence[Kata]) -> dict[str, str]:
    """Return the right predictions of predict katas, as source, by kata."""
    command = [sys.executable, "-W", "ignore", "-c", _ANSWERS, str(ROOT), *(kata.id for kata in katas)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(said.stdout))


_ANSWERS = """
import importlib, json, sys
root, *katas = sys.argv[1:]
sys.path[:0] = [root, f"{root}/solutions"]
predicted = {kata: importlib.import_module(kata.replace("/", ".") + ".reference").ANSWERS for kata in katas}
print(json.dumps({kata: repr(answers) for kata, answers in predicted.items()}))
"""


def pytest_run(directory: Path, *arguments: str) -> None:
    """Run pytest in a process of its own, and insist that it passes."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def by_topic(columns: Sequence[str], rows: Mapping[str, Sequence[int]], last: Callable[..., str]) -> None:
    """Print the sums of each topic's rows, which are given by kata; the last column follows from them."""
    if not rows:
        print("No check of these katas runs here.")
        return
    table = Table("topic", "katas", *columns)
    for column in table.columns[1:]:
        column.justify = "right"
    topics = sorted({name.split("/")[0] for name in rows})
    for topic in (*topics, "all"):
        group = [row for name, row in rows.items() if topic in ("all", name.split("/")[0])]
        sums = [sum(column) for column in zip(*group, strict=True)]
        table.add_row(topic, *map(str, (len(group), *sums)), last(*sums), end_section=topic == topics[-1])
    Console().print(table)
