"""Runs of pytest that begin at once: forks of a process that has imported torch and pytest, and run nothing.

Three processes. The watching one holds a ``Warm``. The warm one imports, and forks what it is asked to. A run
is a fork of it: it collects, and waits for the word to go; the child in which its answers run is another fork
of the warm process, which has never seen what a run has computed. Where there is no fork, a run is started
as a process of its own, ahead of time, and waits in the same way.

Who proves many katas has the children of his own process forked from a warm one.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import psutil
import pytest
from _pytest.runner import runtestprotocol

from pytest_torchkata import guard
from pytest_torchkata.catalogue import KataError
from pytest_torchkata.kata import Check, Verdict
from pytest_torchkata.sandbox import (
    KILLED,
    Launch,
    Model,
    Process,
    SandboxError,
    child_environment,
    import_path,
    start_child,
)

if TYPE_CHECKING:
    from pytest_torchkata.judge import Judge

__all__ = ["Prepared", "Warm"]

_WARM = "import sys; sys.path[:] = {path!r}; from pytest_torchkata import warm; warm.serve()"
_COLD = "import sys; sys.path[:] = {path!r}; from pytest_torchkata import warm; warm.run_alone({arguments!r})"
_NEEDED = (
    "torch", "numpy", "pytest", "xdist.plugin", "pytest_timeout", "sqlite3",
    "pytest_torchkata.child", "pytest_torchkata.judge", "pytest_torchkata.plugin",
)  # fmt: skip
"""What every run and every child imports."""
_MESSAGE = 1 << 20


# The watching process -----------------------------------------------------------------------------


class Prepared:
    """A run of pytest that has collected, or is about to, and waits for the word to go.

    ``say`` gets what the run prints, as it comes, and in the end the exit status; None where it was ended. It
    is called from another thread.
    """

    def __init__(
        self, pid: int, word: int, output: int, wait: Callable[[], int | None], say: Callable[[Any], None]
    ) -> None:
        self.pid = pid
        self._word = word
        self._output = output
        self._wait = wait
        self._say = say
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def go(self) -> None:
        """Let the run begin."""
        with contextlib.suppress(BrokenPipeError):  # it has ended; what it said tells why
            os.write(self._word, b"!")

    def end(self) -> None:
        """End the run, wherever it is, and wait until it is over."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        self.join()

    def join(self) -> None:
        """Wait for the end of a run, which has said its status."""
        self._reader.join()
        with contextlib.suppress(OSError):
            os.close(self._word)
        self._word = -1

    def _read(self) -> None:
        while part := os.read(self._output, 1 << 16):
            self._say(part)
        os.close(self._output)
        self._say(self._wait())


class Warm:
    """The warm process, as the watching one sees it."""

    def __init__(self) -> None:
        self._forks = hasattr(os, "fork")
        if self._forks:
            self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (until we are closed)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "-c", _WARM.format(path=import_path())],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=self._log,
                env=child_environment({}),
                start_new_session=True,  # Ctrl-C is for the watching process
            )  # fmt: skip
        self._control = ours

    def prepare(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        say: Callable[[Any], None],
        needs: Sequence[str] = (),
    ) -> Prepared:
        """Begin a run with these arguments, up to where it waits for the word to go.

        ``needs`` names modules that its child will import, and that the warm process is to have then.

        Raises ``SandboxError`` if the warm process could not start.
        """
        if not self._forks:
            return _cold(arguments, environment, say)
        word, go = os.pipe()
        output, speak = os.pipe()
        result, status = os.pipe()
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "directory": str(Path.cwd()),
            "needs": list(needs),
        }
        pid = _ask(self._control, request, [word, speak, status])
        for fd in (word, speak, status):
            os.close(fd)
        if pid is None:
            raise SandboxError(self._failure())
        return Prepared(pid, go, output, lambda: _one_byte(result), say)

    def launching(self, needs: Sequence[str] = ()) -> Launch:
        """Return a way to start children of this very process as forks of the warm one."""
        return _launching(self._control, needs) if self._forks else start_child

    def close(self) -> None:
        """End the warm process."""
        if self._forks:
            self._control.close()
            self._process.wait()
            self._log.close()

    def _failure(self) -> str:
        self._process.wait()
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").strip().splitlines()
        return f"The process that runs pytest could not start: {said[-1] if said else 'it was ended'}"


