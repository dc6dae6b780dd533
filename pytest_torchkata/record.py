"""From reports to the record of progress, on the process that sees all reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pytest_torchkata import report as words
from pytest_torchkata.collect import EMPTY, CheckItem, NotShown, NotSolved, feedback, hidden, surroundings
from pytest_torchkata.interview import HIDING
from pytest_torchkata.kata import Kata, State
from pytest_torchkata.progress import ProgressError, Standing
from pytest_torchkata.project import Project

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

__all__ = ["Recorder", "Tally", "data_of", "state"]


def data_of(item: CheckItem, call: pytest.CallInfo[None], report: pytest.TestReport) -> dict[str, Any]:
    """Return what the record needs of a check's report, as plain data that xdist can send."""
    problem = call.excinfo.value if call.excinfo else None
    verdict = problem.verdict if isinstance(problem, NotSolved) else None
    if report.when == "call" and hidden in item.stash:
        verdict = item.stash[hidden]
    if verdict is not None:
        outcome: str = verdict.outcome
    elif isinstance(problem, NotShown):
        outcome = "not shown"
    elif report.when == "call" or report.skipped:
        outcome = "error" if report.failed else report.outcome
    else:
        outcome = "around"  # set-up and tear-down say nothing of the answer
    crash = getattr(report.longrepr, "reprcrash", None)
    file = item.file
    return {
        "kata": file.kata.id,
        "outcome": outcome,
        "title": item.title,
        "case": words.case(item.parameters),
        "mistake": verdict.mistake if verdict else None,
        "cause": verdict.cause if verdict else "",
        "hidden": item.config.stash[feedback] in HIDING,
        "checks": file.checks,
        "selected": file.selected,
        "seed": item.config.stash[surroundings].seed_for(file.kata),
        "source": file.source,
        "device": str(item.parameters.get("device", "cpu")),
        "one_line": crash.message if crash else "",
    }


@dataclass
class Tally:
    """What was seen of one kata in this run."""

    checks: int
    outcomes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    first_failing: str | None = None
    mistakes: list[str] = field(default_factory=list)
    """The known mistakes, each once."""
    broke_rule: bool = False

    def add(self, data: dict[str, Any], seconds: float) -> None:
        self.seconds += seconds
        if data["outcome"] == "around":
            return
        self.outcomes.append(data["outcome"])
        if data["outcome"] == "failed" and self.first_failing is None:
            self.first_failing = data["title"]
        if data["mistake"] and data["mistake"] not in self.mistakes:
            self.mistakes.append(data["mistake"])
        self.broke_rule |= data["cause"] == "rule"


def state(outcomes: Sequence[str], checks: int) -> State | None:
    """Return a kata's state as far as the outcomes of its checks show it; None if they do not."""
    if "failed" in outcomes:
        return "failing"
    if "to do" in outcomes:
        return "to do"
    complete = len(outcomes) == checks and "error" not in outcomes
    return "solved" if complete and "passed" in outcomes else None


class Recorder:
    """Records each kata's verdict with its last check, and tells the standing at the end of the run."""

    title = "progress"

    def __init__(self, project: Project, *, due_only: bool, track: Sequence[Kata]) -> None:
        self._due_only = due_only
        self._track = track
        self._store = project.store
        self._catalogue = project.catalogue
        self._tallies: dict[str, Tally] = {}
        self._states: dict[str, State | None] = {}
        self._trouble: str | None = None
        self._rescued = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Look at the record before anything reads it."""
        self._rescued = self._store.rescue()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a report, and record its kata when that was its last check."""
        data = getattr(report, "torchkata", None)
        if not data:
            return
        tally = self._tallies.setdefault(data["kata"], Tally(data["checks"]))
        tally.add(data, report.duration)
        # A blocked kata's further checks change nothing, and a run may be stopped before them.
        done = len(tally.outcomes) == data["selected"] or "failed" in tally.outcomes
        if done and data["outcome"] != "around" and data["kata"] not in self._states:
            self._record(data, tally)

    def _record(self, data: dict[str, Any], tally: Tally) -> None:
        found = self._states[data["kata"]] = state(tally.outcomes, data["checks"])
        # One that is empty was met while it was being saved, and is no attempt.
        if found is None or data["source"] == EMPTY:
            return
        try:
            self._store.record(
                data["kata"],
                state=found,
                passed=tally.outcomes.count("passed"),
                checks=data["checks"],
                seed=data["seed"],
                source=data["source"],
                seconds=tally.seconds,
                failing=tally.first_failing,
                mistake=next(iter(tally.mistakes), None),
                device=data["device"],
            )
        except ProgressError as error:
            self._trouble = str(error)

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Show how far the topics of this run have come, and what to do next."""
        lines = self._told()
        lines += [f" {self._rescued}"] if self._rescued else []
        if not lines:
            return
        terminalreporter.write_sep("=", self.title)
        for line in lines:
            terminalreporter.write_line(line, **words.colour(line))

    def _told(self) -> list[str]:
        if self._tallies:
            return self._lines()
        return list(words.nothing_due(self._catalogue, self._standings())) if self._due_only else []

    def _standings(self) -> dict[str, Standing]:
        try:
            return self._store.standings()
        except ProgressError as error:
            self._trouble = str(error)
            return {}

    def _lines(self) -> list[str]:
        lines = []
        standings = self._standings()
        topics = list(dict.fromkeys(name.rpartition("/")[0] for name in self._tallies))
        for title, names in self._notes(standings).items():
            if names:
                lines.append(f" {title}: {_some(names)}")
        lines += words.bars(self._catalogue, standings, topics)
        lines += words.next_step(self._catalogue, standings, topics, self._track)
        if self._trouble:
            lines.append(f" Progress was not recorded: {self._trouble}")
        return lines

    def _notes(self, standings: dict[str, Standing]) -> dict[str, list[str]]:
        """Return the katas of this run that a reader could miss, by what is to be said of them."""
        undecided = [name for name, state in self._states.items() if state is None]
        seen = {name: set(self._tallies[name].outcomes) for name in undecided}
        skipped = [name for name in undecided if seen[name] == {"skipped"}]
        partial = [name for name in undecided if "passed" in seen[name] and "error" not in seen[name]]
        solved = [name for name, state in self._states.items() if state == "solved"]
        due = [name for name in solved if name in standings and standings[name].is_due()]
        return {
            f"Solved before, and due for review (torchkata reset {due[0] if due else ''})": due,
            "To do": [name for name, state in self._states.items() if state == "to do"],
            "Skipped": skipped,
            "Passed as far as it was selected, which does not count as solved": partial,
        }


def _some(names: list[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
