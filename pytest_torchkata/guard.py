"""A process between the deciding one and its child, which sees that nothing of the child outlives it.

It knows nothing of jobs and imports next to nothing. What an answer has started ends with the child, and
the child ends with the deciding process, also where that was killed and could end nobody.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

__all__ = ["PATIENCE", "STATUS", "adopt_orphans", "end_children", "end_with_parent", "stand"]

STATUS = "status"
"""Name of the file with the exit status: a guard could not always leave with the same."""
PATIENCE = 1.0
"""Seconds that the child gets to leave by itself, once nobody waits for it."""

SHARED_MEMORY = b"size=1g,mode=1777"
"""What a shared memory of our own is like."""

_BECOME_SUBREAPER = 36
_SIGNAL_AT_PARENTS_DEATH = 1
_NEW_MOUNTS = 0x20000
_PRIVATE = 1 << 14 | 1 << 18  # for all mounts below
_NO_DEVICES = 1 << 1 | 1 << 2  # nor programs that run as another user


def stand(home: str) -> None:
    """Go on in a child process; this one stays behind as its guard.

    In the end it writes the child's exit status into the directory ``home``, or removes that if nobody is
    left to read it. Where there is no fork nobody stands guard.
    """
    if not hasattr(os, "fork"):
        return
    _take_own_shared_memory()
    bell = _bell()
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_with_parent()
        return
    adopt_orphans()
    os.close(1)  # the end of the replies must show
    status = _watch(child, bell)
    end_children()
    if _is_alone():
        shutil.rmtree(home, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            Path(home, STATUS).write_text(str(status))
    os._exit(0)


def _bell() -> int:
    """Return a descriptor from which the signals that arrive can be read."""
    bell, rope = os.pipe()
    os.set_blocking(rope, False)
    signal.set_wakeup_fd(rope)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return bell


def adopt_orphans() -> None:
    """Become the parent of what our descendants leave behind when they end."""
    _control(_BECOME_SUBREAPER, 1)


def end_with_parent() -> None:
    """Be killed when the parent ends, also where that was killed itself."""
    _control(_SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL)


def _take_own_shared_memory() -> None:
    """Mount an empty /dev/shm of our own, where we may: what is left there ends with us."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return
    import ctypes

    libc = ctypes.CDLL(None)
    if libc.unshare(_NEW_MOUNTS) == 0 and libc.mount(None, b"/", None, _PRIVATE, None) == 0:
        libc.mount(b"tmpfs", b"/dev/shm", b"tmpfs", _NO_DEVICES, SHARED_MEMORY)


def _control(what: int, value: int) -> None:
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def _watch(child: int, bell: int) -> int:
    """Wait for the child's end and return its status; end it when told so, or when nobody waits for it."""
    poll = select.poll()
    poll.register(bell, select.POLLIN)
    poll.register(0, 0)  # tells nothing but the end
    deadline: float | None = None
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        wait = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        ready = [fd for fd, _ in poll.poll(wait)]
        if bell in ready and signal.SIGTERM in os.read(bell, 512):
            deadline = 0.0
        if 0 in ready:
            poll.unregister(0)
            deadline = time.monotonic() + PATIENCE if deadline is None else deadline
        if deadline is not None and time.monotonic() >= deadline:
            os.kill(child, signal.SIGKILL)
            deadline = None


def _is_alone() -> bool:
    """Return whether the deciding process holds the other end of our standard input no more."""
    poll = select.poll()
    poll.register(0, 0)
    return bool(poll.poll(0))


def end_children(except_for: Iterable[int] = ()) -> None:
    """End our children until there are none; those of a child that has ended become ours."""
    kept = set(except_for)
    while left := _children() - kept:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> set[int]:
    """Return our child processes, where the system lists them."""
    if not sys.platform.startswith("linux"):
        return set()
    tasks = Path("/proc/self/task")
    with contextlib.suppress(FileNotFoundError):
        return {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}
    found = set()  # a kernel that keeps no such list
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = entry.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.add(int(entry.parent.name))
    return found