def _cold(arguments: Sequence[str], environment: Mapping[str, str], say: Callable[[Any], None]) -> Prepared:
    """Begin a run in a new process."""
    program = _COLD.format(path=import_path(), arguments=list(arguments))
    process = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(environment),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    word, output = os.dup(process.stdin.fileno()), os.dup(process.stdout.fileno())
    process.stdin.close()
    process.stdout.close()

    def status() -> int | None:
        found = process.wait()
        return found if found >= 0 else None

    return Prepared(process.pid, word, output, status, say)


def _one_byte(fd: int) -> int | None:
    """Return the status that a run has left; None if it was ended before."""
    with os.fdopen(fd, "rb") as stream:
        found = stream.read(1)
    return found[0] if found else None


# What is asked, and the descriptors that go with it -----------------------------------------------


def _ask(control: socket.socket, request: Mapping[str, Any], fds: Sequence[int]) -> int | None:
    """Have the warm process fork, and return the id of the fork; None if there is no warm process."""
    message = pickle.dumps(request)
    with contextlib.suppress(OSError):
        socket.send_fds(control, [len(message).to_bytes(4, "big")], list(fds))
        control.sendall(message)
        answer = _exactly(control, 4)
        return int.from_bytes(answer, "big") if answer else None
    return None


def _asked(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return what somebody asks for; None if he has ended, which may have been in the middle of asking."""
    try:
        header, fds, _, _ = socket.recv_fds(control, 4, 8)
        header += _exactly(control, 4 - len(header))
        message = _exactly(control, int.from_bytes(header, "big"))
        return (pickle.loads(message), list(fds)) if message else None  # noqa: S301 (from us)
    except (OSError, EOFError, pickle.UnpicklingError):
        return None


def _exactly(control: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size and (part := control.recv(min(size - len(parts), _MESSAGE))):
        parts += part
    return bytes(parts)


# The warm process ---------------------------------------------------------------------------------


def serve() -> None:
    """Import everything, and fork what standard input, a socket, asks for, until its other end is closed."""
    from pytest_torchkata.child import load

    first = socket.socket(fileno=os.dup(0))
    _put(os.open(os.devnull, os.O_RDWR), 0)
    for name in _NEEDED:
        importlib.import_module(name)
    _run_nothing()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for our children
    gc.collect()
    gc.freeze()
    controls = [first]
    while first in controls:
        for control in select.select(controls, [], [])[0]:
            asked = _asked(control)
            if asked is None:
                controls.remove(control)
                control.close()
                continue
            request, fds = asked
            # Triton is another for the CPU and for CUDA, and children for either may be asked for.
            load(name for name in request.get("needs", ()) if name != "triton")
            ours, theirs = socket.socketpair()
            pid = os.fork()
            if pid == 0:
                _be(request, fds, theirs)
            theirs.close()
            for fd in fds:
                os.close(fd)
            if "arguments" in request:  # which will ask for a child of its own
                controls.append(ours)
            else:
                ours.close()
            with contextlib.suppress(OSError):
                control.sendall(pid.to_bytes(4, "big"))


def _run_nothing() -> None:
    """Run pytest on nothing, which imports what it imports on the way."""
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", empty, empty])


def _be(request: dict[str, Any], fds: list[int], control: socket.socket) -> NoReturn:
    """Become what was asked for; nothing above this frame matters any more."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        if "arguments" in request:
            _be_run(request, fds, control)
        else:
            _be_child(request, fds)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
    os._exit(1)


def _be_run(request: dict[str, Any], fds: list[int], control: socket.socket) -> NoReturn:
    word, speak, status = fds
    guard.end_with_parent()  # which ends with the watching process
    os.dup2(speak, 1)
    os.dup2(speak, 2)
    _keep({word, status, control.fileno()})
    os.chdir(request["directory"])
    _set_environment(request["environment"])
    found = _run(request["arguments"], word, _launching(control))
    os.write(status, bytes([found]))
    os._exit(0)


def _be_child(request: dict[str, Any], fds: list[int]) -> None:
    from pytest_torchkata import child

    for place, fd in enumerate(fds):
        os.dup2(fd, place)
    _keep(set())
    _set_environment(request["surroundings"])
    guard.stand(request["home"])
    child.main(request["model"], request["home"])


def _put(fd: int, place: int) -> None:
    os.dup2(fd, place)
    os.close(fd)


def _keep(kept: set[int]) -> None:
    """Close what else is open: the other ends of pipes must show when they are closed."""
    for fd in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if fd > 2 and fd not in kept:
            with contextlib.suppress(OSError):
                os.close(fd)


def _set_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


# A run --------------------------------------------------------------------------------------------


def run_alone(arguments: list[str]) -> NoReturn:
    """Be a run in a process of its own, where there is no fork."""
    word = os.dup(0)
    _put(os.open(os.devnull, os.O_RDWR), 0)
    sys.exit(_run(arguments, word, start_child))


def _run(arguments: list[str], word: int, launch: Launch) -> int:
    """Run pytest; collect, and then wait for a word to read."""
    gc.enable()
    # We are imported, and so not rewritten; there is nothing in us that pytest should explain.
    quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    status = int(pytest.main([*arguments, *quiet], plugins=[_Waiting(word, launch)]))
    sys.stdout.flush()
    return status


class _Waiting:
    """Lets a run stop where it has collected, until it is told to go on."""

    def __init__(self, word: int, launch: Launch) -> None:
        self._word = word
        self._launch = launch

    def pytest_configure(self, config: Any) -> None:
        from pytest_torchkata.collect import launching

        config.stash[launching] = self._launch

    def pytest_sessionstart(self, session: Any) -> None:
        self._reporter = session.config.pluginmanager.get_plugin("terminalreporter")

    @pytest.hookimpl(wrapper=True)  # before whatever else is done in there
    def pytest_runtestloop(self, session: Any) -> Generator[None, object, object]:
        sys.stdout.flush()
        _rehearse(session)
        gc.collect()
        gc.freeze()
        if not os.read(self._word, 1):
            os._exit(0)  # nobody wants this run any more
        _restart_clock(self._reporter)
        return (yield)


def _rehearse(session: pytest.Session) -> None:
    """Do all that can be done before the answer is known: start processes, and see what references show.

    Whatever goes wrong is told when it goes wrong again.
    """
    from pytest_torchkata.collect import CheckItem, surroundings

    around = session.config.stash.get(surroundings, None)
    if around is None:
        return
    judge, around.judge = around.judge, _Rehearsal(around.judge)  # type: ignore[assignment]
    items = [item for item in session.items if isinstance(item, CheckItem)]
    for item, following in itertools.zip_longest(items, items[1:]):
        runtestprotocol(item, log=False, nextitem=following)
    for file in {item.file for item in items}:
        file.begin()
    around.judge = judge
    vars(around).pop("standings", None)  # which another run may change


class _Rehearsal:
    """In the place of a judge: lets it expect what it will be asked."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def verdict(self, check: Check, seed: int) -> Verdict:
        with contextlib.suppress(SandboxError, KataError):
            self._judge.expect(check, seed)
        return Verdict("passed")


def _restart_clock(reporter: Any) -> None:
    """Let the duration that pytest tells begin here: it knows nothing of a run that waits."""
    from _pytest import timing

    if hasattr(reporter, "_session_start"):
        reporter._session_start = timing.Instant()
    elif hasattr(reporter, "_sessionstarttime"):  # before pytest 8.4
        reporter._sessionstarttime = timing.time()


def _launching(control: socket.socket, needs: Sequence[str] = ()) -> Launch:
    """Return a way to start children as forks of the warm process, which imports what they need."""

    def launch(model: Model, home: Path, environment: Mapping[str, str]) -> Process:
        commands, take = os.pipe()
        give, replies = os.pipe()
        log = os.open(home / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        surroundings = child_environment(environment)
        request = {"model": model, "home": str(home), "surroundings": surroundings, "needs": list(needs)}
        pid = _ask(control, request, [commands, replies, log])
        for fd in (commands, replies, log):
            os.close(fd)
        if pid is None:
            raise SandboxError("The process that runs katas could not start: the warm process has ended.")
        return _Fork(pid, os.fdopen(take, "wb"), os.fdopen(give, "rb"))

    return launch


class _Fork:
    """A child that is another process's, with as much of ``subprocess.Popen`` as is used."""

    def __init__(self, pid: int, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._process: psutil.Process | None
        try:
            self._process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            self._process = None

    def poll(self) -> int | None:
        """Return None while it runs, and then as of one that was killed: its guard tells of any other end."""
        return None if self._process and self._process.is_running() else KILLED

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises ``subprocess.TimeoutExpired``."""
        if self._process:
            try:
                self._process.wait(timeout)
            except psutil.TimeoutExpired as error:
                raise subprocess.TimeoutExpired("child", timeout or 0) from error
        return KILLED

    def terminate(self) -> None:
        """Ask it to end."""
        with contextlib.suppress(psutil.Error):
            if self._process:
                self._process.terminate()

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(psutil.Error):
            if self._process:
                self._process.kill()
