"""Judges answers that are not in a project's own folder: those of an interview, or of hundreds of candidates.

What decides are processes of their own, each of which judges one answer at a time and keeps what the
references have shown, since with one seed the inputs are the same for all. No answer runs in any of them. If
one ends all the same, that costs the answer at hand a second attempt, alone, and the others nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from pytest_torchkata import devices, guard, report
from pytest_torchkata.catalogue import KataError
from pytest_torchkata.judge import Judge, Judged
from pytest_torchkata.kata import Kata, State
from pytest_torchkata.material import needs
from pytest_torchkata.project import ProjectError
from pytest_torchkata.proof import Case, Skipped, with_cases
from pytest_torchkata.record import state
from pytest_torchkata.sandbox import SandboxError, devices_here, import_path
from pytest_torchkata.warm import Warm

__all__ = ["CheckResult", "KataResult", "judge"]

Outcome = Literal["passed", "failed", "to do", "skipped", "error", "not run"]

_FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
"""What in the environment is for other runs of pytest than ours."""
_SETTINGS = "[pytest]\naddopts = -p pytest_torchkata.plugin -p pytest_timeout\n"


@dataclass(frozen=True)
class CheckResult:
    """What came of one case of a check."""

    title: str
    case: str
    """What tells it from the other cases of its check, as "gamma=2.0, dtype=float32"; empty if alone."""
    outcome: Outcome
    message: str = ""
    """What is wrong, in one line; empty where nothing is."""
    mistake: str | None = None
    """The name of the known mistake that was recognised."""
    cause: str = ""
    """How it failed, as ``Verdict.cause`` has it; empty where it did not."""
    seconds: float = 0.0
    device: str = "cpu"
    measured: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """What was measured, in a kata about time or memory."""


@dataclass(frozen=True)
class KataResult:
    """What came of one answer."""

    id: str
    state: State | Literal["not judged"]
    checks: tuple[CheckResult, ...] = ()
    trouble: str = ""
    """Why it could not be judged; empty where it was."""


class _Task(NamedTuple):
    """An answer to be judged."""

    submission: str
    kata: str
    source: bytes


class _Lost(NamedTuple):
    """Something ended the judging of an answer, and why."""

    reason: str


def _tell_nobody(submission: str, kata: str) -> None:
    pass


def judge(
    submissions: Mapping[str, Mapping[str, bytes | None]],
    solutions: Path,
    *,
    seed: int,
    gpu: bool = False,
    jobs: int = 0,
    tell: Callable[[str, str], None] = _tell_nobody,
) -> dict[str, dict[str, KataResult]]:
    """Judge all checks of the katas on the answers to them, and return what came of each, in the same order.

    ``submissions`` holds the source of each answer, None where there is none, by the name of the submission
    and the id of the kata. ``jobs`` answers are judged at a time; 0: one for each core. ``tell`` is called
    with both names when an answer has been judged. An answer that could not be judged is "not judged", and
    says why; nothing that an answer does is raised. With ``gpu`` they are judged on CUDA as well; raises
    ``ProjectError`` if there is none.
    """
    if gpu:
        _check_cuda()
    nothing = KataResult("", "not judged")
    found = {name: dict.fromkeys(answers, nothing) for name, answers in submissions.items()}

    def settle(name: str, result: KataResult) -> None:
        found[name][result.id] = result
        tell(name, result.id)

    tasks = []
    for name, answers in submissions.items():
        for kata_id, source in answers.items():
            if source is None:
                settle(name, KataResult(kata_id, "to do"))
            else:
                tasks.append(_Task(name, kata_id, source))
    tasks.sort(key=lambda task: task.kata)  # whose checks are loaded, and whose reference is run, once
    with _laid_out({task.kata for task in tasks}) as root:
        arguments = (f"--kata-seed={seed}", f"--override-ini=torchkata_solutions={solutions.absolute()}")
        bench = _Bench(root, solutions.absolute(), (*arguments, *(["--gpu"] if gpu else [])))
        lost = []
        with contextlib.closing(_replies(tasks, bench, jobs or _cores())) as replies:
            for task, reply in replies:
                if isinstance(reply, _Lost):
                    lost.append(task)
                else:
                    settle(task.submission, reply)
        for task in lost:
            ((_, reply),) = _replies([task], bench, 1)
            if isinstance(reply, _Lost):
                reply = KataResult(task.kata, "not judged", trouble=reply.reason)
            settle(task.submission, reply)
    return found


def _check_cuda() -> None:
    try:
        devices.choose(True, None, devices_here())
    except (devices.DevicesError, SandboxError) as error:
        raise ProjectError(str(error)) from None


def _cores() -> int:
    with contextlib.suppress(AttributeError):  # Linux knows which of them we may use
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def _laid_out(katas: set[str]) -> Iterator[Path]:
    """Make a project in which the checks of these katas can be collected; it holds no answer."""
    with tempfile.TemporaryDirectory(prefix="torchkata-grading-", ignore_cleanup_errors=True) as name:
        root = Path(name).resolve()
        (root / "pytest.ini").write_text(_SETTINGS, encoding="utf-8")
        for kata_id in katas:
            _stub(root, kata_id).parent.mkdir(parents=True, exist_ok=True)
            _stub(root, kata_id).touch()
        yield root


def _stub(folder: Path, kata_id: str) -> Path:
    return folder / "katas" / f"{kata_id}.py"


# The processes that judge, as the one that hands out the answers sees them -----------------------

_PROGRAM = "import sys; sys.path[:] = {path!r}; from pytest_torchkata import grading; grading.serve()"


class _Judging:
    """A process that judges one answer at a time."""

    def __init__(self, bench: _Bench) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-c", _PROGRAM.format(path=import_path())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._send(bench)

    def judged(self, task: _Task) -> KataResult | _Lost:
        """Have an answer judged."""
        assert self._process.stdout is not None
        self._send(task)
        try:
            reply: KataResult | _Lost = pickle.load(self._process.stdout)  # noqa: S301 (from us)
        except (EOFError, OSError, pickle.UnpicklingError):
            return _Lost(f"The process that judged it ended ({_status(self._process.wait())}).")
        return reply

    def _send(self, what: _Bench | _Task) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended, which shows when the reply is read
            pickle.dump(what, self._process.stdin)
            self._process.stdin.flush()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self, patience: float = guard.PATIENCE) -> None:
        """Let the process leave, or make it where it is at work."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def _status(status: int) -> str:
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"status {status}"


