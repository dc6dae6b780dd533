"""The process that runs answers: it serves jobs from the deciding process, one at a time.

Two models. ``fork``: this process imports torch and nothing of a kata, and forks a worker for every
answer and every reference. ``serve``: it runs the jobs itself, where there is no fork and on CUDA, whose
context is dear. In both, a process in which a job has left something behind is replaced.

It never sees expected values: they are compared elsewhere.
"""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import gc
import importlib
import io
import os
import pickle
import select
import shutil
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO, cast

from pytest_torchkata import observe, state, transport
from pytest_torchkata.kata import REFERENCE, Job
from pytest_torchkata.transport import FRAME, OUT_OF_MEMORY, receive, send

OUTPUT = 64 << 10
"""Bytes of an answer's output that are kept."""
RESULT = 1 << 30
"""Bytes of observations that are accepted."""
TIME_IS_UP = getattr(signal, "SIGUSR1", 0)
"""The signal at which a worker writes down where it is."""
GRACE = 0.1
"""Seconds that it gets for that."""
LEAVING = 0.5
"""Seconds that a worker gets to leave once there is nothing more to do for it."""


def main(model: str, home: str) -> None:
    """Serve jobs from standard input until it ends."""
    commands, replies = _claim_streams()
    warnings.simplefilter("ignore")  # a child's own warnings are nobody's business
    import numpy.random  # noqa: F401 (forks share what is imported here)
    import pytest  # noqa: F401
    import torch

    os.chdir(home)
    torch.set_num_threads(1)
    _be_exact()
    serve = _Forking(home, commands) if model == "fork" else _Serving(home)
    send(replies, transport.encode({"ready": True}))
    gc.collect()
    gc.freeze()
    while (frame := receive(commands)) is not None:
        command = pickle.loads(frame)  # from the deciding process, which we trust
        if command == "devices":
            send(replies, transport.encode(_devices()))
            continue
        job, rank, rendezvous = command
        _preload(job)
        send(replies, transport.encode({"started": True}))
        send(replies, transport.encode(serve(job, rank, rendezvous)))
    serve.close()
    os._exit(0)  # an interpreter with torch takes its time to end


def _claim_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for ourselves, and leave the null device in their place."""
    commands = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    return cast(BinaryIO, _Whole(commands)), replies


class _Whole(io.RawIOBase):
    """Reads exactly as much as asked, without reading ahead, so that select tells the truth."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def read(self, size: int = -1) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._raw.read(size - len(parts))
            if not part:
                break
            parts += part
        return bytes(parts)


