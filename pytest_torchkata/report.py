"""What is shown, as lines of plain text; nothing here writes.

Colour is added where a line is printed, from what the line begins with.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_torchkata import explain
from pytest_torchkata.catalogue import Catalogue, KataError, facts
from pytest_torchkata.kata import Facts, Kata, Verdict
from pytest_torchkata.review import Advice, advise

if TYPE_CHECKING:
    from _pytest._io import TerminalWriter

    from pytest_torchkata.progress import Standing
    from pytest_torchkata.summary import Practice, Summary, Tally

__all__ = [
    "Message",
    "bars",
    "case",
    "colour",
    "cost",
    "failure",
    "gist",
    "header",
    "listing",
    "mark",
    "measure",
    "next_step",
    "nothing_due",
    "overview",
    "reveal",
]

WIDTH = 96
_BAR = 10
_NOTE = 66
"""Characters of a note in the overview, which is as wide as a terminal of 80."""


@dataclass(frozen=True)
class _Crash:
    message: str

    def __str__(self) -> str:
        return self.message


class Message:
    """A failure's text in the place of pytest's traceback."""

    def __init__(self, text: str, one_line: str) -> None:
        self._text = text
        self.reprcrash = _Crash(one_line)  # what the short summary and JUnit show

    def __str__(self) -> str:
        return self._text

    def toterminal(self, writer: TerminalWriter) -> None:
        for line in self._text.splitlines():
            writer.line(line, **colour(line))


def colour(line: str) -> dict[str, bool]:
    """Return the markup of a line, by the mark that it begins with."""
    start = line.lstrip()[:1]
    return {"✓": {"green": True}, "✗": {"red": True, "bold": True}}.get(start, {})


# One failing check --------------------------------------------------------------------------------


def failure(
    *,
    kata: Kata,
    facts: Facts,
    attempt: int,
    passed: Sequence[str],
    title: str,
    parameters: Mapping[str, object],
    verdict: Verdict,
    not_shown: int,
    hints: bool,
    seed: int,
) -> Iterator[str]:
    """Tell what a kata's first failing check saw, and what is known about why."""
    yield f" {kata.name}   {facts.level} · {facts.minutes} min · attempt {attempt}"
    for line in _grouped(passed):
        yield f"   ✓ {line}"
    yield f"   ✗ {title}" + (f"   [{case(parameters)}]" if parameters else "")
    yield ""
    yield from _details(verdict)
    yield from _reasons(kata, verdict)
    if not_shown:
        noun = "check" if not_shown == 1 else "checks"
        yield f"   {not_shown} more {noun} not shown: fix this one first, or run with --all-checks."
    stuck = f"Stuck?  pytest --hint {kata.id}    " if hints else ""
    yield f"   {stuck}(inputs from --kata-seed {seed}, kept until it passes)"


def case(parameters: Mapping[str, object]) -> str:
    """Return what tells one case of a check from the others."""
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def gist(verdict: Verdict) -> str:
    """Return the first thing that is wrong."""
    if verdict.differences:
        return f"{verdict.differences[0].name}: {verdict.differences[0].text}"
    return verdict.lines[0] if verdict.lines else ""


def _grouped(titles: Sequence[str]) -> Iterator[str]:
    """Return each title once, with how many of its cases passed."""
    for title in dict.fromkeys(titles):
        cases = titles.count(title)
        yield title if cases == 1 else f"{title}  ×{cases}"


def _details(verdict: Verdict) -> Iterator[str]:
    if verdict.differences:
        width = max(len(difference.name) for difference in verdict.differences)
        for difference in verdict.differences:
            first, *rest = difference.text.splitlines() or [""]
            yield f"       {difference.name:{width}}   {first}"
            yield from (f"       {'':{width}}   {line}" for line in rest)
    yield from (f"       {line}".rstrip() for line in verdict.lines)
    yield ""


def _reasons(kata: Kata, verdict: Verdict) -> Iterator[str]:
    if verdict.diagnosis:
        text = f"Known mistake: {verdict.diagnosis}"
        yield from textwrap.wrap(text, WIDTH, initial_indent="     ", subsequent_indent="     ")
    if verdict.place:
        at = f"{explain.shown(kata.stub)}:{verdict.place.line} in {verdict.place.function}"
        yield f"     Your code: {at}"
    if verdict.diagnosis or verdict.place:
        yield ""


# Progress -----------------------------------------------------------------------------------------


