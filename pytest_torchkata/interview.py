"""A timed interview: what was agreed, and what happened, in a file that is only ever added to.

The file is JSON, one object a line; docs/interviews.md has its format. Every line has a reading of the
clocks, so the time that has passed follows from the lines, whatever was stopped, shut or set in between.
The first line says what was agreed. Snapshots of the answers are in the lines as well: nothing else has to
survive for a verdict.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pytest_torchkata import clock
from pytest_torchkata.clock import Reading
from pytest_torchkata.project import ProjectError

__all__ = [
    "FEEDBACK",
    "HELP",
    "HIDING",
    "JOURNAL",
    "Event",
    "Feedback",
    "Help",
    "Interview",
    "InterviewError",
    "Terms",
    "first_line",
    "minutes",
]

JOURNAL = "interview.jsonl"
"""The file's name in the workspace."""
_FORMAT, _VERSION = "torchkata interview", 1

Feedback = Literal["full", "names", "counts", "none"]
FEEDBACK: tuple[Feedback, ...] = get_args(Feedback)
"""What pytest tells during an interview: all; which checks pass; how many; that it has judged."""
HIDING = ("counts", "none")
"""Under which no single check may be told from another."""
Help = Literal["off", "costs"]
HELP: tuple[Help, ...] = get_args(Help)
"""Whether there are hints and reveals."""
Phase = Literal["running", "paused", "over", "finished"]

_SET = 5.0
"""Seconds that the calendar may differ from the uptime before it counts as set: clocks are corrected."""


class InterviewError(ProjectError):
    """An interview cannot be started, read or gone on with; the text is for the user."""


@dataclass(frozen=True)
class Terms:
    """What was agreed on at the start."""

    id: str
    """When it was started, by the calendar: unique among one's own."""
    minutes: int
    katas: tuple[str, ...]
    feedback: Feedback = "full"
    help: Help = "off"
    seed: int = 0
    """Of the draw, and of the inputs in the final verdict."""
    gpu: bool = False
    record: str = ""
    """The progress file of the project that it was started from."""

    @property
    def seconds(self) -> int:
        return 60 * self.minutes


@dataclass(frozen=True)
class Event:
    """One line of the file."""

    what: str
    """start, run, verdicts, help, pause, resume or finish."""
    clock: Reading
    at: float
    """Seconds of the interview that had passed, without pauses."""
    data: Mapping[str, Any]


