"""Print what the plugin costs: ratios to plain pytest, measured side by side in one run.

``python -m benchmarks [cold] [isolation] [collect]`` prints the named tables, or all of them;
``python -m benchmarks soak [RUNS]`` runs pytest many times, and counts what must not happen.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.soak import soak
from pytest_torchkata.catalogue import Catalogue
from pytest_torchkata.checks import Given
from pytest_torchkata.kata import ANSWER, REFERENCE, Job
from pytest_torchkata.sandbox import Sandbox, default_model

ROOT = Path(__file__).parents[1]
KATA = "losses/focal_loss"
GENERATED = 2000

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
    for name, benchmark in BENCHMARKS.items():
        if not names or name in names:
            print(f"\n{benchmark.__doc__}\n", flush=True)
            benchmark()


def side_by_side(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time the contestants in turn, so that the machine's moods fall on all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, contestant in contestants.items():
            start = time.perf_counter()
            contestant()
            if number:  # the first round fills caches
                seconds[name].append(time.perf_counter() - start)
    return seconds


def table(seconds: dict[str, list[float]], unit: float = 1.0, name: str = "s") -> None:
    """Print medians and ranges, and ratios to the first."""
    first = statistics.median(next(iter(seconds.values())))
    print(f"{'':44}{'median':>10}{'min':>10}{'max':>10}{'ratio':>8}")
    for label, values in seconds.items():
        median, low, high = (f(values) / unit for f in (statistics.median, min, max))
        ratio = statistics.median(values) / first
        print(f"{label:44}{median:8.2f} {name}{low:8.2f} {name}{high:8.2f} {name}{ratio:8.2f}")


def pytest_run(directory: Path, *arguments: str) -> None:
    """Run pytest in a process of its own, and insist that it passes."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


# What is measured ---------------------------------------------------------------------------------


def cold() -> None:
    """Run pytest cold on one solved kata, against plain pytest making the same observations."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        shutil.copytree(ROOT / "solutions", project / "solutions")
        solution = project / "solutions" / KATA
        stub = (project / "katas" / KATA).with_suffix(".py")
        stub.parent.mkdir(parents=True)
        shutil.copy(solution / "reference.py", stub)
        (project / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
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
    """Collect 2,000 generated katas, against 2,000 equal plain test files."""
    body = "\n\n".join(f"def {{}}_{n}():\n    return {{{{'value': {n}}}}}" for n in range(3))
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        (project / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
        for number in range(GENERATED):
            topic, kata = f"topic{number % 20}", f"kata{number}"
            plain = project / "plain" / topic / f"test_{kata}.py"
            stub = project / "katas" / topic / f"{kata}.py"
            solution = project / "solutions" / topic / kata
            for path in (plain.parent, stub.parent, solution):
                path.mkdir(parents=True, exist_ok=True)
            plain.write_text(body.format(*["test"] * 3))
            (solution / "checks.py").write_text(body.format(*["check"] * 3))
            stub.write_text("def answer():\n    raise NotImplementedError\n")
        plugin = "pytest_torchkata.plugin"
        table(
            side_by_side(
                {
                    "plain test files": lambda: pytest_run(
                        project, "plain", "--collect-only", "-p", f"no:{plugin}"
                    ),
                    "katas": lambda: pytest_run(project, "katas", "--collect-only", "-p", plugin),
                },
                rounds=3,
            )
        )
        program = (
            "import sys, pytest; pytest.main(['katas/topic0', '--collect-only', '-qq', '-p', "
            f"{plugin!r}]); print('torch imported:', 'torch' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
        )
        print(done.stdout.splitlines()[-1])


BENCHMARKS = {"cold": cold, "isolation": isolation, "collect": collect}

if __name__ == "__main__":
    main(sys.argv[1:])
