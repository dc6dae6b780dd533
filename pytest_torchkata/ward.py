"""Watches what an answer's Python code reaches for, by an audit hook, which cannot be taken out again.

It holds Python code only; ``confine`` holds native code too, where the kernel can. But it works on every
platform, it can say what was tried and where, and it stops an answer that reaches for the frames, objects
or functions of the process that observes it.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from pytest_torchkata.confine import Room
from pytest_torchkata.kata import Frame

__all__ = ["JUDGES", "made", "watch"]

_INSPECTING = {
    "sys._getframe": "_getframe", "sys._current_frames": "_current_frames",
    "sys._current_exceptions": "_current_exceptions", "gc.get_objects": "get_objects",
    "gc.get_referrers": "get_referrers", "gc.get_referents": "get_referents", "sys.settrace": "settrace",
    "sys.setprofile": "setprofile", "sys.addaudithook": "addaudithook",
    "sys.monitoring.register_callback": "register_callback",
}  # fmt: skip
"""Events, and the names of the functions that raise them."""
_BY_INSPECT = {"currentframe", "stack", "trace", "getouterframes", "getinnerframes"}
_CODE = {
    "object.__getattr__", "object.__setattr__", "object.__delattr__", "code.__new__", "function.__new__",
    "marshal.loads", "marshal.load",
}  # fmt: skip
_PROGRAMS = {
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn",
}  # fmt: skip
_CONNECTING = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
_RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
_CHANGES = {
    "os.remove": 1, "os.rename": 2, "os.rmdir": 1, "os.mkdir": 2, "os.link": 2, "os.symlink": 2,
    "os.truncate": None, "os.chmod": 2, "os.chown": 3, "os.utime": 3, "os.setxattr": None,
    "os.removexattr": None, "sqlite3.connect": None,
}  # fmt: skip
"""Events that change a file, and where in their arguments the directory is that a path is relative to."""
_TARGETS = {"os.rename": 3, "os.link": 3, "os.symlink": 2}
"""The same for their second path, the one that comes into being."""
_ENTRIES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir"}
"""Events that are about an entry of a directory, and not about what that links to."""
_LISTING = {"os.listdir", "os.scandir"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_COMPILERS = {"ptxas", "ptxas-blackwell", "cc", "gcc", "clang", "ldconfig"}
"""Programs by which Triton makes what runs on a GPU of a kernel."""
_CURIOUS = ("platform.py", "uuid.py")
"""Files of Python's library that start programs on their own account, and can do without."""
JUDGES = {"pytest_torchkata", "_kata", "_pytest"}
"""Packages that judge an answer, which it has no business with."""

made: dict[int, CodeType] = {}
"""The code that an answer has had executed, by id, whatever file it says that it is from."""


