"""Walls around the process that runs an answer, made by the kernel and so for native code too.

A process puts them up around itself before it loads an answer, and cannot take them down again: Landlock
for files, signals and other processes, seccomp (by libseccomp) for calls that Landlock does not know,
resource limits for what one process takes. Linux only; elsewhere, and beside them, ``ward`` watches
what Python code does.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import socket
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_torchkata.catalogue import installed
from pytest_torchkata.kata import Kata, Limits

__all__ = ["Room", "confine", "landlock_version", "level", "prepare", "room_for"]


@dataclass(frozen=True)
class Room:
    """What of the file system a process may use."""

    work: Path
    """The directory that it works in, and the only one where it may leave something."""
    readable: tuple[Path, ...]
    writable: tuple[Path, ...]
    """Files and directories beside ``work``, which belong to nobody."""


def level() -> str:
    """Say what holds answers on this machine, strongest first."""
    walls = []
    if version := landlock_version():
        walls.append(f"Landlock {version}")
    if _has_libseccomp():
        walls.append("seccomp")
    return " + ".join([*walls, "audit hook"])


def landlock_version() -> int:
    """Return the version of Landlock's interface; 0 where the kernel has none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)))


def _has_libseccomp() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError):
        return bool(ctypes.CDLL("libseccomp.so.2"))
    return False


def prepare(kata: Kata) -> None:
    """Make ready what is the same for every process that is forked from this one."""
    if sys.platform.startswith("linux"):
        _filter()
        _readable(kata.katas, kata.solutions)


def confine(room: Room, limits: Limits) -> None:
    """Put up the walls around this process, as far as the platform has any."""
    if not sys.platform.startswith("linux"):
        return
    filtering = _filter()  # which has to be imported
    _limit(limits)
    _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _restrict_files(room)
    if filtering:
        filtering.load()
    _drop_capabilities()


# The room -----------------------------------------------------------------------------------------

_PACKAGE = Path(__file__).resolve().parent
_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/proc", "/sys",
    "/etc/alternatives", "/etc/group", "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types",
    "/etc/nsswitch.conf", "/etc/OpenCL", "/etc/os-release", "/etc/passwd", "/etc/ssl/certs", "/etc/timezone",
)  # fmt: skip
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")  # noqa: S108


def room_for(kata: Kata, work: Path, *, is_answer: bool) -> Room:
    """Return the room of a process that runs an answer to a kata, or what we wrote ourselves.

    An answer may read Python, its packages, the system's libraries and the learner's own katas. It may
    not read the solutions, nor anything of the project that could hold a copy of them.
    """
    katas, solutions = kata.katas, kata.solutions
    readable = (*_readable(katas, solutions), *(() if is_answer else (solutions,)))
    devices = [*map(Path, _DEVICES), *Path("/dev").glob("nvidia*")]
    return Room(work, readable, (*devices, *_coverage(katas, solutions)))


@functools.cache
def _readable(katas: Path, solutions: Path) -> tuple[Path, ...]:
    """Return what everybody may read; to find it takes longer than to fork."""
    closed = [katas, solutions, installed()[1]]  # which may be those of another clone
    names = (*_SYSTEM, str(_PACKAGE), sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path)
    return tuple(dict.fromkeys([*_without(closed, (Path(name).resolve() for name in names)), katas]))


def _without(catalogue: Iterable[Path], places: Iterable[Path]) -> list[Path]:
    """Leave out of the places the folders of a catalogue, and what else is in a project beside them."""
    inside = [each.resolve() for each in catalogue]
    found: list[Path] = []
    for place in places:
        if any(place == each or each in place.parents for each in inside):
            continue
        if not any(place in each.parents for each in inside):
            found.append(place)
        elif _is_library(place) and all(place != each.parent for each in inside):
            found += _without(inside, (entry.resolve() for entry in place.iterdir()))
        else:  # a project: its history, its builds and its tests may hold copies of a solution
            found += place.glob("*.py")
    return found


def _is_library(place: Path) -> bool:
    """Return whether a directory is the system's or Python's, where a catalogue may be installed."""
    tops = [*map(Path, _SYSTEM), Path(sys.prefix), Path(sys.base_prefix)]
    if (_PACKAGE.parent / "numpy").is_dir():
        tops.append(_PACKAGE.parent)
    return any(place == top or top in place.parents for top in tops)


def _coverage(*projects: Path) -> list[Path]:
    """Return where coverage keeps the data of a run that is measured, unless that is a project's folder."""
    module = sys.modules.get("coverage")
    measuring = module.Coverage.current() if module else None
    if measuring is None:
        return []
    folder = Path(measuring.get_data().base_filename()).resolve().parent
    return [] if any(folder in each.resolve().parents for each in projects) else [folder]


