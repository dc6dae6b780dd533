"""The process that runs answers: it serves jobs from the deciding process, one at a time.

Two models. ``fork``: this process imports torch and nothing of a kata, and forks a worker for every job,
so that each starts clean. ``serve``: it runs the jobs itself, where there is no fork and on CUDA, whose
context is dear; it says when a job has left something behind, and is then replaced.

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
from typing import Any, BinaryIO

from pytest_torchkata import observe, state, transport
from pytest_torchkata.kata import Job
from pytest_torchkata.transport import OUT_OF_MEMORY, receive, send

OUTPUT = 64 << 10
"""Bytes of an answer's output that are kept."""
RESULT = 1 << 30
"""Bytes of observations that are accepted."""
GRACE = 0.3
"""Seconds between the dump of a stack that took too long and the end of its process."""


def main(model: str, home: str) -> None:
    """Serve jobs from standard input until it ends."""
    commands, replies = _claim_streams()
    warnings.simplefilter("ignore")  # a child's own warnings are nobody's business
    import numpy  # noqa: F401 (forks share what is imported here)
    import pytest  # noqa: F401
    import torch

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


def _claim_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for ourselves, and leave the null device in their place."""
    commands = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    return _Whole(commands), replies


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


def _work(job: Job, rank: int) -> bytes:
    if "rank" in job.arguments:
        job = dataclasses.replace(job, arguments={**job.arguments, "rank": rank})
    run = {"": observe.scan, observe.EXAMPLES: observe.examples}.get(job.check, observe.observe)
    return transport.encode(run(job))


# A worker for every job ---------------------------------------------------------------------------


class _Forking:
    """Forks a worker for a job and waits for its end, or ends it."""

    def __init__(self, home: str, commands: BinaryIO) -> None:
        self._home = Path(home)
        self._commands = commands
        self._wakeup, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)

    def __call__(self, job: Job, rank: int, rendezvous: str) -> dict[str, Any]:
        with _scratch(self._home) as scratch:
            result, give = os.pipe()
            output, speak = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(result)
                os.close(output)
                self._be_worker(job, rank, rendezvous, scratch, give, speak)
            os.close(give)
            os.close(speak)
            return self._watch(pid, result, output, job.seconds)

    def _be_worker(
        self, job: Job, rank: int, rendezvous: str, scratch: Path, give: int, speak: int
    ) -> None:
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(speak, 1)
            os.dup2(speak, 2)
            os.closerange(3, give)  # the streams to the deciding process are not the answer's
            os.closerange(give + 1, 256)
            os.chdir(scratch)
            _limit_memory(job.memory)
            with _stack_dumps(self._home, job.seconds), _group(job, rank, rendezvous):
                data = _work(job, rank)
            sys.stdout.flush()
            sys.stderr.flush()
            view = memoryview(data)
            while view:
                view = view[os.write(give, view) :]
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)

    def _watch(self, pid: int, result: int, output: int, seconds: float | None) -> dict[str, Any]:
        """Collect what the worker says until it has ended, or the time is up, or nobody waits for us."""
        deadline = None if seconds is None else time.monotonic() + seconds + GRACE
        kept = {result: _Kept(result, RESULT), output: _Kept(output, OUTPUT)}
        late = orphaned = False
        while (status := _reap(pid)) is None:
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            streams = [self._wakeup, self._commands, *(fd for fd in kept if kept[fd].open)]
            ready, _, _ = select.select(streams, [], [], wait)
            late = deadline is not None and time.monotonic() >= deadline
            orphaned = self._commands in ready
            if late or orphaned:
                _kill_group(pid)
                status = _reap(pid, block=True)
                break
            for fd in ready:
                if fd == self._wakeup:
                    os.read(fd, 4096)
                elif fd in kept:
                    kept[fd].take()
        _kill_group(pid)  # what the answer has started ends with it
        for stream in kept.values():
            stream.drain()
        if orphaned:
            os._exit(0)
        return {
            "how": "time" if late else "exit",
            "status": os.waitstatus_to_exitcode(status or 0),
            "result": kept[result].data,
            "output": kept[output].data,
            "cut": kept[output].cut,
        }


class _Kept:
    """The beginning of what comes through a pipe; the rest is read and dropped."""

    def __init__(self, fd: int, most: int) -> None:
        self._fd = fd
        self._most = most
        self._parts = bytearray()
        self.open = True
        self.cut = False
        os.set_blocking(fd, False)

    @property
    def data(self) -> bytes:
        return bytes(self._parts)

    def take(self) -> bool:
        """Read once; return whether there was something."""
        try:
            part = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return False
        room = self._most - len(self._parts)
        self._parts += part[:room]
        self.cut = self.cut or len(part) > room
        self.open = bool(part)
        return self.open

    def drain(self) -> None:
        """Read what is there, and close."""
        while len(self._parts) < self._most and self.open and self.take():
            pass
        os.close(self._fd)


def _reap(pid: int, *, block: bool = False) -> int | None:
    done, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    return status if done else None


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # the group exists once the worker has called setsid
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _limit_memory(memory: int | None) -> None:
    """Bound the address space, above what is taken at the start, where the platform keeps count of it."""
    if memory is None or not sys.platform.startswith("linux"):
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# This process for every job -----------------------------------------------------------------------


class _Serving:
    """Runs jobs in this process, and reports when one has left something behind."""

    def __init__(self, home: str) -> None:
        self._home = Path(home)

    def __call__(self, job: Job, rank: int, rendezvous: str) -> dict[str, Any]:
        before = state.fingerprint()
        with _scratch(self._home) as scratch, _captured() as output:
            back = os.getcwd()
            os.chdir(scratch)
            try:
                with _stack_dumps(self._home, job.seconds), _group(job, rank, rendezvous):
                    result = _work(job, rank)
            finally:
                with contextlib.suppress(OSError):
                    os.chdir(back)
        return {
            "how": "exit",
            "status": 0,
            "result": result,
            "output": output.data,
            "cut": output.cut,
            "spoiled": state.fingerprint() != before,
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
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, copy in saved:
            os.dup2(copy, fd)
            os.close(copy)
        drain.finish()


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

    def finish(self) -> None:
        os.close(self.inlet)
        self._thread.join(timeout=1)  # a process that the answer left behind may hold the other end


# Around a job, in both models ---------------------------------------------------------------------


@contextlib.contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """Make an empty working directory for one run, and remove it."""
    path = home / "work"
    path.mkdir(exist_ok=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _stack_dumps(home: Path, seconds: float | None) -> Iterator[None]:
    """Write the stack to a file when the time is up or the process crashes; it needs no interpreter lock."""
    with (home / "stack").open("w") as file:
        faulthandler.enable(file)
        if seconds is not None:
            faulthandler.dump_traceback_later(seconds, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()


@contextlib.contextmanager
def _group(job: Job, rank: int, rendezvous: str) -> Iterator[None]:
    """Join the process group of a check that runs on several ranks."""
    if job.ranks == 1:
        yield
        return
    import datetime

    import torch.distributed as dist

    if sys.platform.startswith("linux"):  # a laptop's host name need not resolve
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
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
