"""Everything on a CUDA device, in one command that ends in time: what breaks, every kata, what it costs."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.many import ROOT, by_topic, selected, solve
from pytest_torchkata.catalogue import mistakes, right_answers
from pytest_torchkata.kata import Kata
from pytest_torchkata.proof import NotRun, prove
from pytest_torchkata.sandbox import devices_here

__all__ = ["gpu"]

_VARIES = re.compile(r"def check_\w+\([^)]*\bdevice\b|needs_cuda")
_OUTCOME = re.compile(r"(\d+) (passed|failed|skipped|errors?|not shown|to do|deselected)")
_SAMPLE = 4
"""Of so many katas one is run in all ways: a process for each takes its time."""


@dataclass(frozen=True)
class _Ran:
    """A run of pytest."""

    name: str
    katas: int
    seconds: float
    first: float | None
    """Seconds until the first check had passed."""
    outcomes: dict[str, int]
    failures: list[str] = field(default_factory=list)
    ended: bool = True

    @property
    def holds(self) -> bool:
        return self.ended and not self.failures and self.outcomes.get("passed", 0) > 0


@dataclass(frozen=True)
class _Proved:
    """What became of the right and wrong answers to one kata."""

    problems: list[str]
    seconds: float
    not_run: str = ""


class _Clock:
    """What is left of the time for everything."""

    def __init__(self, minutes: float) -> None:
        self._end = time.monotonic() + 60 * minutes

    def left(self) -> float:
        return max(1.0, self._end - time.monotonic())

    def is_up(self) -> bool:
        return time.monotonic() >= self._end


def gpu(arguments: Sequence[str]) -> bool:
    """Run everything on a device, print what came of it, and say whether all is as it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks gpu")
    parser.add_argument("names", nargs="*", metavar="KATA|TOPIC")
    parser.add_argument("--device", default="cuda", help="cpu shows without a GPU that this program works")
    parser.add_argument("--minutes", type=float, default=9.5, help="what has not ended by then is left out")
    parser.add_argument("--processes", type=int, default=min(8, os.cpu_count() or 1))
    parser.add_argument("--json", type=Path, help="write all that was found to this file")
    asked = parser.parse_args(arguments)
    clock = _Clock(asked.minutes)
    found: dict[str, object] = {"machine": _machine()}
    print("\n".join(f"{name:8} {said}" for name, said in _machine().items()), flush=True)
    seen = devices_here()
    if asked.device != "cpu" and not seen["cuda"]:
        raise SystemExit(f"There is no CUDA device here: {seen['why'] or 'device count 0'}")
    katas = [kata for kata in selected(asked.names) if _VARIES.search(_checks(kata))]
    runs = [
        _ran(
            "tests", 0, clock, ROOT, "tests/test_cuda.py", "tests/test_devices.py", "-n", str(asked.processes)
        )
    ]
    _show(runs[-1])
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        solve(katas, project)
        ways = _ways(katas, asked.device, clock, project)
        runs.append(next(ways))
        _show(runs[-1])
        # What matters more comes first: the rest is comparison.
        proofs = dict(_proofs(katas, asked.device, asked.processes, clock))
        _tell(katas, proofs)
        for each in ways:
            _show(each)
            runs.append(each)
    _compare(runs)
    found |= {"runs": [asdict(run) for run in runs], "proofs": {k: asdict(v) for k, v in proofs.items()}}
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))
    bad = [name for name, proof in proofs.items() if proof.problems]
    unrun = len(katas) - len(proofs)
    held = all(run.holds for run in runs) and not bad and not unrun
    print(f"\n{'all is as it must be' if held else 'NOT all is as it must be'}", flush=True)
    return held


def _machine() -> dict[str, str]:
    import torch

    asked = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        devices = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        devices = "none that nvidia-smi tells of"
    return {
        "GPU": "; ".join(devices.splitlines()),
        "torch": f"{torch.__version__}, CUDA {torch.version.cuda or 'not built in'}",
        "Python": f"{platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}",
    }


def _checks(kata: Kata) -> str:
    return (kata.solution / "checks.py").read_text()


# Runs of pytest -----------------------------------------------------------------------------------


def _ways(katas: Sequence[Kata], device: str, clock: _Clock, project: Path) -> Iterator[_Ran]:
    """Run the solved katas on the CPU and on the device, in one process and in one for each kata."""
    plugin = ("-p", "pytest_torchkata.plugin")
    on_device = (*plugin, "--device", device)
    shares = (*on_device, "-n", "4")
    sample = [str((project / "katas" / kata.id).with_suffix(".py")) for kata in katas[::_SAMPLE]]
    yield _ran(f"solved, {device}", len(katas), clock, project, "katas", *on_device)
    yield _ran("solved, CPU", len(katas), clock, project, "katas", *plugin)
    yield _ran(f"solved, {device}, -n 4", len(katas), clock, project, "katas", *shares)
    alone = ("-p", "benchmarks.one_child")
    for name, more in (
        ("CPU", plugin),
        (device, on_device),
        (f"{device}, a child each", (*on_device, *alone)),
    ):
        yield _ran(f"sample, {name}", len(sample), clock, project, *sample, *more)