def bars(
    catalogue: Catalogue, standings: Mapping[str, Standing], topics: Sequence[str] | None = None
) -> Iterator[str]:
    """Show a bar for each topic: solved, due, failing, to do, attempts."""
    by_topic = _by_topic(catalogue, topics)
    width = max((len(topic) for topic in by_topic), default=0)
    for topic, katas in by_topic.items():
        states = [_state(standings, kata) for kata in katas]
        solved, failing = states.count("solved"), states.count("failing")
        # One that fails is being written again already.
        due = sum(
            _is_due(standings, kata) for kata, state in zip(katas, states, strict=True) if state != "failing"
        )
        bar = _bar(solved, len(katas))
        attempts = sum(standings[kata.id].attempts for kata in katas if kata.id in standings)
        counts = f"{solved}/{len(katas)}"
        rest = [
            f"{due} due for review" if due else "",
            f"{failing} failing" if failing else "",
            f"{len(katas) - solved - failing} to do" if len(katas) > solved + failing else "",
            f"{attempts} attempt{'s' * (attempts != 1)}" if attempts else "",
        ]
        yield f" {topic:{width}}  {bar} {counts:>5}   {' · '.join(part for part in rest if part)}".rstrip()


def _bar(solved: int, katas: int) -> str:
    full = _BAR * solved // katas
    return "█" * full + "░" * (_BAR - full)


def overview(summary: Summary) -> Iterator[str]:
    """Show in one screen how far everything is, and what to do next."""
    if not summary.entries:
        return
    yield f" {_headline(summary)}"
    yield ""
    yield from _side_by_side(summary.topics)
    yield ""
    yield " " + " · ".join(f"{level} {each.solved}/{each.katas}" for level, each in summary.levels.items())
    yield ""
    yield from _notes(summary)
    yield _next(summary.advice, [each.kata for each in summary.entries], summary.standings)


def _headline(summary: Summary) -> str:
    total, practice = summary.total, summary.practice
    parts = [
        f"{total.solved} of {total.katas} solved",
        f"{total.failing} failing" if total.failing else "",
        f"{total.due} due for review" if total.due else "",
        f"practised on {practice.recent} of 30 days" if practice.recent else "",
    ]
    return " · ".join(filter(None, parts))


def _side_by_side(topics: Mapping[str, Tally]) -> Iterator[str]:
    """Show a bar for each topic, in two columns where they are many."""
    width = max(map(len, topics))
    cells = [
        f" {topic:{width}}  {_bar(each.solved, each.katas)} {f'{each.solved}/{each.katas}':>5}"
        for topic, each in topics.items()
    ]
    rows = max(8, math.ceil(len(cells) / 2))
    for left, right in itertools.zip_longest(cells[:rows], cells[rows:], fillvalue=""):
        yield f"{left}   {right}".rstrip()


def _notes(summary: Summary) -> Iterator[str]:
    """Show, a line or two for each, what there is beside the bars."""
    practice, interviews = summary.practice, summary.interviews
    unread = [each.kata.id for each in summary.entries if each.facts is None]
    notes = {
        "Failing": [_some([each.kata.id for each in summary.failing])],
        "To review": [_some([each.kata.id for each in summary.to_review])],
        "Mistakes": [f"{each.times}× {each.kata}{_colon(each.sentence)}" for each in summary.mistakes[:2]],
        "Interviews": [
            f"{len(interviews)} taken; the last on {each.at.astimezone():%Y-%m-%d}: {each.score:.0f} %, "
            f"{each.solved} of {each.katas} katas solved"
            for each in interviews[:1]
        ],
        "Practice": [_weeks(practice)] if any(practice.weeks.values()) else [],
        "! Broken": [f"{_some(unread)}; torchkata doctor says what is wrong"] if unread else [],
    }
    shown = [(name, line) for name, lines in notes.items() for line in lines if line]
    for (name, line), (above, _) in zip(shown, [("", ""), *shown], strict=False):
        label = name if name != above else ""
        yield f" {label:10}  {textwrap.shorten(line, _NOTE, placeholder=' …')}"
    yield from [""] if shown else []


def _colon(sentence: str | None) -> str:
    return f": {sentence}" if sentence else ""


def _some(names: Sequence[str]) -> str:
    """Return as many names as fit into a note, and how many more there are."""
    for shown in range(len(names), 0, -1):
        more = f" and {len(names) - shown} more" if shown < len(names) else ""
        if shown == 1 or len(text := ", ".join(names[:shown]) + more) <= _NOTE:
            return text if shown > 1 else names[0] + more
    return ""


def _weeks(practice: Practice) -> str:
    """Return a column for each week, the tallest for that of most practice, and a dot for one of none."""
    values = practice.weeks.values()
    columns = ("▁▂▃▄▅▆▇█"[min(7, int(8 * each / max(values)))] if each else "·" for each in values)
    row = f", {practice.streak} days in a row" if practice.streak > 1 else ""
    return f"{''.join(columns)} in the last {len(values)} weeks{row}"


def listing(catalogue: Catalogue, standings: Mapping[str, Standing]) -> Iterator[str]:
    """Show every topic, and every kata in it with its state."""
    topics = _by_topic(catalogue, None)
    for bar, katas in zip(bars(catalogue, standings), topics.values(), strict=True):
        yield bar
        for kata in katas:
            yield f"   {_line(kata, standings.get(kata.id))}"
    yield ""
    yield from next_step(catalogue, standings)


