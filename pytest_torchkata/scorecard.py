"""What an interview comes to: each kata's verdict, how it was reached, and a score by one stated rule."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_torchkata import clock
from pytest_torchkata.catalogue import Catalogue, facts, mistakes
from pytest_torchkata.interview import Interview, InterviewError, Terms, minutes
from pytest_torchkata.progress import ProgressError, Store
from pytest_torchkata.project import Project
from pytest_torchkata.report import mark, measure

if TYPE_CHECKING:
    from pytest_torchkata.grading import KataResult

__all__ = ["RULE", "STEM", "Card", "KataScore", "Trail", "finish", "made", "read", "told", "trail"]

RULE = (
    "A solved kata counts in full. An unsolved one counts half of the share of its checks that pass. Each "
    "hint costs a tenth of its kata, and a revealed kata counts nothing. Katas weigh by their minutes."
)
"""How the score is made."""
_FORMAT, _VERSION = "torchkata scorecard", 1
STEM = "scorecard"
"""The name of its files."""
_MOST = 5
"""Failing checks of one kata that are told in a terminal."""


@dataclass(frozen=True)
class Trail:
    """What happened with one kata on the way to its verdict."""

    runs: int = 0
    first_run: float | None = None
    """Seconds of the interview until it was run with something written; None where it never was."""
    solved: float | None = None
    """Seconds until the run that solved it for the first time."""
    mistakes: Sequence[str] = ()
    """Known mistakes that were recognised on the way."""
    rules: int = 0
    """Runs in which a rule was broken."""
    hints: int = 0
    revealed: bool = False


@dataclass(frozen=True)
class KataScore:
    """One kata of a scorecard."""

    id: str
    title: str
    level: str
    minutes: int
    verdict: str
    """solved, failing, to do, or not judged."""
    passed: int
    checks: int
    credit: float
    """From 0 to 1, by the rule."""
    trail: Trail
    mistakes: Sequence[Mapping[str, str]]
    """Known mistakes in the final answer: name and sentence."""
    broken_rules: Sequence[str]
    measured: Mapping[str, float]
    """Ratios of time and memory, where the kata is about them."""
    failing: Sequence[Mapping[str, str]]
    """Failing checks of the final answer: title, case and message."""
    trouble: str = ""
    """Why it could not be judged."""


@dataclass(frozen=True)
class Card:
    """The scorecard of one interview, or of one submission to a pack."""

    id: str
    name: str
    """Whose it is, where an interviewer graded several."""
    at: str
    """When it was judged, in ISO format, UTC."""
    minutes: int
    used: float | None
    """Seconds until it was handed in; None where no clock was kept."""
    score: float
    """Percent."""
    katas: Sequence[KataScore]
    seed: int
    device: str
    notes: Sequence[str] = ()
    rule: str = RULE

    @property
    def solved(self) -> int:
        return sum(kata.verdict == "solved" for kata in self.katas)


# Making -------------------------------------------------------------------------------------------


def made(
    catalogue: Catalogue,
    results: Mapping[str, KataResult],
    trails: Mapping[str, Trail],
    *,
    id: str,  # noqa: A002 (the field's name)
    minutes: int,
    seed: int,
    device: str,
    name: str = "",
    used: float | None = None,
    notes: Sequence[str] = (),
) -> Card:
    """Make a scorecard of what was judged, and of what happened on the way."""
    katas = [_score(catalogue, result, trails.get(kata, Trail())) for kata, result in results.items()]
    whole = sum(kata.minutes for kata in katas)
    score = 100 * sum(kata.credit * kata.minutes for kata in katas) / whole if whole else 0.0
    at = datetime.fromtimestamp(clock.read().calendar, UTC).isoformat()
    return Card(id, name, at, minutes, used, round(score, 1), katas, seed, device, tuple(notes))


def _score(catalogue: Catalogue, result: KataResult, trail: Trail) -> KataScore:
    kata = catalogue.find(result.id)
    known = facts(kata)
    sentences = {mistake.name: mistake.sentence for mistake in mistakes(kata)}
    made_here = dict.fromkeys(check.mistake for check in result.checks if check.mistake)
    counted = [check for check in result.checks if check.outcome != "skipped"]
    passed = sum(check.outcome == "passed" for check in counted)
    failing = [
        {"title": check.title, "case": check.case, "message": check.message}
        for check in counted
        if check.outcome not in ("passed", "to do")
    ]
    return KataScore(
        id=kata.id,
        title=known.title,
        level=known.level,
        minutes=known.minutes,
        verdict=result.state,
        passed=passed,
        checks=len(counted),
        credit=_credit(result.state, passed, len(counted), trail),
        trail=trail,
        mistakes=[{"name": name, "sentence": sentences.get(name, "")} for name in made_here],
        broken_rules=list(dict.fromkeys(check.message for check in counted if check.cause == "rule")),
        measured={name: value for check in counted for name, value in check.measured.items()},
        failing=failing,
        trouble=result.trouble,
    )


def _credit(verdict: str, passed: int, checks: int, trail: Trail) -> float:
    if trail.revealed:
        return 0.0
    full = 1.0 if verdict == "solved" else 0.5 * passed / checks if checks else 0.0
    return round(max(0.0, full - 0.1 * trail.hints), 4)


def trail(interview: Interview) -> dict[str, Trail]:
    """Return what happened with each kata of an interview."""
    trails = {name: Trail() for name in interview.terms.katas}
    begun = 0.0
    for event in interview.events:
        if event.what == "run":
            begun = event.at
        elif event.what == "verdicts":
            for name, seen in event.data.get("katas", {}).items():
                if name in trails:
                    trails[name] = _after_run(trails[name], begun, seen)
        elif event.what == "help" and event.data.get("kata") in trails:
            name = event.data["kata"]
            before = trails[name]
            hint = event.data.get("hint")
            if hint is None:
                trails[name] = replace(before, revealed=True)
            else:
                trails[name] = replace(before, hints=max(before.hints, int(hint)))
    return trails


def _after_run(before: Trail, at: float, seen: Mapping[str, Any]) -> Trail:
    if seen.get("state") == "to do":
        return before
    first = at if before.first_run is None else before.first_run
    solved = at if before.solved is None and seen.get("state") == "solved" else before.solved
    met = tuple(dict.fromkeys([*before.mistakes, *seen.get("mistakes", ())]))
    rules = before.rules + bool(seen.get("rule"))
    return replace(before, runs=before.runs + 1, first_run=first, solved=solved, mistakes=met, rules=rules)


# The end of an interview --------------------------------------------------------------------------


def finish(interview: Interview, project: Project, tell: Callable[[str], None], *, gpu: bool = False) -> Card:
    """Judge what was saved in time, write the scorecard into the workspace, and close the interview.

    One that is finished already is not judged again, unless something could not be judged. ``tell`` gets
    what is to be said on the way. Raises ``InterviewError`` if the scorecard cannot be written; then it can
    be tried again.
    """
    from pytest_torchkata import grading

    place = interview.path.parent
    if interview.finished and _all_judged(known := read(place / f"{STEM}.json")):
        return known
    terms = interview.terms
    handed_in = interview.snapshot("hand in", clock.read())
    gpu = gpu or terms.gpu
    answers = {"": interview.in_time()}
    tell(f"Judging {len(terms.katas)} kata{'s' * (len(terms.katas) != 1)}, all checks ...")
    results = grading.judge(answers, project.catalogue.solutions, seed=terms.seed, gpu=gpu)[""]
    notes = list(interview.notes())
    if late := interview.too_late():
        notes.append(f"Written on after the deadline, which does not count: {', '.join(late)}.")
    card = made(
        # Of all katas: a stub may have been deleted.
        Catalogue(project.catalogue.stubs, project.catalogue.solutions),
        results,
        trail(interview),
        id=terms.id,
        minutes=terms.minutes,
        seed=terms.seed,
        device="cpu + cuda" if gpu else "cpu",
        used=min(handed_in.at, float(terms.seconds)),
        notes=notes,
    )
    write(card, place)
    interview.add("finish", clock.read(), score=card.score)
    try:
        _remember(card, terms, answers[""])
    except ProgressError as error:
        tell(f"The interview was not written into the record of your progress: {error}")
    return card


def _all_judged(card: Card) -> bool:
    return all(kata.verdict != "not judged" for kata in card.katas)


def write(card: Card, place: Path, stem: str = STEM) -> None:
    """Write a scorecard as JSON and as a page into a directory; raises ``InterviewError`` if it cannot be."""
    from pytest_torchkata.templating import rendered

    data, page = place / f"{stem}.json", place / f"{stem}.html"
    table = {"format": _FORMAT, "version": _VERSION, **asdict(card)}
    text = rendered("scorecard.html", mark="torchkata interview", card=card, data=data.name)
    try:
        place.mkdir(parents=True, exist_ok=True)
        data.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InterviewError(f"The scorecard cannot be written into {place}: {error}") from error


def read(path: Path) -> Card:
    """Read a scorecard; raises ``InterviewError`` if it is not there, or not one of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.pop("format") != _FORMAT or found.pop("version") != _VERSION:
            raise ValueError("it is no scorecard that this pytest-torchkata knows")
        katas = [KataScore(**{**each, "trail": Trail(**each["trail"])}) for each in found.pop("katas")]
        return Card(**found, katas=katas)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InterviewError(f"The scorecard {path} cannot be read: {error}") from error


