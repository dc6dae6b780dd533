"""What the record comes to: the numbers that the page, the terminal, JSON, JUnit and the badge show.

Here is counted and nowhere else, so that whatever is looked at says the same.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from pytest_torchkata.catalogue import KataError, facts, mistakes
from pytest_torchkata.kata import LEVELS, Facts, Kata
from pytest_torchkata.progress import Aid, History, Interview, ProgressError, Run, Standing
from pytest_torchkata.project import Project
from pytest_torchkata.review import Advice, advise

__all__ = ["PAUSE", "Entry", "Made", "Practice", "Summary", "Taken", "Tally", "summarise"]

PAUSE = timedelta(minutes=15)
"""Two events that are further apart have a pause between them, and not practice."""
_WEEKS = 26
_RECENT = 30
"""Days of which it is told on how many there was practice."""


class Tally(NamedTuple):
    """How many katas of a topic, of a level, or of all are in which state."""

    katas: int
    solved: int
    failing: int
    due: int
    """Due for review and not failing."""

    @property
    def to_do(self) -> int:
        return self.katas - self.solved - self.failing


@dataclass(frozen=True)
class Entry:
    """One kata of the catalogue, and how the learner stands with it."""

    kata: Kata
    facts: Facts | None
    """None where kata.toml cannot be read."""
    standing: Standing
    due: bool
    minutes: float
    """What it took until it was first solved, or has taken so far; an estimate."""

    @property
    def failing(self) -> bool:
        return self.standing.state == "failing"

    @property
    def to_review(self) -> bool:
        """Whether it is due for review and not failing: one that fails is being written again already."""
        return self.due and not self.failing

    @property
    def met(self) -> bool:
        """Whether there is anything about it in the record."""
        return self.standing != Standing()


@dataclass(frozen=True)
class Made:
    """A known mistake, and how often it was made."""

    kata: str
    name: str
    """As wrong.py has it."""
    times: int
    """In how many different answers."""
    last: datetime
    sentence: str | None
    """None where it would give the answer away, or where there is no such mistake any more."""


@dataclass(frozen=True)
class Taken:
    """A mock interview."""

    at: datetime
    minutes: float
    score: float
    """In per cent."""
    solved: int
    katas: int


@dataclass(frozen=True)
class Practice:
    """When there was practice, by the calendar of this machine."""

    runs: Mapping[date, int]
    """Runs of each day that had any."""
    minutes: Mapping[date, float]
    """An estimate, for each day that had any."""
    weeks: Mapping[date, float]
    """The estimated minutes of each of the last 26 weeks, by their Mondays; 0 where there was none."""
    recent: int
    """Days with practice among the last thirty."""
    streak: int
    """Days with practice in a row, up to today or yesterday."""


@dataclass(frozen=True)
class Summary:
    """All that a report of progress shows."""

    at: datetime
    entries: Sequence[Entry]
    """Of every kata of the catalogue, in its order."""
    total: Tally
    topics: Mapping[str, Tally]
    levels: Mapping[str, Tally]
    """Of the levels that there are katas of, from the easiest."""
    practice: Practice
    mistakes: Sequence[Made]
    """The one made most comes first, and of those made as often the one that can be told, and the latest."""
    interviews: Sequence[Taken]
    """The latest comes first."""
    advice: Advice | None

    @property
    def empty(self) -> bool:
        """Whether nothing was recorded yet."""
        return not (self.practice.runs or self.interviews or any(each.met for each in self.entries))

    @property
    def failing(self) -> list[Entry]:
        """The katas that fail."""
        return [each for each in self.entries if each.failing]

    @property
    def to_review(self) -> list[Entry]:
        """The katas that are due for review, the longest first."""
        due = (each for each in self.entries if each.to_review)
        return sorted(due, key=lambda each: (each.standing.due_at or self.at, each.kata.id))

    @property
    def standings(self) -> dict[str, Standing]:
        """How the learner stands with each kata of the catalogue, by id."""
        return {each.kata.id: each.standing for each in self.entries}

    def data(self) -> dict[str, Any]:
        """Return all of it as plain data, for JSON; times are datetimes and dates."""
        return {
            "at": self.at,
            "total": self.total._asdict(),
            "topics": {name: each._asdict() for name, each in self.topics.items()},
            "levels": {name: each._asdict() for name, each in self.levels.items()},
            "practice": {
                "days_of_last_30": self.practice.recent,
                "streak": self.practice.streak,
                "runs": {f"{day}": count for day, count in self.practice.runs.items()},
                "estimated_minutes": {f"{day}": round(m, 1) for day, m in self.practice.minutes.items()},
            },
            "mistakes": [asdict(each) for each in self.mistakes],
            "interviews": [asdict(each) for each in self.interviews],
            "next": {"kata": self.advice.kata.id, "why": self.advice.why} if self.advice else None,
            "katas": {each.kata.id: _entry(each) for each in self.entries},
        }


def summarise(project: Project, now: datetime | None = None) -> Summary:
    """Return what the record of a project comes to.

    Raises ``ProgressError`` if the record cannot be read.
    """
    now = now or datetime.now(UTC)
    standings, history = project.store.standings(), project.store.history()
    spells = list(_spells(history))
    spent = _until_solved(spells, standings)
    katas = project.catalogue.all()
    entries = [_of(kata, standings.get(kata.id, Standing()), spent.get(kata.id, 0.0), now) for kata in katas]
    topics, levels = defaultdict(list), defaultdict(list)
    for entry in entries:
        topics[entry.kata.topic].append(entry)
        if entry.facts:
            levels[entry.facts.level].append(entry)
    return Summary(
        at=now,
        entries=entries,
        total=_count(entries),
        topics={name: _count(each) for name, each in topics.items()},
        levels={name: _count(levels[name]) for name in LEVELS if name in levels},
        practice=_practice(history.runs, spells, now),
        mistakes=_made(history.runs, katas, standings),
        interviews=[_taken(each) for each in reversed(history.interviews)],
        advice=advise([kata for kata in katas if kata.stub.is_file()], standings, now),
    )


# Katas --------------------------------------------------------------------------------------------


def _of(kata: Kata, standing: Standing, minutes: float, now: datetime) -> Entry:
    try:
        known = facts(kata)
    except KataError:  # of one kata, and the others are to be seen
        known = None
    return Entry(kata, known, standing, standing.is_due(now), minutes)


def _count(entries: Sequence[Entry]) -> Tally:
    solved = sum(each.standing.state == "solved" for each in entries)
    failing = sum(each.failing for each in entries)
    return Tally(len(entries), solved, failing, sum(each.to_review for each in entries))


def _entry(entry: Entry) -> dict[str, Any]:
    known = {name: getattr(entry.facts, name, None) for name in ("title", "kind", "level")}
    times = {
        "budget_minutes": entry.facts.minutes if entry.facts else None,
        "estimated_minutes": round(entry.minutes, 1),
    }
    return {**known, **asdict(entry.standing), "due": entry.due, **times}


# Time ---------------------------------------------------------------------------------------------


class _Spell(NamedTuple):
    """A while without a pause, which ended with something about a kata."""

    kata: str
    end: datetime
    minutes: float


def _spells(history: History) -> Iterator[_Spell]:
    """Estimate what was practised when: from one run or aid to the next it was the kata of the later one."""
    recorded: list[Run | Aid] = [*history.runs, *history.aids]
    events = [(datetime.fromisoformat(each.at), each.kata) for each in recorded]
    for (before, _), (at, kata) in pairwise(sorted(events)):
        if at - before <= PAUSE:
            yield _Spell(kata, at, (at - before) / timedelta(minutes=1))


def _until_solved(spells: Iterable[_Spell], standings: Mapping[str, Standing]) -> dict[str, float]:
    """Return the minutes that each kata took until it was first solved: what comes later is review."""
    spent: dict[str, float] = defaultdict(float)
    for spell in spells:
        solved_at = standings[spell.kata].solved_at if spell.kata in standings else None
        if solved_at is None or spell.end <= solved_at:
            spent[spell.kata] += spell.minutes
    return spent


def _practice(runs: Sequence[Run], spells: Iterable[_Spell], now: datetime) -> Practice:
    days = Counter(_day(datetime.fromisoformat(run.at)) for run in runs)
    minutes: dict[date, float] = defaultdict(float)
    for spell in spells:
        minutes[_day(spell.end)] += spell.minutes
    today, day = _day(now), timedelta(days=1)
    first = today if today in days else today - day  # today is not over yet
    streak = 0
    while first - streak * day in days:
        streak += 1
    recent = sum(today - _RECENT * day < each <= today for each in days)
    monday = today - today.weekday() * day
    weeks = {monday - 7 * back * day: 0.0 for back in reversed(range(_WEEKS))}
    for each, count in minutes.items():
        if (start := each - each.weekday() * day) in weeks:
            weeks[start] += count
    return Practice(dict(sorted(days.items())), dict(sorted(minutes.items())), weeks, recent, streak)


def _day(at: datetime) -> date:
    return at.astimezone().date()


# Mistakes, interviews -----------------------------------------------------------------------------


def _made(runs: Sequence[Run], katas: Iterable[Kata], standings: Mapping[str, Standing]) -> list[Made]:
    """Count the known mistakes that were recognised; the same answer that was run again is no other one."""
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    last: dict[tuple[str, str], datetime] = {}
    for run in runs:
        if run.mistake:
            answers[run.kata, run.mistake].add(run.source)
            last[run.kata, run.mistake] = datetime.fromisoformat(run.at)
    shown = {
        kata.id: kata
        for kata in katas
        if (known := standings.get(kata.id)) and (known.solved_at or known.revealed)
    }
    made = [
        Made(kata, name, len(sources), last[kata, name], _sentence(shown.get(kata), name))
        for (kata, name), sources in answers.items()
    ]
    return sorted(made, key=_weight)


def _weight(made: Made) -> tuple[int, bool, float]:
    return -made.times, made.sentence is None, -made.last.timestamp()


def _sentence(kata: Kata | None, name: str) -> str | None:
    try:
        return next((each.sentence for each in mistakes(kata) if each.name == name), None) if kata else None
    except (KataError, OSError):  # proof tells its author
        return None


def _taken(interview: Interview) -> Taken:
    try:
        card = json.loads(interview.scorecard)
        solved = sum(each["verdict"] == "solved" for each in card["katas"])
        at, size = datetime.fromisoformat(interview.at), len(card["katas"])
        return Taken(at, float(card["minutes"]), float(card["score"]), solved, size)
    except (ValueError, TypeError, KeyError) as error:
        raise ProgressError(
            f"Interview {interview.id} in the progress file has a scorecard that cannot be read "
            f"({type(error).__name__}: {error}). Restore the file from a copy, or move it away to begin a "
            "new record."
        ) from error
