"""Runs jobs in child processes and tells what came back, whatever the child did.

This is the deciding process's side: it starts children, waits with a deadline, replaces what broke, and
turns replies into runs. It imports no torch and no kata's code.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import queue
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, NamedTuple, Protocol, cast

from pytest_torchkata import guard, transport, usage
from pytest_torchkata.kata import BrokenRule, Frame, Job, Kata, Observed, Order, Raised, Run, Step, Stopped
from pytest_torchkata.turns import turn

__all__ = [
    "Launch", "Model", "Process", "Sandbox", "SandboxError",
    "child_environment", "default_model", "devices_here", "import_path", "start_child", "understand",
]  # fmt: skip

Model = Literal["fork", "serve"]
STARTUP = 180.0
"""Seconds that a child may take to import torch."""
PATIENCE = {"fork": 10.0, "serve": 1.0}
"""Seconds beyond a job's own limit after which the child itself is given up. A forking child ends its
worker by itself; only if it cannot does this count."""
TICK = 0.1
"""Seconds between two looks at what a job's processes take."""
KILLED = -9
"""Exit status of a process that somebody has killed."""
ATTEMPTS = 3
"""Times that a job is begun where something ends the children, which may be the system, short of memory."""
_PROGRAM = """
import sys
sys.path[:] = {path!r}
from pytest_torchkata import guard
guard.stand({home!r})
from pytest_torchkata.child import main
main({model!r}, {home!r})
"""
# One core per child: repeatable sums, and no pool of threads that a fork would break.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # the same sums in every run
    "CUDA_LAUNCH_BLOCKING": "0",  # what overlaps must be seen to
}
if sys.platform.startswith("linux"):  # a laptop's host name need not resolve
    _ENVIRONMENT["GLOO_SOCKET_IFNAME"] = "lo"


# What an answer's process needs of the environment; the rest may hold what is nobody's business.
_PASSED_ON = (
    "PATH", "LANG", "LC_", "TZ", "TERM", "USER", "LOGNAME", "HOME", "TMP", "TEMP", "PYTHON", "VIRTUAL_ENV",
    "CONDA_", "LD_", "DYLD_", "CUDA", "NVIDIA", "PYTORCH", "TORCH", "TRITON", "OMP_", "MKL_", "OPENBLAS",
    "KMP_", "CC", "CXX", "COVERAGE", "COV_", "SYSTEM", "WINDIR", "COMSPEC", "PROCESSOR_", "PROGRAM",
    "NUMBER_OF_PROCESSORS", "APPDATA", "LOCALAPPDATA", "PYTEST_XDIST_WORKER",
)  # fmt: skip


_KEPT_BACK = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")
"""What would have the allocator count otherwise than the checks know it."""


def _passed_on() -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if name.upper().startswith(_PASSED_ON)}
    return {name: value for name, value in passed.items() if name not in _KEPT_BACK}


class SandboxError(Exception):
    """A child could not be started or spoken to; the text is for the user."""


class KilledError(SandboxError):
    """A child was killed before it could take a job, by something that is not us."""


def _no_start(reason: str) -> str:
    check = f"{sys.executable} -c 'import torch'"
    return f"The process that runs katas could not start: {reason}. Does this work?  {check}"


class Process(Protocol):
    """What we use of ``subprocess.Popen``."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


Launch = Callable[[Model, Path, Mapping[str, str]], Process]
"""Starts a child of a model, with its files in a directory, and with more in its environment."""


def child_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child."""
    return {**_passed_on(), **_ENVIRONMENT, **more}


def devices_here() -> dict[str, Any]:
    """Return what torch reports of this machine, as a process of its own sees it.

    Raises ``SandboxError`` if that cannot be started.
    """
    asking = _Child("serve", {}, start_child)
    try:
        return asking.ask("devices")
    finally:
        asking.end()


def import_path() -> list[str]:
    """Return where a program of ours imports from: where this process does."""
    return [entry or str(Path.cwd()) for entry in sys.path]


def start_child(model: Model, home: Path, environment: Mapping[str, str]) -> Process:
    """Start a child as a program of its own."""
    with (home / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-c", _PROGRAM.format(path=import_path(), model=model, home=str(home))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=child_environment(environment),
            start_new_session=True,  # Ctrl-C is for the deciding process, which then ends us
        )


def default_model() -> Model:
    """Fork where the platform can."""
    return "fork" if hasattr(os, "fork") else "serve"