def _remember(card: Card, terms: Terms, answers: Mapping[str, bytes | None]) -> None:
    """Write an interview into the record of the project that it was started from."""
    store = Store(terms.record)
    if not terms.record or not store.path.parent.parent.is_dir():
        return  # taken to another machine
    for kata in card.katas:
        answer = answers.get(kata.id)
        for number in range(1, kata.trail.hints + 1):
            store.hinted(kata.id, number)
        if kata.trail.revealed:
            store.revealed(kata.id)
        if answer is None or kata.verdict not in ("solved", "failing"):
            continue
        store.record(
            kata.id,
            state=kata.verdict,  # type: ignore[arg-type]
            passed=kata.passed,
            checks=kata.checks,
            seed=card.seed,
            source=hashlib.sha256(answer).hexdigest(),
            seconds=0.0,
            failing=next((each["title"] for each in kata.failing), None),
            mistake=next((each["name"] for each in kata.mistakes), None),
        )
        if kata.verdict == "failing":
            store.reset(kata.id)  # what fails is in the workspace, and the stub in the project is to do
    store.interviewed(card.id, asdict(card))


# Telling ------------------------------------------------------------------------------------------


def told(card: Card) -> Iterator[str]:
    """Tell a scorecard in lines."""
    used = f"   {minutes(card.used)} of {minutes(60 * card.minutes)}" if card.used is not None else ""
    yield f" Score {card.score:g} %   {card.solved} of {len(card.katas)} katas solved{used}"
    yield ""
    width = max((len(kata.id) for kata in card.katas), default=0)
    for kata in card.katas:
        yield from _told(kata, width)
    yield ""
    for note in card.notes:
        yield f" {note}"
    yield f" {card.rule}"