def _replies(
    tasks: Sequence[_Task], bench: _Bench, at_once: int
) -> Generator[tuple[_Task, KataResult | _Lost], None, None]:
    """Have answers judged, so many at once, and yield what is said of each as it comes."""
    waiting, replies = deque(tasks), queue.SimpleQueue[tuple[_Task, KataResult | _Lost]]()
    at_work: list[_Judging] = []

    def work() -> None:
        process: _Judging | None = None
        with contextlib.suppress(IndexError):  # nothing is left to do
            while True:
                task = waiting.popleft()
                if process is None or not process.is_alive():
                    process = _Judging(bench)
                    at_work.append(process)
                replies.put((task, process.judged(task)))
        if process is not None:
            process.end()

    workers = [threading.Thread(target=work) for _ in range(min(at_once, len(tasks)))]
    for worker in workers:
        worker.start()
    try:
        for _ in tasks:
            yield replies.get()
    except BaseException:
        waiting.clear()
        for process in at_work:
            process.end(patience=0)
        raise
    finally:
        for worker in workers:
            worker.join()


# In such a process --------------------------------------------------------------------------------


def serve() -> None:
    """Judge what comes by standard input, and say what came of it where standard output was."""
    tasks, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    bench: _Bench = pickle.load(tasks)  # noqa: S301 (from us)
    bench.serve(tasks, replies)


