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
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from pytest_torchkata import guard, transport
from pytest_torchkata.kata import BrokenRule, Frame, Job, Observed, Raised, Run, Step, Stopped

__all__ = ["Model", "Sandbox", "SandboxError", "default_model", "understand"]

Model = Literal["fork", "serve"]
STARTUP = 180.0
"""Seconds that a child may take to import torch."""
PATIENCE = {"fork": 10.0, "serve": 1.0}
"""Seconds beyond a job's own limit after which the child itself is given up. A forking child ends its
worker by itself; only if it cannot does this count."""
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
}
if sys.platform.startswith("linux"):  # a laptop's host name need not resolve
    _ENVIRONMENT["GLOO_SOCKET_IFNAME"] = "lo"


class SandboxError(Exception):
    """A child could not be started or spoken to; the text is for the user."""


def _no_start(reason: str) -> str:
    check = f"{sys.executable} -c 'import torch'"
    return f"The process that runs katas could not start: {reason}. Does this work?  {check}"


def default_model() -> Model:
    """Fork where the platform can."""
    return "fork" if hasattr(os, "fork") else "serve"


class Sandbox:
    """Children for one pytest process; they start when first needed and end with ``close``."""

    def __init__(self, model: Model, environment: Mapping[str, str] | None = None) -> None:
        self.model = model
        self._environment = dict(environment or {})
        self._children: dict[tuple[Model, str, int], _Child] = {}

    def start(self) -> None:
        """Begin to start the child that most jobs need, without waiting for it."""
        self._child(self.model, "" if self.model == "fork" else "answer", 0)

    def run(self, job: Job) -> Run:
        """Run a job and return what came of it.

        Raises ``SandboxError`` if no child can be started.
        """
        model: Model = self.model if job.device == "cpu" else "serve"
        # Where one process serves many jobs, the answers' must not be the one that runs references.
        role = "" if model == "fork" else "answer" if job.subject.source == "answer" else "ours"
        for _ in range(ATTEMPTS):
            children = [self._child(model, role, rank) for rank in range(job.ranks)]
            if replies := _run_on(children, job):
                runs = [understand(reply, job) for reply in replies]
                return runs[0] if job.ranks == 1 else _merged(runs)
        raise SandboxError("The process that runs katas ended before it could begin. Is the memory full?")

    def devices(self) -> dict[str, Any]:
        """Return what torch reports of this machine: its version, CUDA devices, MPS, and why not."""
        # Asking initialises CUDA, after which a process can no longer fork children that use it.
        return self._child("serve", "ours", 0).ask("devices")

    def close(self) -> None:
        """End every child."""
        for child in self._children.values():
            child.dismiss()
        for child in self._children.values():
            child.end()
        self._children.clear()

    def _child(self, model: Model, role: str, rank: int) -> _Child:
        key = (model, role, rank)
        if key not in self._children or not self._children[key].usable():
            self._children[key] = _Child(model, self._environment)
        return self._children[key]


def _run_on(children: list[_Child], job: Job) -> list[dict[str, Any]]:
    """Return the children's replies; none if a child was gone before it could begin."""
    meeting = children[0].meeting_point()
    for rank, child in enumerate(children):
        child.begin(job, rank, meeting)
    replies = [reply for child in children if (reply := child.finish(job))]
    if len(replies) == len(children):
        return replies
    for child in children:
        child.end()
    return []


