"""Print what the plugin costs: ratios to plain pytest, measured side by side in one run.

``python -m benchmarks [cold] [isolation] [collect] [record] [watch] [workers]`` prints these tables, or all;
``python -m benchmarks soak [RUNS]`` runs pytest many times, and counts what must not happen;
``python -m benchmarks grading [SUBMISSIONS]`` grades submissions to a pack, and checks every verdict;
``python -m benchmarks gpu [KATA|TOPIC...]`` runs everything on a CUDA device, in less than ten minutes;
``python -m benchmarks mutants [KATA|TOPIC...]`` tries small mutants of the references on the checks, and
``python -m benchmarks stability [KATA|TOPIC...] [--seeds N]`` proves katas with many seeds.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.gpu import gpu
from benchmarks.grading import grading
from benchmarks.many import ROOT, pytest_run, selected, solve
from benchmarks.mutants import mutation
from benchmarks.soak import soak
from benchmarks.stability import stability
from benchmarks.watch import contestants
from pytest_torchkata.catalogue import Catalogue, KataError
from pytest_torchkata.checks import Given
from pytest_torchkata.history import History, Run, time_text
from pytest_torchkata.kata import ANSWER, REFERENCE, Job
from pytest_torchkata.progress import Store
from pytest_torchkata.sandbox import Sandbox, default_model

KATA = "losses/focal_loss"
GENERATED = (200, 2_000, 10_000)
RECORDED = (1_000, 10_000, 100_000)

PLAIN = '''
"""The same observations, on the answer and on the reference, without the plugin."""

import importlib.util
import sys

import pytest
import torch

from pytest_torchkata.checks import Given


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


answer = load("answer", {answer!r})
reference = load("reference", {reference!r})
checks = load("checks", {checks!r})


@pytest.fixture(params=[answer, reference], ids=["answer", "reference"])
def kata(request):
    return request.param


@pytest.fixture
def given():
    return Given(7)


@pytest.fixture
def device():
    return "cpu"


@pytest.fixture(params=[torch.float32, torch.float64])
def dtype(request):
    return request.param


for name, check in vars(checks).items():
    if name.startswith("check_"):
        globals()[f"test_{{name}}"] = check
'''


def main(names: Sequence[str]) -> None:
    """Run the named benchmarks."""
    if names and names[0] == "soak":
        soaked = soak(*map(int, names[1:2]))
        print("\n".join(soaked.table()))
        raise SystemExit(any(soaked.faults().values()))
    if names and names[0] == "grading":
        graded = grading(*map(int, names[1:2]))
        graded.show()
        raise SystemExit(bool(graded.wrong))
    for name, holds in (("gpu", gpu), ("mutants", mutation), ("stability", stability)):
        if names and names[0] == name:
            try:
                raise SystemExit(not holds(names[1:]))
            except KataError as error:
                raise SystemExit(str(error)) from None
    for name, benchmark in BENCHMARKS.items():
        if not names or name in names:
            print(f"\n{benchmark.__doc__}\n", flush=True)
            benchmark()


def side_by_side(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time the contestants in turn, so that the machine's moods fall on all of them."""

    def clocked(contestant: Callable[[], object]) -> float:
        start = time.perf_counter()
        contestant()
        return time.perf_counter() - start

    return timed({name: partial(clocked, each) for name, each in contestants.items()}, rounds)