class Interview:
    """An interview, read from its file; what happens next is added to both."""

    def __init__(self, path: Path, terms: Terms, events: Sequence[Event], damage: Sequence[str] = ()) -> None:
        self.path = path
        self.terms = terms
        self.events = list(events)
        self.damage = tuple(damage)
        """What of the file could not be read, in words."""

    @classmethod
    def read(cls, path: Path) -> Interview:
        """Read an interview.

        Raises ``InterviewError`` if there is none, or not even its first line can be read: the answers in
        its other lines are then saved beside it, and the error says where.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise InterviewError(f"The interview {path} cannot be read: {reason}.") from error
        lines: list[dict[str, Any] | None] = []
        damage = []
        for number, line in enumerate(content.split(b"\n"), 1):
            if not line:
                continue
            try:
                lines.append(_parsed(line))
            except (ValueError, TypeError, KeyError, RecursionError):
                lines.append(None)
                damage.append(f"line {number}")
        terms = _terms(lines[0], path) if lines and lines[0] else None
        if terms is None:
            raise InterviewError(_beyond_repair(path, content, [line for line in lines if line]))
        return cls(path, terms, _timed([line for line in lines if line]), damage)

    # Time -------------------------------------------------------------------------------------

    def elapsed(self, now: Reading) -> float:
        """Return the seconds of the interview that have passed, without pauses."""
        last = self.events[-1]
        return last.at if self._stands_still() else last.at + clock.between(last.clock, now)

    def left(self, now: Reading) -> float:
        """Return the seconds that are left; less than none after the deadline."""
        return self.terms.seconds - self.elapsed(now)

    def phase(self, now: Reading) -> Phase:
        """Return where the interview is: running, paused, over (and not judged yet), or finished."""
        if self.finished:
            return "finished"
        if self.left(now) <= 0:
            return "over"
        return "paused" if self._stands_still() else "running"

    @property
    def finished(self) -> bool:
        """Whether it was judged."""
        return any(event.what == "finish" for event in self.events)

    def _stands_still(self) -> bool:
        turns = [event.what for event in self.events if event.what in ("pause", "resume", "finish")]
        return bool(turns) and turns[-1] != "resume"

    def notes(self) -> Iterator[str]:
        """Tell what an interviewer would want to know of the time, and of the file."""
        for earlier, later in zip(self.events, self.events[1:], strict=False):
            passed = clock.between(earlier.clock, later.clock)
            shift = later.clock.calendar - earlier.clock.calendar - passed
            if not clock.same_boot(earlier.clock, later.clock):
                yield f"At {minutes(later.at)} the machine had been started anew; the calendar told the time."
            elif abs(shift) > _SET:
                way = "forward" if shift > 0 else "back"
                yield f"Before {minutes(later.at)} the system's clock was set {way} by {minutes(abs(shift))}."
            if earlier.what == "pause":
                changed = _named(later.data.get("sources", {}))
                during = f", and changed in it: {changed}" if changed else ""
                yield f"Paused at {minutes(earlier.at)} for {minutes(passed)}{during}."
        if self.damage:
            yield f"The file of the interview is damaged ({', '.join(self.damage)}); the rest of it counts."

    # What happens -----------------------------------------------------------------------------

    def add(self, what: str, now: Reading, **data: Any) -> Event:
        """Add an event.

        Raises ``InterviewError`` if it cannot be written.
        """
        event = Event(what, now, self.elapsed(now), data)
        line = json.dumps({"event": what, "clock": list(now), **data}).encode()
        try:
            # In one call, so that two runs at once write one line after the other.
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND)
            try:
                os.write(descriptor, _ending(descriptor) + line + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            reason = error.strerror or error
            raise InterviewError(f"The interview {self.path} cannot be written: {reason}.") from error
        self.events.append(event)
        return event

    def snapshot(self, what: str, now: Reading, **data: Any) -> Event:
        """Add an event together with all answers that have changed since the last one."""
        known = self._latest()
        here = {name: _answer(self.path.parent / "katas" / f"{name}.py") for name in self.terms.katas}
        changed = {name: each for name, each in here.items() if each[0] != known.get(name)}
        return self.add(what, now, **data, sources=changed)

    def in_time(self) -> dict[str, bytes | None]:
        """Return the last answer to each kata that was saved before the deadline; None for no file."""
        found: dict[str, bytes | None] = {}
        for event in self.events:
            for name, (text, saved) in _sources(event).items():
                since = 0.0 if saved is None else max(0.0, event.clock.calendar - saved)
                # Of what was seen too late only what was saved long enough before counts.
                if event.at <= self.terms.seconds or event.at - since <= self.terms.seconds:
                    found[name] = _bytes(text)
        return found

    def too_late(self) -> list[str]:
        """Return the katas that were written on after the deadline."""
        counts, latest = self.in_time(), self._latest()
        return [name for name in self.terms.katas if _bytes(latest.get(name)) != counts.get(name)]

    def _latest(self) -> dict[str, str | None]:
        """Return the last answer to each kata that was seen, in time or not."""
        return {name: text for event in self.events for name, (text, _) in _sources(event).items()}

    def handed_out(self, kata_id: str) -> bytes | None:
        """Return a stub as it was at the start."""
        text, _ = _sources(self.events[0]).get(kata_id, (None, None))
        return _bytes(text)


def first_line(terms: Terms, now: Reading, stubs: Mapping[str, bytes]) -> bytes:
    """Return the beginning of an interview's file."""
    sources = {name: (stub.decode(errors="surrogateescape"), None) for name, stub in stubs.items()}
    line = {"format": _FORMAT, "version": _VERSION, "event": "start", "clock": list(now), **asdict(terms)}
    return json.dumps({**line, "sources": sources}).encode() + b"\n"