def _told(kata: KataScore, width: int) -> Iterator[str]:
    points = f"{kata.credit * kata.minutes:.1f} of {kata.minutes}"
    what = f"{kata.passed} of {kata.checks} checks" if kata.checks else kata.verdict
    start = f" {mark(kata.verdict)} {kata.id:{width}}"
    yield f"{start}   {what:>16}   {points:>11} points   {_way(kata.trail)}".rstrip()
    if kata.trouble:
        yield f"     Not judged: {kata.trouble}"
    for rule in kata.broken_rules:
        yield f"     {rule}"
    for mistake in kata.mistakes:
        yield f"     Known mistake: {mistake['sentence']}"
    for name, value in kata.measured.items():
        yield f"     {name}: {measure(value)}"
    for failing in kata.failing[:_MOST]:
        case = f" [{failing['case']}]" if failing["case"] else ""
        yield f"     ✗ {failing['title']}{case}"
    if len(kata.failing) > _MOST:
        yield f"     and {len(kata.failing) - _MOST} more"


def _way(trail: Trail) -> str:
    parts = [
        f"{trail.runs} run{'s' * (trail.runs != 1)}" if trail.runs else "",
        f"first {minutes(trail.first_run)}" if trail.first_run is not None else "",
        f"solved {minutes(trail.solved)}" if trail.solved is not None else "",
        f"{trail.hints} hint{'s' * (trail.hints != 1)}" if trail.hints else "",
        "revealed" if trail.revealed else "",
    ]
    return ", ".join(part for part in parts if part)
