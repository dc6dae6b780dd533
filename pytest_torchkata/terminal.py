"""A terminal in which something goes on: what is shown last stays, in any size, and keys are heard."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

__all__ = ["Pressed", "Redraw", "Terminal"]

DEFAULT_WIDTH = 80
"""Columns, where there is no terminal that has any."""


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Redraw:
    """The terminal is of another size, or ours again."""


class Terminal:
    """Where everything is shown; also where it is a pipe, which has no keys and is never cleared."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self.colours = self._live and "NO_COLOR" not in os.environ
        self.width = self._columns()
        self._text = bytearray()
        self._foot = ""

    @contextlib.contextmanager
    def keys(self, tell: Callable[[Pressed | Redraw], None]) -> Iterator[None]:
        """Tell of keys, from a thread, and of another size, where there is a terminal to ask."""
        if not (self._live and sys.stdin.isatty()):
            yield
            return
        try:
            import termios
            import tty
        except ImportError:  # Windows: everything but the keys
            yield
            return
        fd = sys.stdin.fileno()
        before = termios.tcgetattr(fd)

        def listen() -> None:
            while pressed := os.read(fd, 64):
                for key in pressed.decode(errors="ignore"):
                    tell(Pressed(key))

        def seen(number: int, _: Any) -> None:
            if number == signal.SIGCONT:
                tty.setcbreak(fd, termios.TCSANOW)  # what was typed already counts
            tell(Redraw())

        def leave(*_: Any) -> None:
            raise SystemExit(128 + signal.SIGTERM)

        handlers = {signal.SIGWINCH: seen, signal.SIGCONT: seen, signal.SIGTERM: leave}
        old = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        tty.setcbreak(fd, termios.TCSANOW)
        threading.Thread(target=listen, daemon=True).start()
        try:
            yield
        finally:
            termios.tcsetattr(fd, termios.TCSADRAIN, before)
            for number, handler in old.items():
                signal.signal(number, handler)

    def show(self, lines: Sequence[str]) -> None:
        """Show this and nothing else."""
        self._text = bytearray("".join(f"{line}\n" for line in lines).encode())
        self._foot = ""
        self._draw()

    def add(self, text: bytes | bytearray) -> None:
        """Show this below."""
        self._text += text
        self._write(text)

    def foot(self, kata: str, menu: Sequence[tuple[str, str]]) -> None:
        """Show the kata at hand and the keys, in the last line."""
        self._foot = f"[{kata}]  " + "  ".join(f"{key} {word}" for key, word in menu)
        if self._live:
            self._write(self._footer())

    def fit(self) -> bool:
        """Draw all again in the terminal's present width; return whether that is another one."""
        width, self.width = self.width, self._columns()
        self._draw()
        self._write(self._footer())
        return width != self.width

    def leave(self) -> None:
        """Leave what is shown, and the next line to whoever comes next."""
        if self._foot:
            self._write(b"\n")

    def _columns(self) -> int:
        # Asked of the terminal itself: a variable would still tell the size that it had.
        return os.get_terminal_size(self._stream.fileno()).columns if self._live else DEFAULT_WIDTH

    def _footer(self) -> bytes:
        if not self._foot:
            return b""
        text = self._foot[: self.width - 1]
        return f"\n\x1b[7m{text}\x1b[0m".encode() if self.colours else f"\n{text}".encode()

    def _draw(self) -> None:
        text = bytes(self._text)
        if self._live:
            lines = text.decode(errors="replace").split("\n")
            text = "\n".join(_fitted(line, self.width) for line in lines).encode()
            self._write(b"\x1b[H\x1b[2J")
        self._write(text)

    def _write(self, text: bytes | bytearray) -> None:
        self._stream.buffer.write(text)
        self._stream.buffer.flush()


_COLOUR = r"\x1b\[[0-9;]*m"
_RULE = re.compile(rf"^((?:{_COLOUR})*)([=_-])\2{{4,}}(.*?)\2{{4,}}((?:{_COLOUR})*)$")


def _fitted(line: str, width: int) -> str:
    """Shorten a line that is ruled through, where it is longer than the terminal is wide."""
    rule = _RULE.match(line)
    surplus = len(re.sub(_COLOUR, "", line)) - width
    if rule is None or surplus <= 0:
        return line
    before, ink, middle, after = rule.groups()
    text = len(re.sub(_COLOUR, "", middle))
    left = max(0, width - text) // 2
    return f"{before}{ink * left}{middle}{ink * max(0, width - text - left)}{after}"