class Sandbox:
    """Children for one pytest process; they start when first needed and end with ``close``."""

    def __init__(
        self, model: Model, environment: Mapping[str, str] | None = None, launch: Launch = start_child
    ) -> None:
        self.model = model
        self._launch = launch
        self._environment = dict(environment or {})
        self._children: dict[_Place, _Child] = {}
        self._spare: _Child | None = None

    def start(self) -> None:
        """Begin to start the child that most jobs need, without waiting for it."""
        self._child(_Place(self.model, "" if self.model == "fork" else "answer"))

    def run(self, job: Job) -> Run:
        """Run a job and return what came of it.

        Raises ``SandboxError`` if no child can be started.
        """
        place = _place(self.model, job)
        why = ""
        for attempt in range(ATTEMPTS):
            with contextlib.suppress(KilledError), turn(job.device, self._environment, alone=job.timed):
                children = [self._child(place._replace(rank=rank), job) for rank in range(job.ranks)]
                replies = _run_on(children, job)
                why = children[0].last_words or why
                if replies:
                    runs = [understand(reply, job) for reply in replies]
                    if any(_was_killed(run) for run in runs) and attempt + 1 < ATTEMPTS:
                        continue
                    return runs[0] if job.ranks == 1 else _merged(runs)
        why = why or "Is the memory full?"
        raise SandboxError(f"The process that runs katas ended before it could begin. {why}")

    def devices(self) -> dict[str, Any]:
        """Return what torch reports of this machine: its version, CUDA devices, MPS, and why not."""
        # Asking initialises CUDA, after which a process can no longer fork children that use it. Whoever
        # asks is going to use it, so that the other one imports torch meanwhile.
        self._child(_Place("serve", "answer", "cuda"))
        return self._child(_Place("serve", "ours", "cuda")).ask("devices")

    def close(self) -> None:
        """End every child."""
        children = [*self._children.values(), *([self._spare] if self._spare else [])]
        for child in children:
            child.dismiss()
        for child in children:
            child.end()
        self._children.clear()
        self._spare = None

    def _child(self, place: _Place, job: Job | None = None) -> _Child:
        known = self._children.get(place)
        if known is not None and known.usable():
            if place.role == "" or job is None or known.suits(job):
                return known
            self._children[place] = self._next() if place.device == "cpu" else self._new(place)
            known.end()
        else:
            self._children[place] = self._new(place)
        return self._children[place]

    def _next(self) -> _Child:
        """Return a child that serves another kata than the last, and start the one after it already."""
        spare, self._spare = self._spare, None
        if spare is None or not spare.usable():
            spare = self._new(_Place("serve", "answer"))
        self._spare = self._new(_Place("serve", "answer"))
        return spare

    def _new(self, place: _Place) -> _Child:
        more = {"CUDA_LAUNCH_BLOCKING": "1"} if place.blocking else {}
        if place.device == "cpu":  # an answer that asks would start CUDA, for which its memory is too little
            more["CUDA_VISIBLE_DEVICES"] = ""
        return _Child(place.model, {**self._environment, **more}, self._launch)


class _Place(NamedTuple):
    """What a child is for: one process serves only one of these."""

    model: Model
    role: Literal["", "answer", "ours"]
    """Where one process serves many jobs, an answer's is not the one that runs references."""
    device: str = "cpu"
    blocking: bool = False
    rank: int = 0


def _place(model: Model, job: Job) -> _Place:
    device = job.device.partition(":")[0]
    if model == "fork" and device == "cpu":
        return _Place("fork", "")
    return _Place("serve", "answer" if job.runs_answer else "ours", device, job.blocking)


def _run_on(children: list[_Child], job: Job) -> list[dict[str, Any]]:
    """Return the children's replies; none if a child was gone before it could begin."""
    meeting = children[0].meeting_point()
    for rank, child in enumerate(children):
        child.begin(job, rank, meeting)
    replies = [child.finish(job) for child in children]
    for child, reply in zip(children, replies, strict=True):
        if None in replies or (reply and reply.get("spoiled")):
            child.end()
    return [reply for reply in replies if reply] if None not in replies else []


