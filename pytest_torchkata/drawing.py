"""The beginning of an interview: which katas, and a workspace in which there is nothing else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pytest_torchkata import clock, practice
from pytest_torchkata.catalogue import KataError, closest, facts
from pytest_torchkata.interview import JOURNAL, Interview, InterviewError, Terms, first_line
from pytest_torchkata.kata import LEVELS, Facts, Kata
from pytest_torchkata.progress import ProgressError
from pytest_torchkata.project import INSTALLED, Project

__all__ = ["FOLDER", "Wanted", "draw", "start"]

FOLDER = "interviews"
"""Where workspaces are made, in the project."""
MINUTES = 45


@dataclass(frozen=True)
class Wanted:
    """What an interview is to be about; what is empty is left to the draw."""

    minutes: int = MINUTES
    topics: Sequence[str] = ()
    levels: Sequence[str] = ()
    count: int | None = None
    """How many katas; None for as many as fit."""
    named: Sequence[str] = ()
    """Katas that are asked for; then nothing is drawn."""
    gpu: bool = False
    seed: int = 0


def draw(project: Project, wanted: Wanted) -> list[Kata]:
    """Return katas whose minutes fit, one topic after the other, and in each what was not seen for longest.

    Raises ``InterviewError`` if none, or not so many, fit.
    """
    if wanted.named:
        return list(dict.fromkeys(project.catalogue.find(name) for name in wanted.named))
    known = _candidates(project, wanted)
    order = _in_order(list(known), _last_seen(project), random.Random(wanted.seed))  # noqa: S311 (a draw)
    chosen: list[Kata] = []
    budget = wanted.minutes
    for kata in order:
        more = 0 if wanted.count is None else wanted.count - len(chosen) - 1
        others = sorted(known[each].minutes for each in order if each not in chosen and each != kata)
        # Taken only if as many others as are still wanted fit beside it.
        if more >= 0 and len(others) >= more and known[kata].minutes + sum(others[:more]) <= budget:
            chosen.append(kata)
            budget -= known[kata].minutes
    if len(chosen) < (wanted.count or 1):
        raise InterviewError(_too_few(known, wanted))
    return chosen


def _candidates(project: Project, wanted: Wanted) -> dict[Kata, Facts]:
    """Return the katas that were asked for, with what is written about them."""
    katas = project.catalogue.all()
    _check("topic", wanted.topics, [kata.topic for kata in katas])
    _check("level", wanted.levels, LEVELS)
    found = {}
    for kata in katas:
        try:
            known = facts(kata)
        except KataError:  # of a kata that is being written
            continue
        by_topic = not wanted.topics or kata.topic in wanted.topics
        by_level = not wanted.levels or known.level in wanted.levels
        if by_topic and by_level and (wanted.gpu or known.kind != "gpu"):
            found[kata] = known
    return found


def _check(what: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    choices = list(dict.fromkeys(known))
    for name in wanted:
        if name not in choices:
            near = closest(name, choices)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"Choose from {', '.join(choices)}."
            raise InterviewError(f"There is no {what} {name!r}. {hint}")


def _last_seen(project: Project) -> Mapping[str, str]:
    """Return when each kata was last run or helped with, in ISO format, which sorts."""
    try:
        history = project.store.history()
    except ProgressError:  # then all are as if they had never been seen
        return {}
    seen: dict[str, str] = {}
    times = [*((run.kata, run.at) for run in history.runs), *((aid.kata, aid.at) for aid in history.aids)]
    for name, at in times:
        seen[name] = max(at, seen.get(name, ""))
    return seen


def _in_order(katas: list[Kata], last_seen: Mapping[str, str], chance: random.Random) -> list[Kata]:
    """Return the first of every topic, then the second of every topic and so on, unseen ones first."""
    chance.shuffle(katas)
    katas.sort(key=lambda kata: last_seen.get(kata.id, ""))
    place: dict[Kata, int] = {}
    met: Counter[str] = Counter()
    for kata in katas:
        place[kata] = met[kata.topic]
        met[kata.topic] += 1
    return sorted(katas, key=place.__getitem__)


def _too_few(known: Mapping[Kata, Facts], wanted: Wanted) -> str:
    about = [
        f"of {', '.join(wanted.topics)}" if wanted.topics else "",
        f"at level {', '.join(wanted.levels)}" if wanted.levels else "",
    ]
    which = " ".join(part for part in about if part)
    which = f" {which}" if which else ""
    if not known:
        return f"There are no katas{which}."
    budgets = sorted(each.minutes for each in known.values())
    count = wanted.count or 1
    if count > len(known):
        return f"There are only {len(known)} katas{which}. Ask for fewer, or for other topics and levels."
    shortest = f"the shortest {count} take" if count > 1 else "the shortest takes"
    return (
        f"Too little time: of the {len(known)} katas{which} {shortest} {sum(budgets[:count])} minutes. "
        "Give more --minutes, fewer --katas, or other topics and levels."
    )


# The workspace ------------------------------------------------------------------------------------


def start(project: Project, wanted: Wanted, terms: Mapping[str, object], place: Path | None) -> Interview:
    """Draw katas, make a workspace with their untouched stubs, and start the clock.

    ``terms`` are the feedback and help of the interview. Raises ``InterviewError`` where nothing can be
    drawn, and ``ProjectError`` where a stub is not known or the workspace cannot be made.
    """
    if project.interview is not None:
        raise InterviewError(
            f"{project.root} is the workspace of an interview. Start another one from where it came from."
        )
    katas = draw(project, wanted)
    stubs = {kata.id: practice.handed_out(project, kata) for kata in katas}
    now = clock.read()
    name = f"{datetime.fromtimestamp(now.calendar):%Y-%m-%d-%H%M%S}"
    place = (place or project.root / FOLDER / name).absolute()
    agreed = Terms(
        id=name,
        minutes=wanted.minutes,
        katas=tuple(stubs),
        seed=wanted.seed,
        gpu=wanted.gpu,
        record=str(project.store.path),
        **terms,  # type: ignore[arg-type]
    )
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise InterviewError(f"{place} is not empty. Name a directory that is new or empty.")
    files = {
        "pytest.ini": _settings(project).encode(),
        ".torchkata/.gitignore": b"*\n",
        **{f"katas/{name}.py": stub for name, stub in stubs.items()},
        JOURNAL: first_line(agreed, now, stubs),  # the last: now the clock runs
    }
    _hide(project)
    practice.write_new(place, files)
    return Interview.read(place / JOURNAL)


def _settings(project: Project) -> str:
    solutions = INSTALLED if project.is_practice else str(project.catalogue.solutions)
    return f"""\
# The workspace of an interview: plain pytest judges it.
[pytest]
testpaths = katas
torchkata_solutions = {solutions}
torchkata_interview = {JOURNAL}
addopts = --strict-config
"""


def _hide(project: Project) -> None:
    """Hide the workspaces from git: they are personal."""
    folder = project.root / FOLDER
    if not folder.exists():
        practice.write_new(folder, {".gitignore": b"*\n"})