def watch(
    is_answer: Callable[[str], bool],
    room: Room,
    hidden: Path | None,
    stop: Callable[[str, Frame], None],
    *,
    walled: bool,
) -> None:
    """From now on, end what the answer does that no answer may do, by ``stop(what, where)``.

    ``stop`` does not return. What a library does on an answer's behalf gets a ``PermissionError``
    instead. ``hidden`` is the folder that it may not read. ``walled`` says that programs which an answer
    starts are held by the kernel. All that the hook needs is in its closure, out of easy reach.
    """
    thread_id, get_frame, realpath = threading.get_ident, sys._getframe, os.path.realpath
    busy: set[int] = set()
    closed = (realpath(hidden),) if hidden else ()
    own = tuple(realpath(place) for place in (room.work, *room.writable))
    standard = realpath(sysconfig.get_path("stdlib")) + os.sep
    libraries = (*closed, "<frozen", *(place + os.sep for place in _libraries()))

    def is_inside(path: str, places: tuple[str, ...]) -> bool:
        return any(path == place or path.startswith(place + os.sep) for place in places)

    def is_library(file: str) -> bool:
        return file.startswith(libraries)

    def is_own(frame: FrameType) -> bool:
        return is_answer(frame.f_code.co_filename) or id(frame.f_code) in made

    def asker(frame: FrameType | None) -> FrameType | None:
        """Return the answer's frame for which Python's own library works; none if another library does."""
        while frame is not None:
            file = frame.f_code.co_filename
            if is_own(frame) or not (is_library(file) or file.startswith("<")):
                return frame
            if not file.startswith((standard, "<")) or "-packages" in file or file.endswith(_CURIOUS):
                return None
            frame = frame.f_back
        return None

    def compiles(arguments: tuple[Any, ...], frame: FrameType | None) -> bool:
        """Return whether it is Triton that starts a compiler, with nothing of the answer's in its place."""
        program, words = (*arguments[:2], None, None)[:2]
        if not isinstance(program, str) or not isinstance(words, (list, tuple)):
            return False
        while frame is not None and frame.f_code.co_filename.startswith(standard):
            if "-packages" in frame.f_code.co_filename:
                break
            frame = frame.f_back
        file = frame.f_code.co_filename if frame is not None else ""
        folder, _, name = program.rpartition(os.sep)
        return (
            is_library(file)
            and f"{os.sep}triton{os.sep}" in file
            and name in _COMPILERS
            and folder.startswith(os.sep)
            and not is_inside(realpath(program), own)
            and not any(place in str(word) for place in closed for word in words)
        )

    def inspector(frame: FrameType | None, name: str) -> FrameType | None:
        """Return the answer's frame that looks through the process, be it by a library's hand.

        A library that does so on its own account has the function's name in its code.
        """
        names = {name}
        while frame is not None and frame.f_code.co_filename.endswith("inspect.py"):
            frame, names = frame.f_back, _BY_INSPECT
        if frame is not None and is_library(frame.f_code.co_filename):
            if not names.isdisjoint(frame.f_code.co_names):
                return None
            while frame is not None and not is_own(frame):
                frame = frame.f_back
        return frame

    def end(what: str, frame: FrameType) -> None:
        at: FrameType | None = frame
        while at is not None and not is_answer(at.f_code.co_filename):
            at = at.f_back
        stop(what, Frame(at.f_lineno, at.f_code.co_name) if at else Frame(0, ""))

    def refuse(what: str, frame: FrameType | None) -> None:
        place = asker(frame)
        if place is not None:
            end(what, place)
        raise PermissionError(f"an answer may not {what}")

    def resolved(path: Any, directory: Any, *, entry: bool = False) -> str | None:
        """Return where a path leads; of an ``entry`` of a directory, where that itself is."""
        if path is None or isinstance(path, int):
            return None
        text = os.fsdecode(path)
        if isinstance(directory, int) and directory >= 0:
            text = os.path.join(realpath(f"/proc/self/fd/{directory}"), text)  # noqa: PTH118
        if not entry:
            return realpath(text)
        parent, name = os.path.split(os.path.abspath(text))  # noqa: PTH100
        return os.path.join(realpath(parent), name)  # noqa: PTH118

    def on_file(event: str, arguments: tuple[Any, ...], frame: FrameType | None) -> None:
        if event == "sqlite3.connect":
            arguments = (_database(arguments[0]),)
        at = _CHANGES.get(event)
        directory = None if at is None else arguments[at]
        path = resolved(arguments[0], directory, entry=event in _ENTRIES)
        if path is not None and is_inside(path, closed):
            refuse("read what judges it", frame)
        changed = [path] * (event in _CHANGES and event not in ("os.link", "os.symlink"))
        changed += [path] * (event == "open" and _is_writing(arguments))
        if event in _TARGETS:
            changed.append(resolved(arguments[1], arguments[_TARGETS[event]], entry=True))
        for each in changed:
            if each is not None and not is_inside(each, own):
                refuse(f"change files outside of the directory that it starts in ({each})", frame)

    def on_event(event: str, arguments: tuple[Any, ...], frame: FrameType | None) -> None:
        if event == "open" or event in _CHANGES:
            on_file(event, arguments, frame)
        elif event in _LISTING:
            path = resolved("." if arguments[0] is None else arguments[0], None)
            if path is not None and is_inside(path, closed):
                refuse("read what judges it", frame)
        elif event in _INSPECTING:
            if event == "sys.settrace" and frame is not None and _is_debugger(frame.f_trace):
                return  # which the interpreter ends when it quits
            if place := inspector(frame, _INSPECTING[event]):
                end(f"look through the process that runs it, or trace it ({event})", place)
        elif event in _CODE:
            if frame is not None and is_own(frame):
                named = arguments[1] if event.startswith("object.") else event
                end(f"take code and frames apart ({named})", frame)
        elif event == "exec":
            if not is_library(getattr(arguments[0], "co_filename", "")) and asker(frame):
                _keep(arguments[0])
        elif event == "compile":
            name = arguments[1] if isinstance(arguments[1], str) else "<"
            if frame is not None and is_own(frame) and not (name.startswith("<") or is_answer(name)):
                end("compile code under another file's name", frame)
        elif event in _PROGRAMS:
            if asker(frame) or not (walled or compiles(arguments, frame)):
                refuse("start other programs", frame)
        elif event in _RESOLVING or (event in _CONNECTING and isinstance(arguments[1], tuple)):
            refuse("use the network", frame)
        elif event in _CONNECTING and arguments[1] is not None:
            name = os.fsdecode(arguments[1])
            path = name if name.startswith("\0") else resolved(name, None)  # without a file
            if path is not None and not is_inside(path, own):
                refuse(f"speak to another program ({path!r})", frame)
        elif event == "import":
            if arguments[0].partition(".")[0] in JUDGES and (place := asker(frame)):
                end("import what judges it", place)
        elif event.startswith(("ctypes.", "cpython.")) and (place := asker(frame)):
            end(f"call native code or reach into memory ({event})", place)

    def frame_of_event() -> FrameType | None:
        try:
            return get_frame(2)
        except ValueError:  # the interpreter's own, in a thread that begins or ends
            return None

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_WATCHED) and (thread := thread_id()) not in busy:
            busy.add(thread)
            try:
                on_event(event, arguments, frame_of_event())
            finally:
                busy.discard(thread)

    sys.addaudithook(hook)