class _Child:
    """One process of ``child.py``, and the thread that reads its replies."""

    def __init__(self, model: Model, environment: Mapping[str, str], launch: Launch) -> None:
        self._model = model
        try:
            self._home = Path(tempfile.mkdtemp(prefix="torchkata-"))
        except OSError as error:
            raise SandboxError(f"There is no place for temporary files: {error}") from None
        self._ready = self._ended = False
        self._meetings = 0
        self._kata: Kata | None = None
        self._token = b""
        self.last_words = ""
        """Why a job could not begin, if the process has said so."""
        self._process = launch(model, self._home, environment)
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def usable(self) -> bool:
        """Return whether the process is there to take another job."""
        if not self._ended and self._process.poll() is not None:
            if not self._ready and self._status() != KILLED:
                raise self._failure()
            self.end()
        return not self._ended

    def suits(self, job: Job) -> bool:
        """Return whether a process that serves may serve this job as well.

        Answers are kept apart: by the kata, and on CUDA, where a context is dear, by who has written them.
        Several ranks meet in new processes only, which still have a network.
        """
        if self._kata is None:
            return True
        if not job.runs_answer:
            same = self._kata.solutions == job.kata.solutions
        elif job.device == "cpu":
            same = self._kata == job.kata
        else:
            same = (self._kata.katas, self._kata.solutions) == (job.kata.katas, job.kata.solutions)
        return same and job.ranks == 1

    def meeting_point(self) -> str:
        """Return the path of a file, not there yet, by which the ranks of a job find each other."""
        self._meetings += 1
        return str(self._home / f"meeting-{self._meetings}")

    def begin(self, job: Job, rank: int, rendezvous: str) -> None:
        """Hand over a job; the child says "started" before the job's time begins."""
        self._kata = job.kata
        self._token = secrets.token_bytes(8)
        self._send(Order(job, rank, rendezvous, self._token))

    def finish(self, job: Job) -> dict[str, Any] | None:
        """Wait for the end of the job that was begun; a reply with "spoiled" is the child's last.

        Returns None if the job could not begin, which is no fault of its own.
        """
        try:
            if self._receive(STARTUP) is None:
                self.last_words = self._said()
                return None
            reply = self._await(job)
        except queue.Empty:
            reply = {"how": "time", "spoiled": True}
            self._process.terminate()
        except transport.TransportError:
            reply = {"how": "garbled", "spoiled": True}
            self._process.terminate()
        if reply is None:
            reply = self._loss()
        elif reply["how"] == "exit" and reply.get("token") != self._token:
            reply = {"how": "garbled", "spoiled": True}
        if reply.get("status") == transport.UNREADY:
            self.last_words = self._said()
            return None
        reply["stack"] = self._stack(job)
        return reply

    def _await(self, job: Job) -> dict[str, Any] | None:
        """Wait for a job's reply, and watch what its processes take in the meantime."""
        start = time.monotonic()
        most = None if job.seconds is None else job.seconds + PATIENCE[self._model]
        meter: usage.Meter | None = None
        laps = _Laps()
        while True:
            spent = time.monotonic() - start
            if most is not None and spent >= most:
                raise queue.Empty
            with contextlib.suppress(queue.Empty):
                reply = self._receive(TICK if most is None else min(TICK, most - spent))
                if reply is not None and "lap" in reply:
                    laps.pass_by(reply["lap"])
                    continue
                return reply and {**reply, "laps": laps.seconds}
            meter = meter or usage.Meter(self._process.pid, self._home, job)
            if passed := meter.passed():
                self._process.terminate()
                return {"how": "limit", "detail": passed, "spoiled": True}

    def _loss(self) -> dict[str, Any]:
        """Say how the process came to send no more."""
        try:
            self._process.wait(PATIENCE["serve"])
        except subprocess.TimeoutExpired:  # it has closed the stream, and lives on
            self._process.terminate()
            return {"how": "garbled", "spoiled": True}
        return {"how": "exit", "status": self._status(), "spoiled": True}

    def _status(self) -> int | None:
        """Return the exit status of the process that has ended, of which its guard leaves a note."""
        try:
            return int((self._home / guard.STATUS).read_text())
        except (OSError, ValueError):
            return self._process.poll()

    def ask(self, question: str) -> dict[str, Any]:
        """Return the answer to a question that is no job."""
        self._send(question)
        return self._expect()

    def dismiss(self) -> None:
        """Let the process leave by itself, or make it, if it is not yet able to."""
        self._ended = True
        with contextlib.suppress(OSError):
            cast(BinaryIO, self._process.stdin).close()
        if not self._ready:
            self._process.terminate()

    def end(self) -> None:
        """End the process and what it left, and remove its files."""
        self.dismiss()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2 * guard.PATIENCE)
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._reader.join(guard.PATIENCE)
        if not self._reader.is_alive():
            cast(BinaryIO, self._process.stdout).close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _send(self, message: object) -> None:
        if not self._ready:
            self._expect()
            self._ready = True
        with contextlib.suppress(BrokenPipeError):  # its end shows when the reply is read
            transport.send(cast(BinaryIO, self._process.stdin), pickle.dumps(message))

    def _expect(self) -> dict[str, Any]:
        """Return the reply to what takes no answer's time."""
        try:
            reply = self._receive(STARTUP)
        except queue.Empty:
            raise SandboxError(_no_start(f"it took more than {STARTUP:g} s")) from None
        if reply is None:
            raise self._failure()
        return reply

    def _receive(self, seconds: float | None) -> dict[str, Any] | None:
        """Return the next reply, or None if the process has ended; raises queue.Empty in the end."""
        frame = self._frames.get(timeout=seconds)
        if frame is None:
            self._frames.put(None)  # the end stays the end
            return None
        reply = transport.decode(frame)
        if not isinstance(reply, dict):
            raise transport.TransportError(f"no reply: {type(reply).__name__}")
        return reply

    def _read(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        with contextlib.suppress(OSError, ValueError):
            while (frame := transport.receive(stream)) is not None:
                self._frames.put(frame)
        self._frames.put(None)

    def _failure(self) -> SandboxError:
        """Say why the process could not start, and end what there is of it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE["serve"])
        status = self._status()
        said = self._said()
        self.end()
        if status == KILLED:
            return KilledError(
                "The process that runs katas is killed whenever it starts. Is the memory full?"
            )
        return SandboxError(_no_start(said or f"exit status {status}"))

    def _said(self) -> str:
        """Return the last line that the process has written about itself."""
        lines = (self._home / "log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _stack(self, job: Job) -> list[Frame]:
        """Return the answer's frames of the stack that was dumped, outermost first."""
        try:
            text = (self._home / "stack").read_text(errors="replace")
        except OSError:
            return []
        found = re.findall(r'^  File "(.*)", line (\d+) in (.*)$', text, re.MULTILINE)
        own = [(int(line), name) for file, line, name in found if file == str(job.kata.stub)]
        return [Frame(line, name) for line, name in reversed(own)]


class _Laps:
    """Our own clock for what a child does between two calls that it gives us."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def pass_by(self, name: object) -> None:
        """Note that a lap begins, or that it ends where it has begun."""
        now, lap = time.monotonic(), _line(name)
        if lap in self._began:
            self.seconds[lap] = now - self._began.pop(lap)
        elif len(self.seconds) < _MOST_LAPS:
            self._began[lap] = now


_MOST_LAPS = 8


def _was_killed(run: Run) -> bool:
    """Return whether something ended a process that we did not: the system, short of memory, or a user."""
    return isinstance(run, Stopped) and run.why == "signal" and run.detail == "SIGKILL"


# From a reply to a run ----------------------------------------------------------------------------


def understand(reply: Mapping[str, Any], job: Job) -> Run:
    """Say what a reply means; nothing that an answer made the child send can raise here."""
    said = reply.get("output")
    output = _harmless(said.decode(errors="replace")) if isinstance(said, bytes) else ""
    if reply.get("cut"):
        output += f"\n[cut: only the first {len(output)} characters are kept]"
    frames = tuple(reply["stack"])
    if reply.get("how") == "time":
        return Stopped("time", f"{job.seconds or 0:g} s", frames, output)
    if reply.get("how") == "limit":
        return Stopped("limit", _text(reply.get("detail")), frames, output)
    status = reply.get("status", 0)
    if reply.get("how") == "garbled" or type(status) is not int or abs(status) > 1 << 32:
        return Stopped("garbled", "", frames, output)
    if status < 0:
        return Stopped("signal", _signal_name(-status), frames, output)
    if status in _STATUSES:
        return Stopped(_STATUSES[status], "", frames, output)
    if status or not reply.get("result"):
        return Stopped("exit", f"status {status}", frames, output)
    try:
        return _run(transport.decode(reply["result"]), output, reply.get("laps") or {})
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError):
        return Stopped("garbled", "", (), output)


_STATUSES: dict[int, Literal["memory", "broken"]] = {
    transport.OUT_OF_MEMORY: "memory",
    transport.BROKEN: "broken",
}


def _run(message: Any, output: str, laps: Mapping[str, float]) -> Run:
    broken = tuple(
        BrokenRule(_text(rule["name"]), int(rule["line"]), _text(rule["how"]))
        for rule in message.get("broken", ())
    )
    kind = message["kind"]
    frames = tuple(_frame(frame) for frame in message.get("frames", ()))
    if kind in ("memory", "refused"):
        return Stopped(kind, _text(message["detail"]), frames, output)
    steps = tuple(_step(step) for step in message["steps"])
    if kind == "raised":
        return Raised(
            where=_WHERE[message["where"]],
            type=_line(message["type"]),
            bases=tuple(map(_text, message["bases"])),
            message=_text(message["message"]),
            frames=frames,
            steps=steps,
            broken=broken,
            output=output,
            late=bool(message.get("late")),
        )
    if replaced := message.get("replaced"):
        return Stopped("replaced", ", ".join(map(_line, replaced[:3])), (), output)
    return Observed(
        values=dict(message["values"]),
        precise=None if message.get("precise") is None else dict(message["precise"]),
        again=None if message.get("again") is None else dict(message["again"]),
        steps=steps,
        broken=broken,
        applied=bool(message["applied"]),
        seconds=float(message["seconds"]),
        output=output,
        precision=tuple(map(_line, message.get("precision", ()))),
        laps=laps,
    )


_WHERE: dict[str, Literal["load", "subject", "check"]] = {
    "load": "load",
    "subject": "subject",
    "check": "check",
}


def _step(step: Mapping[str, Any]) -> Step:
    return Step(_frame(step), _text(step["returned"]))


def _frame(place: Mapping[str, Any]) -> Frame:
    return Frame(int(place["line"]), _line(place["function"]), _line(place["text"]))


def _text(value: object) -> str:
    """Return a text that can be shown and sent on, whatever the child has put there."""
    text = value[:_LONGEST] if isinstance(value, str) else ""
    text = _COLOURS.sub("", text).replace("\r\n", "\n")
    shown = "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)
    return shown.encode(errors="replace").decode()


def _harmless(output: str) -> str:
    """Return output with its colours, and without what else a terminal would obey."""
    parts = re.split(r"(\x1b\[[0-9;]*m)", output.replace("\r\n", "\n").replace("\r", "\n"))
    parts[::2] = [_CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", part) for part in parts[::2]]
    return "".join(parts)


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _line(value: object) -> str:
    return " ".join(_text(value).splitlines())[:200]


_LONGEST = 4000
"""Characters of a text that are kept; the child keeps to fewer."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What colours a terminal; torch's own messages hold some."""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _merged(runs: list[Run]) -> Run:
    """Make one run of those of several ranks; a rank that failed by itself explains the others' wait."""
    failed = {rank: run for rank, run in enumerate(runs) if isinstance(run, (Raised, Stopped))}
    if failed:
        first = min(failed, key=lambda rank: _is_consequence(failed[rank]))
        late = [rank for rank in failed if _is_late(failed[first]) and _is_late(failed[rank])]
        return dataclasses.replace(failed[first], frames=_placed(failed, late or [first]))
    seen = [run for run in runs if isinstance(run, Observed)]
    precise, again = [run.precise for run in seen], [run.again for run in seen]
    return Observed(
        values=_by_rank([run.values for run in seen]),
        precise=None if None in precise else _by_rank([p for p in precise if p is not None]),
        again=None if None in again else _by_rank([a for a in again if a is not None]),
        steps=seen[0].steps,
        broken=seen[0].broken,
        applied=any(run.applied for run in seen),
        seconds=max(run.seconds for run in seen),
        output="".join(run.output for run in seen),
    )


def _is_consequence(run: Raised | Stopped) -> int:
    """Say how likely it is that another rank's failure led to this one: not, perhaps, or surely."""
    if isinstance(run, Raised):
        return 2 if "/gloo/" in run.message else 0
    return int(_is_late(run))


def _is_late(run: Raised | Stopped) -> bool:
    return isinstance(run, Stopped) and run.why == "time"


def _placed(runs: Mapping[int, Raised | Stopped], ranks: list[int]) -> tuple[Frame, ...]:
    """Return the frames of the first of these ranks, and in the innermost one where each of them was."""
    known = [rank for rank in ranks if runs[rank].frames]
    if not known:
        return ()
    *outer, inner = runs[known[0]].frames
    where = f"{inner.function} on rank {known[0]}"
    for rank in known[1:]:
        frame = runs[rank].frames[-1]
        where += f", line {frame.line} in {frame.function} on rank {rank}"
    return (*outer, dataclasses.replace(inner, function=where))


def _by_rank(values: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"rank {rank}: {name}": value
        for rank, observed in enumerate(values)
        for name, value in observed.items()
    }