def timed(contestants: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Do the same with contestants that clock themselves."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, contestant in contestants.items():
            found = contestant()
            if number:  # the first round fills caches
                seconds[name].append(found)
    return seconds


def table(seconds: dict[str, list[float]], unit: float = 1.0, name: str = "s") -> None:
    """Print medians and ranges, and ratios to the first."""
    first = statistics.median(next(iter(seconds.values())))
    print(f"{'':44}{'median':>10}{'min':>10}{'max':>10}{'ratio':>8}")
    for label, values in seconds.items():
        median, low, high = (f(values) / unit for f in (statistics.median, min, max))
        ratio = statistics.median(values) / first
        print(f"{label:44}{median:8.2f} {name}{low:8.2f} {name}{high:8.2f} {name}{ratio:8.2f}")


# What is measured ---------------------------------------------------------------------------------


def cold() -> None:
    """Run pytest cold on one solved kata, against plain pytest making the same observations."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        solve(selected([KATA]), project)
        solution = project / "solutions" / KATA
        stub = (project / "katas" / KATA).with_suffix(".py")
        (project / "test_plain.py").write_text(
            PLAIN.format(
                answer=str(stub),
                reference=str(solution / "reference.py"),
                checks=str(solution / "checks.py"),
            )
        )
        plugin = "pytest_torchkata.plugin"
        table(
            side_by_side(
                {
                    "plain pytest": lambda: pytest_run(project, "test_plain.py", "-p", f"no:{plugin}"),
                    "pytest-torchkata": lambda: pytest_run(project, str(stub), "-p", plugin),
                    "pytest-torchkata, serving": lambda: pytest_run(
                        project, str(stub), "-p", plugin, "--kata-isolation=serve"
                    ),
                },
                rounds=7,
            )
        )


def isolation() -> None:
    """Run one check on a reference and on an answer, in children that are warm."""
    catalogue = Catalogue(ROOT / "katas", ROOT / "solutions")
    kata = catalogue.find(KATA)
    arguments = {"given": Given(7), "gamma": 2.0, "dtype": "float32"}
    solved = Catalogue(ROOT / "nowhere", ROOT / "solutions").find(KATA)
    with tempfile.TemporaryDirectory() as name:
        stub = Path(name, "answer.py")
        shutil.copy(kata.solution / "reference.py", stub)
        solved = type(kata)(kata.id, stub, kata.solution)
        contestants: dict[str, Callable[[], object]] = {}
        sandboxes = {model: Sandbox(model) for model in ("fork", "serve")[default_model() != "fork" :]}
        jobs = [Job(solved, subject, "check_gamma", arguments) for subject in (REFERENCE, ANSWER)]
        for model, sandbox in sandboxes.items():
            contestants[f"in children, {model}"] = lambda s=sandbox: [s.run(job) for job in jobs]  # type: ignore[misc]
        import torch

        from pytest_torchkata import observe

        torch.set_num_threads(1)
        inside = {"in this process": lambda: [observe.observe(job) for job in jobs]}
        table(side_by_side({**inside, **contestants}, rounds=50), 1e-3, "ms")
        for sandbox in sandboxes.values():
            sandbox.close()


def collect() -> None:
    """List and collect generated katas of three checks, against as many test files of three tests."""
    plugin = "pytest_torchkata.plugin"
    # Plugins that a learner does not have, and that take longer to load than all the rest.
    quick = ("--collect-only", "-p", "no:hypothesispytest", "-p", "no:anyio")
    print(f"{'':30}{'katas':>8}{'median':>12}{'a kata':>12}{'ratio':>8}")
    for count in GENERATED:
        with tempfile.TemporaryDirectory() as name:
            project = generated(Path(name), count)
            seconds = side_by_side(
                {
                    "plain test files": lambda: pytest_run(project, "plain", *quick, "-p", f"no:{plugin}"),  # noqa: B023
                    "pytest --collect-only": lambda: pytest_run(project, "katas", *quick, "-p", plugin),  # noqa: B023
                    "torchkata list": lambda: python_run(project, LIST),  # noqa: B023
                },
                rounds=7 if count == GENERATED[0] else 2,
            )
            first = statistics.median(seconds["plain test files"])
            for label, values in seconds.items():
                median = statistics.median(values)
                each = f"{1e3 * median / count:9.2f} ms"
                print(f"{label:30}{count:8,}{median:10.2f} s{each}{median / first:8.2f}", flush=True)
            if count == GENERATED[0]:
                arguments = ["katas", "-qq", *quick, "-p", plugin]
                print(python_run(project, COLLECT.format(arguments=arguments)).splitlines()[-1])


def record() -> None:
    """Sum up a record of so many runs of 200 katas, as a run does that begins, and ``torchkata next``."""
    with tempfile.TemporaryDirectory() as name:
        stores = {f"{count:,} runs": recorded(Path(name, str(count)), count) for count in RECORDED}
        table(side_by_side({name: store.standings for name, store in stores.items()}, rounds=7), 1e-3, "ms")


def watch() -> None:
    """Save a solved kata of ten checks, half a millisecond each, and wait for its verdict on the screen."""
    if importlib.util.find_spec("pytest_watcher") is None:
        raise SystemExit("pytest-watcher is what watch is compared with: pip install --group bench")
    with tempfile.TemporaryDirectory() as name:
        watching, terminals = contestants(Path(name), steps=50)
        try:
            table(timed(watching, rounds=15), 1e-3, "ms")
        finally:
            for terminal in terminals:
                terminal.close()


def workers() -> None:
    """Run the whole catalogue, solved, on one worker and on two."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        solve(selected([]), project)
        arguments = ("katas", "-p", "pytest_torchkata.plugin")
        runs = {f"-n {n}": lambda n=n: pytest_run(project, *arguments, "-n", str(n)) for n in (1, 2)}  # type: ignore[misc]
        table(side_by_side(runs, rounds=3))


LIST = "import sys; sys.argv[1:] = ['list']; from pytest_torchkata.cli import main; main()"
COLLECT = "import sys, pytest; pytest.main({arguments}); print('torch imported:', 'torch' in sys.modules)"


def generated(project: Path, count: int) -> Path:
    """Make so many katas, and as many equal test files."""
    body = "\n\n".join(f"def {{}}_{n}():\n    return {{{{'value': {n}}}}}" for n in range(3))
    facts = "title = 'A kata'\nkind = 'implement'\nlevel = 'easy'\nminutes = {}\nhints = ['Think.']\n"
    (project / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
    for number in range(count):
        topic, kata = f"topic{number % 20}", f"kata{number}"
        plain = project / "plain" / topic / f"test_{kata}.py"
        stub = project / "katas" / topic / f"{kata}.py"
        solution = project / "solutions" / topic / kata
        for path in (plain.parent, stub.parent, solution):
            path.mkdir(parents=True, exist_ok=True)
        plain.write_text(body.format(*["test"] * 3))
        (solution / "checks.py").write_text(body.format(*["check"] * 3))
        (solution / "kata.toml").write_text(facts.format(1 + number % 60))
        stub.write_text("def answer():\n    raise NotImplementedError\n")
    return project


def recorded(directory: Path, count: int) -> Store:
    """Make a record of so many runs."""
    store = Store(directory / "progress.sqlite3")
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    what = ("failing", 2, 5, "7", "", 0.25, None, None, "cpu")
    times = [time_text(noon + timedelta(minutes=n)) for n in range(count)]
    runs = [Run(f"topic/kata_{n % 200}", at, *what) for n, at in enumerate(times)]  # type: ignore[arg-type]
    store.merge(History(runs, [], []))
    return store


def python_run(directory: Path, program: str) -> str:
    """Run a program in a process of its own, insist that it ends well, and return what it printed."""
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=directory, env=known, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


BENCHMARKS = {
    "cold": cold, "isolation": isolation, "collect": collect, "record": record, "watch": watch,
    "workers": workers,
}  # fmt: skip

if __name__ == "__main__":
    main(sys.argv[1:])
