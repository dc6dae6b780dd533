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
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO, cast

from pytest_torchkata import catalogue, checks, confine, context, guard, observe, state, transport, ward
from pytest_torchkata.kata import EXAMPLES, NOTHING, SCAN, Frame, Job, Kata, Order
from pytest_torchkata.material import needs
from pytest_torchkata.transport import BROKEN, FRAME, OUT_OF_MEMORY, UNREADY, receive, send

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
    state.be_exact()
    serve = _Forking(home, commands) if model == "fork" else _Serving(home, replies)
    send(replies, transport.encode({"ready": True}))
    gc.collect()
    gc.freeze()
    while (frame := receive(commands)) is not None:
        order = pickle.loads(frame)  # from the deciding process, which we trust
        if order == "devices":
            send(replies, transport.encode(_devices()))
            continue
        job = order.job
        load(job.material.imports if job.material else needs(job.kata.solution), job.device)
        try:
            context.make(job.device)
        except Exception as error:
            _give_up(error)
        send(replies, transport.encode({"started": True}))
        try:
            send(replies, transport.encode({**serve(order), "token": order.token}))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException:
            os._exit(BROKEN)
    serve.close()
    os._exit(0)  # an interpreter with torch takes its time to end


def _give_up(error: Exception) -> NoReturn:
    """End this process, which cannot begin with a job, through no fault of an answer."""
    os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(UNREADY)


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


INTERPRETING = "TRITON_INTERPRET"
"""The variable by which Triton is told."""


def load(modules: Iterable[str], device: str = "cpu") -> None:
    """Import modules that a kata's runs would import; Triton is not everywhere.

    Triton's interpreter takes the place of a GPU, which Triton wants to know when it is imported.
    """
    os.environ[INTERPRETING] = str(int(device == "cpu"))
    for name in modules:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)


class _Bench:
    """Where jobs are run, one after the other: a process that has put up walls around itself.

    The walls are those of the first job's kata and subject: all others must be alike.
    """

    def __init__(self, home: Path, work: Path, stop: Callable[[dict[str, Any]], None]) -> None:
        self._work = work
        self._kernels = home / "kernels"
        self._stop = stop
        self._kata: Kata | None = None
        self._before: dict[str, Any] = {}
        self.stacks = _dump_stacks(home)

    def run(self, order: Order) -> dict[str, Any]:
        """Run a job in an empty directory, and return what was seen.

        Ends the process if it cannot be begun.
        """
        job = order.job
        if "rank" in job.arguments:
            job = dataclasses.replace(job, arguments={**job.arguments, "rank": order.rank})
        self.make_ready(order)
        os.ftruncate(self.stacks.fileno(), 0)
        observe.empty(self._work)
        os.chdir(self._work)
        others = {SCAN: observe.scan, EXAMPLES: observe.examples, NOTHING: observe.nothing}
        return others.get(job.check, observe.observe)(job)

    def seal(self, message: dict[str, Any], job: Job) -> tuple[bytes, bool]:
        """Return what was seen, encoded, and whether this process cannot serve another job."""
        spoiled, message["replaced"], message["precision"] = state.changes(self._before)
        result = transport.encode(message)
        spoiled = spoiled or message.get("late", False)
        if job.device != "cpu":  # what the answer holds on to does not count while it can still be freed
            message.clear()
            sys.modules.pop(job.kata.name, None)
            spoiled = spoiled or not context.is_clean()
        return result, spoiled or job.ranks > 1  # a process group is never left

    def make_ready(self, order: Order) -> None:
        """Import what only we may read, and put up the walls, for which the first job is enough."""
        job = order.job
        if job.kata == self._kata:
            return
        is_ours = job.subject.source in ("reference", "reflex") or job.check == SCAN
        try:
            observe.prepare(job)
            if self._kata is None:
                self._put_up_walls(order, is_ours)
        except Exception as error:
            _give_up(error)
        context.release()
        state.settle()
        self._before = state.fingerprint(*([] if is_ours else ["_kata.checks"]))
        self._kata = job.kata

    def _put_up_walls(self, order: Order, is_ours: bool) -> None:
        job = order.job
        if job.ranks > 1:  # while there is still a network
            _join(order)
        _move_in(self._work)
        os.chdir(self._work)
        if job.device != "cpu":  # what is compiled for a device would be gone after every job
            self._kernels.mkdir()
            os.environ.update(dict.fromkeys(_COMPILED, str(self._kernels)))
        room = confine.room_for(job.kata, self._work, is_answer=job.runs_answer)
        more = [self._kernels] * (job.device != "cpu") + [Path(order.rendezvous)] * (job.ranks > 1)
        room = dataclasses.replace(room, writable=(*room.writable, *more))
        if job.check != EXAMPLES:  # which may begin with a process group of their own
            confine.confine(room, job.limits)
        if not is_ours:
            hidden = job.kata.solutions if job.runs_answer else None
            walled = confine.landlock_version() > 0
            ward.watch(observe.is_subjects(job), room, hidden, self._refused, walled=walled)

    def _refused(self, what: str, where: Frame) -> None:
        """End this process, since the answer in it went for what is no answer's business."""
        self._stop({"kind": "refused", "detail": what, "frames": [vars(where)]})