# Landlock -----------------------------------------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_READ = 0b1101  # execute, read a file, list a directory
_FILE = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # rights that a single file can have
_ADDED = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # to move between directories, truncate, control devices
_MAKE_DEVICES = 1 << 6 | 1 << 11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("directory", ctypes.c_int32))


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _restrict_files(room: Room) -> None:
    """Close all files but the room's; TCP, other processes' signals and memory where Landlock knows them."""
    version = landlock_version()
    if not version:
        return
    everything = (1 << 13) - 1
    for since, right in _ADDED.items():
        everything |= right if version >= since else 0
    asked = _Ruleset(everything, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _libc().syscall(_CREATE_RULESET, ctypes.byref(asked), size, 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused its own rules")
    for path in room.readable:
        _allow(ruleset, path, _READ)
    for path in (room.work, *room.writable):
        _allow(ruleset, path, everything & ~_MAKE_DEVICES)
    if _libc().syscall(_RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "Landlock could not be applied")
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        rights &= _FILE
    rule = _Beneath(rights, fd)
    _libc().syscall(_ADD_RULE, ruleset, _BENEATH, ctypes.byref(rule), 0)
    os.close(fd)


# seccomp ------------------------------------------------------------------------------------------

_REFUSED = (
    # Other processes.
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp",
    # Ways past these filters, or into corners of the kernel.
    "io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "perf_event_open", "userfaultfd",
    "add_key", "keyctl", "request_key", "open_by_handle_at", "iopl", "ioperm", "acct", "quotactl", "syslog",
    # Another view of the system, and the system itself.
    "unshare", "setns", "chroot", "pivot_root", "mount", "umount2", "mount_setattr", "move_mount",
    "open_tree", "fsopen", "fsconfig", "fsmount", "swapon", "swapoff", "reboot", "kexec_load",
    "kexec_file_load",
    "init_module", "finit_module", "delete_module", "settimeofday", "clock_settime", "clock_adjtime",
    "adjtimex", "sethostname", "setdomainname",
    "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
    463, 466, 467,  # setxattrat, removexattrat, open_tree_attr, which not every libseccomp has heard of
    # What outlives every process, and has no place in the file system.
    "shmget", "semget", "msgget", "mq_open", "mq_unlink",
    "ioprio_set",
)  # fmt: skip
# Landlock knows nothing of modes and owners, and a path cannot be looked at here. To refuse these would
# break shutil.copy in the process's own directory, so they do nothing, and say that they did it.
_WITHOUT_EFFECT = ("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat")

# What a process may do to itself, named by 0, and where that is in the arguments.
_OF_OTHERS = {
    "prlimit64": 0, "setpriority": 1, "sched_setaffinity": 0, "sched_setscheduler": 0, "sched_setparam": 0,
    "sched_setattr": 0,
}  # fmt: skip
_NEW_USER = 0x10000000


@functools.cache
def _filter() -> Any:
    """Build the filter for calls; None without libseccomp. It is built once and loaded by each process."""
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError):
        return None
    made = seccomp.SyscallFilter(seccomp.ALLOW)
    with contextlib.suppress(OSError):
        made.set_attr(seccomp.Attr.CTL_TSYNC, 1)  # for all threads
    refused = seccomp.ERRNO(errno.EPERM)
    for name in _REFUSED:
        with contextlib.suppress(OSError):  # a call that this kernel or library does not know
            made.add_rule(refused, name)
    for name in _WITHOUT_EFFECT:
        with contextlib.suppress(OSError):
            made.add_rule(seccomp.ERRNO(0), name)
    made.add_rule(seccomp.ERRNO(errno.EACCES), "socket", seccomp.Arg(0, seccomp.NE, socket.AF_UNIX))
    for name, argument in _OF_OTHERS.items():
        with contextlib.suppress(OSError):
            made.add_rule(refused, name, seccomp.Arg(argument, seccomp.NE, 0))
    made.add_rule(refused, "setpriority", seccomp.Arg(0, seccomp.EQ, os.PRIO_USER))
    # Namespaces; clone3 keeps its flags where they cannot be seen, and libraries go back to clone without it.
    made.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _NEW_USER, _NEW_USER))
    with contextlib.suppress(OSError):
        made.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    return made


# What one process may take ------------------------------------------------------------------------

_CAPABILITY_VERSION = 0x20080522
_KEPT_CAPABILITIES = 1 << 1 | 1 << 2  # to read and write what the file system's modes would refuse


def _limit(limits: Limits) -> None:
    """Bound what this process takes; the rest is watched from outside."""
    import resource

    def bound(what: int, most: int | None) -> None:
        if most is not None:
            _, hard = resource.getrlimit(what)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, most))

    bound(resource.RLIMIT_CORE, 0)
    if limits.memory is not None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        bound(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory)
    bound(resource.RLIMIT_FSIZE, limits.disk)
    bound(resource.RLIMIT_NOFILE, limits.files)
    if limits.processes is not None:  # counted for the user, with what else he runs
        running = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
        bound(resource.RLIMIT_NPROC, running + 8 * limits.processes)


def _drop_capabilities() -> None:
    """Give up what root may do beyond its files: to end processes, to mount, to set the clock."""
    if os.geteuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    kept = (ctypes.c_uint32 * 6)(_KEPT_CAPABILITIES, _KEPT_CAPABILITIES, 0, 0, 0, 0)
    _libc().capset(ctypes.byref(header), ctypes.byref(kept))