def minutes(seconds: float) -> str:
    """Return a time as it is read from a clock, in minutes and seconds."""
    whole = int(seconds)
    return f"{'-' * (whole < 0)}{abs(whole) // 60}:{abs(whole) % 60:02}"


# Lines --------------------------------------------------------------------------------------------


def _parsed(line: bytes) -> dict[str, Any]:
    """Return a line of the file; raise whatever comes of one that is not as we write them."""
    found = json.loads(line)
    boot, uptime, calendar = found["clock"]
    found["clock"] = Reading(str(boot), float(uptime), float(calendar))
    found["event"] = str(found["event"])
    found["sources"] = {
        str(name): (None if text is None else str(text), None if saved is None else float(saved))
        for name, (text, saved) in found.get("sources", {}).items()
    }
    return dict(found)


def _terms(line: dict[str, Any], path: Path) -> Terms | None:
    """Return what the first line says was agreed on; None if it says nothing of the kind."""
    if line.get("format") != _FORMAT:
        return None
    if not isinstance(line.get("version"), int) or line["version"] > _VERSION:
        raise InterviewError(
            f"The interview {path} is of version {line.get('version')} of the format, and this "
            f"pytest-torchkata knows {_VERSION}. Update pytest-torchkata to go on with it."
        )
    try:
        known = {name: line[name] for name in Terms.__dataclass_fields__}
        terms = Terms(**{**known, "katas": tuple(map(str, line["katas"]))})
    except (KeyError, TypeError):
        return None
    kinds = (str, int, tuple, str, str, int, bool, str)
    values = [getattr(terms, name) for name in Terms.__dataclass_fields__]
    fits = all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True))
    return terms if fits and terms.feedback in FEEDBACK and terms.help in HELP else None


def _timed(lines: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return events, with the time of the interview at each."""
    events: list[Event] = []
    at, stands_still = 0.0, False
    for line in lines:
        if events and not stands_still:
            at += clock.between(events[-1].clock, line["clock"])
        what = line["event"]
        stands_still = {"pause": True, "finish": True, "resume": False}.get(what, stands_still)
        events.append(Event(what, line["clock"], at, line))
    return events


def _sources(event: Event) -> Mapping[str, tuple[str | None, float | None]]:
    """Return the answers in an event: the text, and when its file was saved."""
    sources: Mapping[str, tuple[str | None, float | None]] = event.data.get("sources", {})
    return sources


def _bytes(text: str | None) -> bytes | None:
    """Return an answer as it was in its file."""
    return None if text is None else text.encode(errors="surrogateescape")


def _named(sources: Mapping[str, Any]) -> str:
    return ", ".join(sources)


def _answer(path: Path) -> tuple[str | None, float | None]:
    try:
        return path.read_bytes().decode(errors="surrogateescape"), path.stat().st_mtime
    except OSError:
        return None, None


def _ending(descriptor: int) -> bytes:
    """Return what ends a line that a killed run has left half written."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, max(0, size - 1), os.SEEK_SET)
    return b"" if os.read(descriptor, 1) in (b"", b"\n") else b"\n"


def _beyond_repair(path: Path, content: bytes, lines: Sequence[Mapping[str, Any]]) -> str:
    """Save the answers in a file of which one cannot go on; return what to say."""
    text = (
        f"The interview {path} is damaged: its first line, which says what was agreed on, cannot be read, "
        "so it cannot go on."
    )
    last = {name: source for line in lines for name, (source, _) in line["sources"].items() if source}
    if not last:
        return f"{text} There is no answer in the rest of it; the files in {path.parent / 'katas'} are left."
    place = path.parent / ".torchkata" / "kept" / f"interview-{hashlib.sha256(content).hexdigest()[:8]}"
    for name, source in last.items():
        kept = place / f"{name}.py"
        if not kept.resolve().is_relative_to(place.resolve()):
            continue  # a name that no kata has
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            kept.write_bytes(source.encode(errors="surrogateescape"))
    return f"{text} The last answers that were in it ({_named(last)}) are in {place}."