_WATCHED = (
    "open", "os.", "sys.", "gc.", "object.", "code.", "function.", "marshal.", "subprocess.", "pty.",
    "socket.", "sqlite3.", "import", "ctypes.", "cpython.", "exec", "compile",
)  # fmt: skip


def _database(name: Any) -> str | None:
    """Return the path of a database, which may be given as a URI; None where it has no file."""
    text = os.fsdecode(name)
    if text.startswith("file:"):
        text = text.removeprefix("file:").partition("?")[0]
        text = f"/{text.lstrip('/')}" if text.startswith("/") else text
    return text if text not in ("", ":memory:") else None


def _is_debugger(trace: object) -> bool:
    return type(getattr(trace, "__self__", None)).__module__ in ("pdb", "bdb")


def _keep(code: object) -> None:
    """Remember code, and the functions and classes in it, as the answer's."""
    if isinstance(code, CodeType) and id(code) not in made:
        made[id(code)] = code
        for constant in code.co_consts:
            _keep(constant)


def _libraries() -> set[str]:
    """Return where code lies that is neither the answer's nor its helpers'."""
    import numpy
    import torch

    places = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    places += [site.getusersitepackages(), os.path.dirname(__file__)]  # noqa: PTH120
    places += [place for place in sys.path if place.endswith("-packages")]
    places += [os.path.dirname(module.__file__ or "") for module in (torch, numpy)]  # noqa: PTH120
    return {os.path.realpath(place) for place in places}


def _is_writing(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return bool(isinstance(flags, int) and flags & _WRITING)