def _ran(name: str, katas: int, clock: _Clock, directory: Path, *arguments: str) -> _Ran:
    """Run pytest in a process of its own, for as long as there is time."""
    command = [sys.executable, "-u", "-m", "pytest", "-v", "-rfE", "-p", "no:cacheprovider", *arguments]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *_python_path()])}
    start = time.monotonic()
    first, lines, ended = None, [], True
    with subprocess.Popen(
        command, cwd=directory, env=known, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        killer = _Killer(process, clock.left())
        for line in process.stdout:
            lines.append(line.rstrip())
            if first is None and " PASSED" in line:
                first = time.monotonic() - start
        ended = not killer.done()
    outcomes = {what: int(number) for number, what in _OUTCOME.findall(lines[-1] if lines else "")}
    failures = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    if process.returncode and not failures:
        failures = lines[-5:]
    return _Ran(name, katas, time.monotonic() - start, first, outcomes, failures, ended)


class _Killer:
    """Ends a process that takes too long."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        import threading

        self._process = process
        self._killed = False
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def _kill(self) -> None:
        self._killed = True
        self._process.terminate()

    def done(self) -> bool:
        """Let it live, and return whether it was ended."""
        self._timer.cancel()
        return self._killed


def _python_path() -> list[str]:
    known = os.environ.get("PYTHONPATH")
    return [known] if known else []


def _show(ran: _Ran) -> None:
    outcomes = ", ".join(f"{number} {what}" for what, number in ran.outcomes.items()) or "no result"
    print(
        f"\n{ran.name}: {outcomes} in {ran.seconds:.1f} s{'' if ran.ended else ', out of time'}", flush=True
    )
    for failure in ran.failures[:40]:
        print(f"  {failure}", flush=True)


def _compare(runs: Sequence[_Ran]) -> None:
    print(f"\n{'':28}{'katas':>8}{'seconds':>10}{'katas/s':>10}{'first check':>14}{'ratio':>8}")
    bases = {_group(ran): ran.seconds for ran in runs if ran.name.endswith(", CPU")}
    for ran in (ran for ran in runs if ran.katas):
        first = "-" if ran.first is None else f"{ran.first:.1f} s"
        each = ran.katas / ran.seconds
        ratio = ran.seconds / bases.get(_group(ran), ran.seconds)
        print(f"{ran.name:28}{ran.katas:8}{ran.seconds:10.1f}{each:10.2f}{first:>14}{ratio:8.2f}", flush=True)


def _group(ran: _Ran) -> str:
    return ran.name.partition(",")[0]


# Right and wrong answers --------------------------------------------------------------------------


def _proofs(
    katas: Sequence[Kata], device: str, processes: int, clock: _Clock
) -> Iterator[tuple[str, _Proved]]:
    """Prove every kata on the device, one after the other in each process, for as long as there is time."""
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    running: dict[Future[_Proved], Kata] = {
        pool.submit(partial(_proved, device=device), kata): kata for kata in katas
    }
    pending = set(running)
    while pending and not clock.is_up():
        done, pending = wait(pending, timeout=clock.left(), return_when="FIRST_COMPLETED")
        for future in done:
            error = future.exception()
            proof = future.result() if error is None else _Proved([f"{type(error).__name__}: {error}"], 0.0)
            yield running[future].id, proof
    for process in list(pool._processes.values()) if pending else []:
        process.terminate()
    pool.shutdown(wait=not pending, cancel_futures=True)


def _proved(kata: Kata, device: str) -> _Proved:
    start = time.monotonic()
    os.chdir(ROOT)
    try:
        problems, not_run = prove(kata, "--device", device), ""
    except NotRun as reason:
        problems, not_run = [], str(reason)
    return _Proved(problems, time.monotonic() - start, not_run)


def _tell(katas: Sequence[Kata], proofs: dict[str, _Proved]) -> None:
    for name, proof in proofs.items():
        for problem in proof.problems:
            print(f"  {name}: {problem}")
        if proof.not_run:
            print(f"  {name}: not run, {proof.not_run}")
    missing = [kata.id for kata in katas if kata.id not in proofs]
    if missing:
        print(f"  out of time, not proved: {', '.join(missing)}")
    rows = {}
    for kata in katas:
        if kata.id in proofs and not proofs[kata.id].not_run:
            proof = proofs[kata.id]
            answers = (1 + len(right_answers(kata)), len(mistakes(kata)))
            rows[kata.id] = (*answers, len(proof.problems), round(proof.seconds))
    print(
        "\nRight answers that must pass on the device, and wrong ones that must be rejected there:",
        flush=True,
    )
    columns = ("right answers", "wrong answers", "problems", "seconds", "answers a second")
    by_topic(columns, rows, lambda right, wrong, _bad, seconds: f"{(right + wrong) / max(1, seconds):.1f}")