class _Child:
    """One process of ``child.py``, and the thread that reads its replies."""

    def __init__(self, model: Model, environment: Mapping[str, str]) -> None:
        self._model = model
        self._home = Path(tempfile.mkdtemp(prefix="torchkata-"))
        self._ready = self._ended = False
        self._meetings = 0
        path = [entry or str(Path.cwd()) for entry in sys.path]
        with (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "-c", _PROGRAM.format(path=path, model=model, home=str(self._home))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **_ENVIRONMENT, **environment},
                start_new_session=True,  # Ctrl-C is for the deciding process, which then ends us
            )
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def usable(self) -> bool:
        """Return whether the process is there to take another job."""
        if not self._ended and self._process.poll() is not None:
            if not self._ready:
                raise SandboxError(self._failure())
            self.end()
        return not self._ended

    def meeting_point(self) -> str:
        """Return the path of a file, not there yet, by which the ranks of a job find each other."""
        self._meetings += 1
        return str(self._home / f"meeting-{self._meetings}")

    def begin(self, job: Job, rank: int, rendezvous: str) -> None:
        """Hand over a job; the child says "started" before the job's time begins."""
        self._send((job, rank, rendezvous))

    def finish(self, job: Job) -> dict[str, Any] | None:
        """Wait for the end of the job that was begun; a child that is lost by it is ended.

        Returns None if the child was gone before, which is no fault of the job's.
        """
        wait = None if job.seconds is None else job.seconds + PATIENCE[self._model]
        try:
            if self._receive(STARTUP) is None:
                return None
            reply = self._receive(wait)
        except queue.Empty:
            reply = {"how": "time", "spoiled": True}
            self._process.terminate()
        except transport.TransportError:
            reply = {"how": "garbled", "spoiled": True}
            self._process.terminate()
        if reply is None:
            reply = self._loss()
        reply["stack"] = self._stack(job)
        if reply.get("spoiled"):
            self.end()
        return reply

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
            raise SandboxError(self._failure())
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

    def _failure(self) -> str:
        said = (self._home / "log").read_text(errors="replace").strip().splitlines()
        last = said[-1] if said else f"exit status {self._status()}"
        return _no_start(last)

    def _stack(self, job: Job) -> list[Frame]:
        """Return the answer's frames of the stack that was dumped, outermost first."""
        try:
            text = (self._home / "stack").read_text(errors="replace")
        except OSError:
            return []
        found = re.findall(r'^  File "(.*)", line (\d+) in (.*)$', text, re.MULTILINE)
        own = [(int(line), name) for file, line, name in found if file == str(job.kata.stub)]
        return [Frame(line, name) for line, name in reversed(own)]


# From a reply to a run ----------------------------------------------------------------------------


def understand(reply: Mapping[str, Any], job: Job) -> Run:
    """Say what a reply means; nothing that an answer made the child send can raise here."""
    said = reply.get("output")
    output = said.decode(errors="replace") if isinstance(said, bytes) else ""
    if reply.get("cut"):
        output += f"\n[cut: only the first {len(output)} characters are kept]"
    frames = tuple(reply["stack"])
    if reply.get("how") == "time":
        return Stopped("time", f"{job.seconds:g} s", frames, output)
    status = reply.get("status", 0)
    if reply.get("how") == "garbled" or not isinstance(status, int):
        return Stopped("garbled", "", frames, output)
    if status < 0:
        return Stopped("signal", _signal_name(-status), frames, output)
    if status == transport.OUT_OF_MEMORY:
        return Stopped("memory", "", frames, output)
    if status or not reply.get("result"):
        return Stopped("exit", f"status {status}", frames, output)
    try:
        return _run(transport.decode(reply["result"]), output)
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        return Stopped("garbled", str(error), (), output)


def _run(message: Any, output: str) -> Run:
    broken = tuple(
        BrokenRule(_text(rule["name"]), int(rule["line"]), _text(rule["how"]))
        for rule in message.get("broken", ())
    )
    kind = message["kind"]
    frames = tuple(_frame(frame) for frame in message.get("frames", ()))
    if kind == "memory":
        return Stopped("memory", _text(message["detail"]), frames, output)
    steps = tuple(_step(step) for step in message["steps"])
    if kind == "raised":
        return Raised(
            where=message["where"],
            type=_text(message["type"]),
            bases=tuple(map(_text, message["bases"])),
            message=_text(message["message"]),
            frames=frames,
            steps=steps,
            broken=broken,
            output=output,
        )
    return Observed(
        values=dict(message["values"]),
        precise=None if message.get("precise") is None else dict(message["precise"]),
        steps=steps,
        broken=broken,
        applied=bool(message["applied"]),
        seconds=float(message["seconds"]),
        output=output,
    )


def _step(step: Mapping[str, Any]) -> Step:
    return Step(_frame(step), _text(step["returned"]))


def _frame(place: Mapping[str, Any]) -> Frame:
    return Frame(int(place["line"]), _text(place["function"]), _text(place["text"]))


def _text(value: object) -> str:
    """Return a text that can be printed and sent on: not every string can be encoded."""
    return str(value).encode(errors="replace").decode()


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
    precise = [run.precise for run in seen]
    return Observed(
        values=_by_rank([run.values for run in seen]),
        precise=None if None in precise else _by_rank([p for p in precise if p is not None]),
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