def _line(kata: Kata, standing: Standing | None) -> str:
    try:
        known = facts(kata)
    except KataError as error:  # of one kata, and the others are to be seen
        return f"! {kata.name:26} {error}"
    about = f"{kata.name:26} {known.level:7} {known.minutes:3} min"
    if standing is None:
        return f"· {about}"
    mark = {"solved": "✓", "failing": "✗"}.get(standing.state, "·")
    notes = []
    if standing.attempts:
        notes.append(f"{standing.attempts} attempt{'s' * (standing.attempts != 1)}")
    if standing.state == "failing":
        notes.append(f"{standing.passed} of {standing.checks} checks pass")
    if standing.hints:
        notes.append(f"{standing.hints} hint{'s' * (standing.hints != 1)}")
    if standing.revealed:
        notes.append("revealed")
    if standing.due_at:
        notes.append(_when(standing.due_at))
    return f"{mark} {about}   {', '.join(notes)}".rstrip()


def _when(due_at: datetime) -> str:
    """Return ``due``, or in how many days it will be, of which the last one has begun."""
    days = math.ceil((due_at - datetime.now(UTC)) / timedelta(days=1))
    return "due" if days <= 0 else f"due in {days} day{'s' * (days != 1)}"


def next_step(
    catalogue: Catalogue,
    standings: Mapping[str, Standing],
    topics: Sequence[str] | None = None,
    track: Sequence[Kata] = (),
) -> Iterator[str]:
    """Say what to do now, and what to type for it: on this track, or in these topics, and then anywhere."""
    katas = track or [kata for group in _by_topic(catalogue, topics).values() for kata in group]
    advice = advise(katas, standings, in_order=bool(track))
    if advice is None and topics is not None:
        yield from next_step(catalogue, standings)
    elif katas:
        yield _next(advice, katas, standings)


def _next(advice: Advice | None, katas: Sequence[Kata], standings: Mapping[str, Standing]) -> str:
    if advice is not None:
        return f" Next: {_step(advice, standings)}"
    return f" Next: nothing; every kata is solved. {_first_due(katas, standings)}".rstrip()


def _step(advice: Advice, standings: Mapping[str, Standing]) -> str:
    kata = advice.kata
    stub = f"{explain.shown(kata.stub)}"
    if advice.why != "due":
        verb = "fix" if advice.why == "failing" else "write"
        return f"{verb} {stub}{cost(kata)} and run  pytest {stub}"
    if standings[kata.id].closed:
        return f"review {stub}{cost(kata)}: type  torchkata reset {kata.id}  and write it again"
    return f"review {stub}{cost(kata)}: write it again and run  pytest {stub}"


def nothing_due(catalogue: Catalogue, standings: Mapping[str, Standing]) -> Iterator[str]:
    """Say that nothing is due for review, and when something will be; nothing if something is."""
    katas = catalogue.all()
    if not any(_is_due(standings, kata) for kata in katas):
        when = _first_due(katas, standings)
        yield f" Nothing is due for review. {when or 'A kata comes back some days after it was solved.'}"


def _first_due(katas: Sequence[Kata], standings: Mapping[str, Standing]) -> str:
    dates = {kata.id: standings[kata.id].due_at for kata in katas if kata.id in standings}
    known = [(at, name) for name, at in dates.items() if at]
    if not known:
        return ""
    at, name = min(known)
    return f"The first review, {name}, is {_when(at)} ({at.astimezone():%Y-%m-%d})."


def cost(kata: Kata) -> str:
    """Return a kata's level and minutes, in brackets; nothing where they cannot be read."""
    try:
        known = facts(kata)
    except KataError:
        return ""
    return f" ({known.level}, {known.minutes} min)"


def _by_topic(catalogue: Catalogue, topics: Sequence[str] | None) -> dict[str, list[Kata]]:
    groups: dict[str, list[Kata]] = {}
    for kata in catalogue.all():
        if topics is None or kata.topic in topics:
            groups.setdefault(kata.topic, []).append(kata)
    return groups


def _state(standings: Mapping[str, Standing], kata: Kata) -> str:
    return standings[kata.id].state if kata.id in standings else "to do"


def _is_due(standings: Mapping[str, Standing], kata: Kata) -> bool:
    return kata.id in standings and standings[kata.id].is_due()


def mark(verdict: str) -> str:
    """Return the mark of a verdict on a kata."""
    return {"solved": "✓", "to do": "·"}.get(verdict, "✗")


def measure(value: float) -> str:
    """Return a ratio with as many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


# Help, and the run's circumstances ----------------------------------------------------------------


def reveal(kata: Kata) -> Iterator[str]:
    """Show the reference and the checks."""
    for name in ("reference.py", "checks.py"):
        path = kata.solution / name
        yield f"# {explain.shown(path)}"
        yield ""
        yield from path.read_text(encoding="utf-8").splitlines()
        yield ""


def header(settings: Mapping[str, Any]) -> str:
    """Return the line of pytest's header that says how katas are judged."""
    return "torchkata: " + ", ".join(f"{name} {value}".strip() for name, value in settings.items())