@dataclass
class _Bench:
    """Judges what is sent, and keeps the checks of a kata at hand while answers to it come."""

    root: Path
    solutions: Path
    arguments: Sequence[str]

    def serve(self, tasks: BinaryIO, replies: BinaryIO) -> None:
        """Judge answers until no more are sent."""
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the process that we work for
        guard.end_with_parent()
        for name in _FOREIGN:
            os.environ.pop(name, None)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.chdir(self.root)
        self._tasks, self._replies = tasks, replies
        warm = Warm()
        try:
            self._receive()
            while self._task is not None:
                self._serve_kata(self._task.kata, warm)
        finally:
            warm.close()

    def _serve_kata(self, kata_id: str, warm: Warm) -> None:
        solution = self.solutions / kata_id
        kata = Kata(kata_id, _stub(self.root, kata_id), solution)
        try:
            launch = warm.launching(needs(solution))
            with_cases(kata, self._judge_answers, *self.arguments, launch=launch)
        except (KataError, OSError) as error:  # of the kata, and no answer's
            self._say(KataResult(kata_id, "not judged", trouble=str(error)))

    def _judge_answers(self, judge: Judge, cases: Sequence[Case], skipped: Sequence[Skipped]) -> None:
        """Judge answers until one to another kata is sent."""
        assert self._task is not None
        kata_id = self._task.kata
        while self._task is not None and self._task.kata == kata_id:
            try:
                self._say(self._judged(self._task, judge, cases, skipped))
            except SandboxError as error:
                self._say(_Lost(str(error)))

    def _judged(
        self, task: _Task, judge: Judge, cases: Sequence[Case], skipped: Sequence[Skipped]
    ) -> KataResult:
        with self._alone(task) as kata:
            results = list(_checked(judge, cases, kata))
        results += [CheckResult(each.title, each.case, "skipped", each.reason) for each in skipped]
        found = state([result.outcome for result in results], len(results))
        if found is None:
            why = next((each.message for each in results if each.outcome in ("error", "skipped")), "")
            return KataResult(task.kata, "not judged", tuple(results), why)
        return KataResult(task.kata, found, tuple(results))

    @contextlib.contextmanager
    def _alone(self, task: _Task) -> Iterator[Kata]:
        """Put an answer into a directory of its own, which is gone before the next one runs.

        Its name is new, since a process in which an answer was serves no other.
        """
        folder = Path(tempfile.mkdtemp(prefix="answer-", dir=self.root))
        stub = _stub(folder, task.kata)
        stub.parent.mkdir(parents=True)
        stub.write_bytes(task.source)
        os.chdir(folder)  # so that messages name it as its author would
        try:
            yield Kata(task.kata, stub, self.solutions / task.kata)
        finally:
            os.chdir(self.root)
            shutil.rmtree(folder, ignore_errors=True)

    def _say(self, reply: KataResult | _Lost) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more
            pickle.dump(reply, self._replies)
            self._replies.flush()
        self._receive()

    def _receive(self) -> None:
        self._task: _Task | None = None
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
            self._task = pickle.load(self._tasks)  # noqa: S301 (from us)


def _checked(judge: Judge, cases: Sequence[Case], kata: Kata) -> Iterator[CheckResult]:
    """Judge an answer in all cases."""
    judged: list[Judged | str] = []
    seconds = []
    for case in cases:
        start = time.monotonic()
        try:
            judged.append(judge.judged(dataclasses.replace(case.check, kata=kata), case.seed))
        except KataError as error:
            judged.append(str(error))
        seconds.append(time.monotonic() - start)
    verdicts = iter(judge.explained([each for each in judged if isinstance(each, Judged)]))
    for case, each, taken in zip(cases, judged, seconds, strict=True):
        check = case.check
        about: dict[str, Any] = {"device": check.device, "seconds": taken}
        if isinstance(each, str):
            outcome: Outcome = "error"
            about["message"] = each
        else:
            verdict = next(verdicts)
            outcome = "not run" if verdict.cause == "not run" else verdict.outcome
            about |= {"mistake": verdict.mistake, "measured": verdict.measured}
            if outcome != "passed":
                about |= {"message": " ".join(report.gist(verdict).split()), "cause": verdict.cause}
        yield CheckResult(check.title, report.case(check.parameters), outcome, **about)