def _be_exact() -> None:
    """Turn TF32 off: a comparison at float32's precision must not meet ten bits."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def _devices() -> dict[str, Any]:
    """Say what torch reports of this machine's accelerators."""
    import torch

    report: dict[str, Any] = {"torch": torch.__version__, "cuda": [], "mps": False, "why": ""}
    try:
        torch.cuda.init()
        report["cuda"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    except Exception as error:
        report["why"] = str(error).splitlines()[0]
    report["mps"] = bool(torch.backends.mps.is_available())
    return report


def _preload(job: Job) -> None:
    """Import what an optimizer's first step imports (over a second), here rather than in every fork."""
    if "torch._dynamo" not in sys.modules and any(
        b"optim" in path.read_bytes() for path in job.kata.solution.glob("*.py")
    ):
        importlib.import_module("torch._dynamo")


def _serve(home: Path, job: Job, rank: int, rendezvous: str) -> bytes:
    """Run a job in this process, in an empty directory, and return what was seen, encoded."""
    if "rank" in job.arguments:
        job = dataclasses.replace(job, arguments={**job.arguments, "rank": rank})
    run = {"": observe.scan, observe.EXAMPLES: observe.examples}.get(job.check, observe.observe)
    os.truncate(home / "stack", 0)
    with _scratch(home), _group(job, rank, rendezvous):
        return transport.encode(run(job))


# A worker, forked for one subject of one kata -----------------------------------------------------


class _Forking:
    """Forks a worker for each subject of a kata, and watches over it."""

    def __init__(self, home: str, commands: BinaryIO) -> None:
        self._home = Path(home)
        self._commands = commands
        self._workers: dict[bool, _Worker] = {}
        """At most one that runs a reference and one that runs anything else."""
        self._wakeup, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        os.set_blocking(self._wakeup, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)

    def __call__(self, job: Job, rank: int, rendezvous: str) -> dict[str, Any]:
        worker = self._worker(job)
        worker.hand_over(job, rank, rendezvous)
        reply = self._watch(worker, job.seconds)
        if worker.ended or reply.pop("spoiled", False):
            self._end(worker)
        return reply

    def _worker(self, job: Job) -> _Worker:
        slot = job.subject == REFERENCE
        key = (job.kata.id, job.subject, job.memory)
        known = self._workers.get(slot)
        if known is None or known.key != key:
            if known is not None:
                self._end(known)
            self._workers[slot] = _Worker(key, self._home, job.memory)
        return self._workers[slot]

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers.values():
            worker.end()

    def _end(self, worker: _Worker) -> None:
        worker.end()
        self._workers = {slot: other for slot, other in self._workers.items() if other is not worker}

    def _watch(self, worker: _Worker, seconds: float | None) -> dict[str, Any]:
        """Wait for a worker's reply, its end, or the end of its time; leave if nobody waits for us."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (reply := worker.reply()) is None and not worker.has_ended():
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            streams: list[Any] = [self._wakeup, self._commands, *worker.streams()]
            ready, _, _ = select.select(streams, [], [], wait)
            if self._commands in ready:  # nothing but its end can come while a job runs
                worker.kill()
                self.close()
                os._exit(0)
            if deadline is not None and time.monotonic() >= deadline:
                worker.tell_where()
                worker.kill()
                return {"how": "time", **worker.output()}
            if self._wakeup in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wakeup, 4096)
            worker.take(ready)
        reply = reply or worker.reply() or {"how": "exit", "status": worker.status}
        return {**reply, **worker.output()}


class _Worker:
    """A forked process that serves one subject, and the pipes to it."""

    def __init__(self, key: tuple[Any, ...], home: Path, memory: int | None) -> None:
        self.key = key
        self.ended = False
        self.status = 0
        inlet, commands = os.pipe()
        result, give = os.pipe()
        output, speak = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _be_worker(home, memory, inlet, give, speak)
        for fd in (inlet, give, speak):
            os.close(fd)
        self._commands = os.fdopen(commands, "wb")
        self._result = _Kept(result, RESULT)
        self._output = _Kept(output, OUTPUT)

    def hand_over(self, job: Job, rank: int, rendezvous: str) -> None:
        self._output.clear()
        with contextlib.suppress(BrokenPipeError):  # its end is noticed where the reply is awaited
            send(self._commands, pickle.dumps((job, rank, rendezvous)))

    def streams(self) -> list[int]:
        return [stream.fd for stream in (self._result, self._output) if stream.open]

    def take(self, ready: list[Any]) -> None:
        for stream in (self._result, self._output):
            if stream.fd in ready:
                stream.take()

    def reply(self) -> dict[str, Any] | None:
        """Return the reply once it is complete."""
        frame = self._result.frame()
        if frame is None:
            return None
        spoiled, result = frame[:1] != b"0", frame[1:]
        return {"how": "exit", "status": 0, "result": result, "spoiled": spoiled}

    def output(self) -> dict[str, Any]:
        self._output.drain()
        return {"output": self._output.data, "cut": self._output.cut}

    def has_ended(self) -> bool:
        if not self.ended:
            done, status = os.waitpid(self._pid, os.WNOHANG)
            if done:
                self.ended, self.status = True, os.waitstatus_to_exitcode(status)
                self._result.drain()
        return self.ended

    def tell_where(self) -> None:
        """Let the process write down where it is."""
        os.kill(self._pid, TIME_IS_UP)
        time.sleep(GRACE)

    def kill(self) -> None:
        for kill in (os.killpg, os.kill):  # the group exists once the worker has called setsid
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self._pid, signal.SIGKILL)
        if not self.ended:
            os.waitpid(self._pid, 0)
            self.ended = True

    def end(self) -> None:
        """Let the process leave by itself, and end what it has started."""
        with contextlib.suppress(BrokenPipeError):
            self._commands.close()
        deadline = time.monotonic() + LEAVING
        while not self.has_ended() and time.monotonic() < deadline:
            time.sleep(0.0005)
        self.kill()
        for stream in (self._result, self._output):
            os.close(stream.fd)


class _Kept:
    """The beginning of what comes through a pipe; the rest is read and dropped."""

    def __init__(self, fd: int, most: int) -> None:
        self.fd = fd
        self.open = True
        self.cut = False
        self._most = most
        self._parts = bytearray()
        os.set_blocking(fd, False)

    @property
    def data(self) -> bytes:
        return bytes(self._parts)

    def clear(self) -> None:
        self._parts.clear()
        self.cut = False

    def take(self) -> bool:
        """Read once; return whether there was something."""
        try:
            part = os.read(self.fd, 1 << 16)
        except BlockingIOError:
            return False
        room = self._most - len(self._parts)
        self._parts += part[:room]
        self.cut = self.cut or len(part) > room
        self.open = bool(part)
        return self.open

    def drain(self) -> None:
        """Read what is there by now."""
        while len(self._parts) < self._most and self.open and self.take():
            pass

    def frame(self) -> bytes | None:
        """Return the next frame once all of it is there."""
        header = FRAME.size
        if len(self._parts) < header:
            return None
        (length,) = FRAME.unpack_from(self._parts)
        if len(self._parts) < header + length:
            return None
        frame = bytes(self._parts[header : header + length])
        del self._parts[: header + length]
        return frame


def _be_worker(home: Path, memory: int | None, inlet: int, give: int, speak: int) -> NoReturn:
    """Serve jobs in a process of its own, until one leaves something behind."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(speak, 1)
        os.dup2(speak, 2)
        for fd in range(3, 256):  # the streams to the deciding process are not the answer's
            if fd not in (inlet, give):
                with contextlib.suppress(OSError):
                    os.close(fd)
        commands, replies = os.fdopen(inlet, "rb"), os.fdopen(give, "wb")
        _limit_memory(memory)
        kept_open = _dump_stacks(home)  # noqa: F841
        before = state.fingerprint()
        while (frame := receive(commands)) is not None:
            result = _serve(home, *pickle.loads(frame))  # from the deciding process, which we trust
            _flush()
            send(replies, (b"1" if state.differs(before) else b"0") + result)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def _limit_memory(memory: int | None) -> None:
    """Bound the address space, above what is taken by now, where the platform keeps count of it."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = most
    if memory is not None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


# This process for every job -----------------------------------------------------------------------


class _Serving:
    """Runs jobs in this process, and reports when one has left something behind."""

    def __init__(self, home: str) -> None:
        self._home = Path(home)
        self._stacks = _dump_stacks(self._home)

    def close(self) -> None:
        """There is nothing to end but this process."""

    def __call__(self, job: Job, rank: int, rendezvous: str) -> dict[str, Any]:
        before = state.fingerprint()
        _limit_memory(job.memory if job.device == "cpu" else None)  # CUDA maps more than it takes
        if job.seconds is not None:
            faulthandler.dump_traceback_later(job.seconds, file=self._stacks)
        with _captured() as output:
            result = _serve(self._home, job, rank, rendezvous)
        faulthandler.cancel_dump_traceback_later()
        spoiled = state.differs(before)  # not before our own thread has ended
        return {
            "how": "exit",
            "status": 0,
            "result": result,
            "output": output.data,
            "cut": output.cut,
            "spoiled": spoiled,
        }


@contextlib.contextmanager
def _captured() -> Iterator[_Drain]:
    """Send descriptors 1 and 2 through a drain."""
    drain = _Drain()
    saved = [(fd, os.dup(fd)) for fd in (1, 2)]
    for fd, _ in saved:
        os.dup2(drain.inlet, fd)
    try:
        yield drain
    finally:
        _flush()
        for fd, copy in saved:
            os.dup2(copy, fd)
            os.close(copy)
        drain.finish()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # an answer may have closed it, or put something else there
            stream.flush()


class _Drain:
    """Keeps the beginning of what is written into its inlet, and drops the rest."""

    def __init__(self) -> None:
        self._outlet, self.inlet = os.pipe()
        self._parts = bytearray()
        self.cut = False
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    @property
    def data(self) -> bytes:
        return bytes(self._parts)

    def _pump(self) -> None:
        while part := os.read(self._outlet, 1 << 16):
            room = OUTPUT - len(self._parts)
            self._parts += part[:room]
            self.cut = self.cut or len(part) > room
        os.close(self._outlet)

    def finish(self) -> None:
        os.close(self.inlet)
        self._thread.join(timeout=1)  # a process that the answer left behind may hold the other end


# Around a job, in both models ---------------------------------------------------------------------


@contextlib.contextmanager
def _scratch(home: Path) -> Iterator[None]:
    """Work in an empty directory."""
    path = home / "work"
    path.mkdir(exist_ok=True)
    for entry in path.iterdir():  # what an earlier job has left
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(home)


def _dump_stacks(home: Path) -> TextIO:
    """Have the stack written to a file when the process crashes, or is told that its time is up.

    Neither needs the interpreter lock, which an endless loop in C holds.
    """
    file = (home / "stack").open("a")
    faulthandler.enable(file)
    if hasattr(faulthandler, "register"):
        faulthandler.register(TIME_IS_UP, file)
    return file


@contextlib.contextmanager
def _group(job: Job, rank: int, rendezvous: str) -> Iterator[None]:
    """Join the process group of a check that runs on several ranks."""
    if job.ranks == 1:
        yield
        return
    import datetime

    import torch.distributed as dist

    dist.init_process_group(
        "gloo",
        init_method=Path(rendezvous).as_uri(),
        rank=rank,
        world_size=job.ranks,
        timeout=datetime.timedelta(seconds=job.seconds or 600),
    )
    try:
        yield
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
