"""From saving a file to its verdict: ``torchkata watch``, pytest-watcher, and pytest started anew.

Each of them shows its verdicts in a terminal of its own, which is read here. Needs the group ``bench``.
"""

from __future__ import annotations

import importlib.metadata
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES = 10
TOML = "title = 'A kata'\nkind = 'implement'\nlevel = 'easy'\nminutes = 5\nhints = ['Think.']\n"
ANSWER = """
import torch

# Half a millisecond of work.
def answer(x):
    for _ in range({steps}):
        x = torch.tanh(x @ x)
    return x
"""
CHECKS = f'''
import pytest


@pytest.mark.parametrize("case", range({CASES}))
def check_answer(kata, given, case):
    """The answer."""
    return {{"answer": kata.answer(given.normal(32, 32))}}
'''
FLOOR = f"""
import importlib.util, os, sys, torch
from pytest_torchkata.checks import Given

torch.set_num_threads(1)


def load(path):
    spec = importlib.util.spec_from_file_location("kata", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(kata, case):
    return kata.answer(Given(case).normal(32, 32))


print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        reference, answer = load(sys.argv[1]), load(sys.argv[2])
        same = [torch.equal(check(reference, case), check(answer, case)) for case in range({CASES})]
        print(sum(same), "passed in a fork", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
PASSED = re.compile(rb"\d+ passed.* in ")
WATCH = "from pytest_torchkata.cli import main; main()"


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._fd, theirs = pty.openpty()
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        known = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "TERM": "xterm"}
        self._process = subprocess.Popen(
            command, cwd=folder, env=known, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def wait(self, pattern: re.Pattern[bytes], seconds: float = 60.0) -> None:
        """Wait until something like this is printed."""
        said, end = b"", time.monotonic() + seconds
        while not pattern.search(said):
            if not select.select([self._fd], [], [], max(0.0, end - time.monotonic()))[0]:
                raise SystemExit(f"{pattern.pattern!r} did not appear:\n{said.decode(errors='replace')}")
            said += os.read(self._fd, 1 << 16)

    def rest(self, seconds: float) -> None:
        """Let the program finish what it does, as while somebody reads and writes."""
        end = time.monotonic() + seconds
        while select.select([self._fd], [], [], max(0.0, end - time.monotonic()))[0]:
            os.read(self._fd, 1 << 16)

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._fd)


def contestants(folder: Path, steps: int) -> tuple[dict[str, Callable[[], float]], list[Terminal]]:
    """Start everything, each on a project of its own; return what gives the seconds to one verdict."""
    projects = {name: Project(folder / name, steps) for name in ("floor", "watch", "watcher", "anew")}
    reference = projects["floor"].solution / "reference.py"
    floor = Terminal([sys.executable, "-c", FLOOR, str(reference), str(projects["floor"].stub)], ROOT)
    watch = Terminal([sys.executable, "-c", WATCH, "watch"], projects["watch"].root)
    # Its own pattern, *.py, stands for no folder below since watchdog 7.
    options = ["--now", "--delay", "0", "--patterns", "**/*.py"]
    command = [sys.executable, "-m", "pytest_watcher", *options, ".", "katas"]
    watcher = Terminal(command, projects["watcher"].root)
    floor.wait(re.compile(b"ready"))
    watch.wait(PASSED)
    watcher.wait(PASSED)

    def save_to_verdict(project: Project, terminal: Terminal) -> float:
        terminal.rest(1.0)  # as while somebody writes
        start = time.perf_counter()
        project.save()
        terminal.wait(PASSED)
        return time.perf_counter() - start

    def fork_to_verdict() -> float:
        start = time.perf_counter()
        floor.type("\n")
        floor.wait(PASSED)
        return time.perf_counter() - start

    def anew() -> float:
        start = time.perf_counter()
        command = [sys.executable, "-m", "pytest", "katas"]
        subprocess.run(command, cwd=projects["anew"].root, stdout=subprocess.PIPE, check=True)
        return time.perf_counter() - start

    return {
        "a fork, and the checks in it": fork_to_verdict,
        "torchkata watch": lambda: save_to_verdict(projects["watch"], watch),
        "pytest-watcher": lambda: save_to_verdict(projects["watcher"], watcher),
        "pytest started anew": anew,
    }, [floor, watch, watcher]


class Project:
    """A project with one kata, which is solved."""

    def __init__(self, root: Path, steps: int) -> None:
        self.root = root
        self.solution = root / "solutions/topic/kata"
        self.stub = root / "katas/topic/kata.py"
        self._saved = 0
        self._answer = ANSWER.format(steps=steps)
        self.solution.mkdir(parents=True)
        self.stub.parent.mkdir(parents=True)
        (self.solution / "kata.toml").write_text(TOML)
        (self.solution / "checks.py").write_text(CHECKS)
        (self.solution / "reference.py").write_text(self._answer)
        plugin = "" if _is_installed() else "addopts = -p pytest_torchkata.plugin\n"
        (root / "pytest.ini").write_text(f"[pytest]\n{plugin}pythonpath = {ROOT}\n")
        self.save()

    def save(self) -> None:
        """Save the answer, with something new in it."""
        self._saved += 1
        self.stub.write_text(f"# {self._saved}\n{self._answer}")


def _is_installed() -> bool:
    found = importlib.metadata.entry_points(group="pytest11")
    return any(each.name == "pytest_torchkata.plugin" for each in found)