_COMPILED = ("TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR")


def _new_directory(home: Path) -> Path:
    """Make an empty directory to work in; its name is always the same, and what is above it is new."""
    work = Path(tempfile.mkdtemp(prefix="job-", dir=home)) / "work"
    work.mkdir()
    return work


def _move_in(work: Path) -> None:
    """Let temporary files and caches be made in the directory that an answer works in."""
    for name in ("TMPDIR", "TEMP", "TMP", "HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(work)
    tempfile.tempdir = None


# A worker, forked for one subject of one kata -----------------------------------------------------


class _Forking:
    """Forks a worker for each subject of a kata, and watches over it."""

    def __init__(self, home: str, commands: BinaryIO) -> None:
        self._home = Path(home)
        self._commands = commands
        self._workers: dict[bool, _Worker] = {}
        """At most one that runs what is ours and one that runs anything else."""
        guard.adopt_orphans()  # what an answer leaves behind becomes our child, and is found
        self._wakeup, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        os.set_blocking(self._wakeup, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)

    def __call__(self, order: Order) -> dict[str, Any]:
        worker = self._worker(order.job)
        worker.hand_over(order)
        reply = self._watch(worker, order)
        worker.spoiled = bool(reply.pop("spoiled", False))
        # Other ranks may not have heard all of what this one has sent: it stays until the next job.
        if worker.ended or (worker.spoiled and order.job.ranks == 1):
            self._end(worker)
        return reply

    def _worker(self, job: Job) -> _Worker:
        # What is ours is told from the answer also by whose source a scan reads. Mistakes in a kata that only
        # asks are values, beside the reference's, which takes its time to find them.
        is_data = job.subject.source == "wrong" and catalogue.api(job.kata) == ("ANSWERS",)
        slot = job.subject.source == "reference" or job.check == SCAN or is_data
        key = (job.kata, slot or job.subject, job.limits, job.ranks, job.check == EXAMPLES)
        known = self._workers.get(slot)
        if known is None or known.key != key or known.spoiled:
            if known is not None:
                self._end(known)
            confine.prepare(job.kata)
            self._workers[slot] = _Worker(key, self._home)
        return self._workers[slot]

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers.values():
            worker.end()

    def _end(self, worker: _Worker) -> None:
        worker.end()
        self._workers = {slot: other for slot, other in self._workers.items() if other is not worker}
        guard.end_children(except_for=[other.pid for other in self._workers.values()])

    def _watch(self, worker: _Worker, order: Order) -> dict[str, Any]:
        """Wait for a worker's reply, its end, or the end of its time; leave if nobody waits for us."""
        seconds = order.job.seconds
        deadline = None if seconds is None else time.monotonic() + seconds
        while (reply := worker.reply(order.token)) is None and not worker.has_ended():
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
        reply = reply or worker.reply(order.token) or {"how": "exit", "status": worker.status}
        return {**reply, **worker.output()}


class _Worker:
    """A forked process that serves one subject, and the pipes to it."""

    def __init__(self, key: tuple[Any, ...], home: Path) -> None:
        self.key = key
        self.ended = self.spoiled = False
        self.status = 0
        self._work = _new_directory(home)
        inlet, commands = os.pipe()
        result, give = os.pipe()
        output, speak = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _be_worker(home, self._work, inlet, give, speak)
        for fd in (inlet, give, speak):
            os.close(fd)
        self._commands = os.fdopen(commands, "wb")
        self._result = _Kept(result, RESULT)
        self._output = _Kept(output, 0)

    def hand_over(self, order: Order) -> None:
        self._output.clear(order.job.limits.output)
        with contextlib.suppress(BrokenPipeError):  # its end is noticed where the reply is awaited
            send(self._commands, pickle.dumps(order))

    def streams(self) -> list[int]:
        return [stream.fd for stream in (self._result, self._output) if stream.open]

    def take(self, ready: list[Any]) -> None:
        for stream in (self._result, self._output):
            if stream.fd in ready:
                stream.take()

    def reply(self, token: bytes) -> dict[str, Any] | None:
        """Return the reply once it is complete."""
        try:
            frame = self._result.frame()
        except ValueError:
            frame = b""
        if frame is None:
            return None
        known, flag, result = frame[: len(token)], frame[len(token) : len(token) + 1], frame[len(token) + 1 :]
        if known != token or self._result.drain():  # not from us, or not the only one
            return {"how": "garbled", "spoiled": True}
        return {"how": "exit", "status": 0, "result": result, "spoiled": flag != b"0"}

    def output(self) -> dict[str, Any]:
        self._output.drain()
        return {"output": self._output.data, "cut": self._output.cut}

    def has_ended(self) -> bool:
        if not self.ended:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.ended, self.status = True, os.waitstatus_to_exitcode(status)
                self._result.drain()
        return self.ended

    def tell_where(self) -> None:
        """Let the process write down where it is."""
        os.kill(self.pid, TIME_IS_UP)
        time.sleep(GRACE)

    def kill(self) -> None:
        for kill in (os.killpg, os.kill):  # the group exists once the worker has called setsid
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        if not self.ended:
            os.waitpid(self.pid, 0)
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
        shutil.rmtree(self._work.parent, ignore_errors=True)


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

    def clear(self, most: int) -> None:
        """Begin anew, and keep so many bytes."""
        self._parts.clear()
        self.cut = False
        self._most = most

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

    def drain(self) -> bool:
        """Read what is there by now, and return whether anything is kept."""
        while len(self._parts) < self._most and self.open and self.take():
            pass
        return bool(self._parts)

    def frame(self) -> bytes | None:
        """Return the next frame once all of it is there; raises ValueError if it never can be."""
        header = FRAME.size
        if len(self._parts) < header:
            return None
        (length,) = FRAME.unpack_from(self._parts)
        if length > self._most - header:
            raise ValueError("longer than what is accepted")
        if len(self._parts) < header + length:
            return None
        frame = bytes(self._parts[header : header + length])
        del self._parts[: header + length]
        return frame


def _be_worker(home: Path, work: Path, inlet: int, give: int, speak: int) -> NoReturn:
    """Serve jobs in a process of its own, until one leaves something behind."""
    try:
        guard.end_with_parent()
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(speak, 1)
        os.dup2(speak, 2)
        first, second = sorted((inlet, give))
        os.closerange(3, first)  # the streams to the deciding process are not the answer's
        os.closerange(first + 1, second)
        os.closerange(second + 1, 4096)
        commands, replies = os.fdopen(inlet, "rb"), os.fdopen(give, "wb")
        token, pid = b"", os.getpid()

        def stop(message: dict[str, Any]) -> None:
            send(replies, token + b"1" + transport.encode(message))
            os._exit(0)

        bench = _Bench(home, work, stop)
        while (frame := receive(commands)) is not None:
            order: Order = pickle.loads(frame)  # from the deciding process, which we trust
            token = order.token
            message = bench.run(order)
            if os.getpid() != pid:  # an answer has forked, and both have returned
                os._exit(0)
            _flush()
            result, spoiled = bench.seal(message, order.job)
            send(replies, token + (b"1" if spoiled else b"0") + result)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(BROKEN)
    os._exit(0)


# This process for every job -----------------------------------------------------------------------


class _Serving:
    """Runs jobs in this process, and reports when one has left something behind."""

    def __init__(self, home: str, replies: BinaryIO) -> None:
        self._bench = _Bench(Path(home), _new_directory(Path(home)), self._stop)
        self._replies = replies
        self._token = b""
        checks.on_lap = self._pass_by

    def close(self) -> None:
        """There is nothing to end but this process."""

    def __call__(self, order: Order) -> dict[str, Any]:
        self._token = order.token
        job = order.job
        if job.device != "cpu":  # CUDA maps more than it takes
            job = dataclasses.replace(job, limits=dataclasses.replace(job.limits, memory=None))
            order = dataclasses.replace(order, job=job)
        pid = os.getpid()
        self._bench.make_ready(order)
        if job.seconds is not None:
            faulthandler.dump_traceback_later(job.seconds, file=self._bench.stacks)
        with _captured(job.limits.output) as output:
            message = self._bench.run(order)
        if os.getpid() != pid:  # an answer has forked, and both have returned
            os._exit(0)
        faulthandler.cancel_dump_traceback_later()
        result, spoiled = self._bench.seal(message, job)  # not before our own thread has ended
        return {
            "how": "exit",
            "status": 0,
            "result": result,
            "output": output.data,
            "cut": output.cut,
            "spoiled": spoiled,
        }

    def _pass_by(self, lap: str) -> None:
        """Let the deciding process look at its clock."""
        send(self._replies, transport.encode({"lap": lap}))

    def _stop(self, message: dict[str, Any]) -> None:
        reply = {"how": "exit", "status": 0, "result": transport.encode(message), "spoiled": True}
        send(self._replies, transport.encode({**reply, "token": self._token}))
        os._exit(0)


@contextlib.contextmanager
def _captured(most: int) -> Iterator[_Drain]:
    """Send descriptors 1 and 2 through a drain that keeps so many bytes."""
    drain = _Drain(most)
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

    def __init__(self, most: int) -> None:
        self._most = most
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
            room = self._most - len(self._parts)
            self._parts += part[:room]
            self.cut = self.cut or len(part) > room
        os.close(self._outlet)

    def finish(self) -> None:
        os.close(self.inlet)
        self._thread.join(timeout=1)  # a process that the answer left behind may hold the other end


# Around a job, in both models ---------------------------------------------------------------------


def _dump_stacks(home: Path) -> TextIO:
    """Have the stack written to a file when the process crashes, or is told that its time is up.

    Neither needs the interpreter lock, which an endless loop in C holds.
    """
    file = (home / "stack").open("a")
    faulthandler.enable(file)
    if hasattr(faulthandler, "register"):
        faulthandler.register(TIME_IS_UP, file)
    return file


def _join(order: Order) -> None:
    """Join the process group of a check that runs on several ranks, which is never left."""
    import datetime

    import torch.distributed as dist

    dist.init_process_group(
        "gloo",
        init_method=Path(order.rendezvous).as_uri(),
        rank=order.rank,
        world_size=order.job.ranks,
        timeout=datetime.timedelta(seconds=order.job.seconds or 600),
    )
