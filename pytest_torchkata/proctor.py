"""pytest in the workspace of an interview: what each run is written down as, and how much of it is told."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_torchkata import clock
from pytest_torchkata.interview import HIDING, Interview, InterviewError, minutes
from pytest_torchkata.project import Project
from pytest_torchkata.record import Recorder, Tally, state

__all__ = ["Proctor"]


class Proctor(Recorder):
    """Writes each run into the interview with a snapshot of the answers, and tells the time."""

    title = "interview"

    def __init__(self, project: Project, interview: Interview) -> None:
        super().__init__(project, due_only=False, track=())
        self._project = project
        self._interview = interview
        self._begun = False
        self._outcome: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Begin a run, if the interview is going on; judge it instead, if its time is over."""
        if session.config.option.collectonly:
            return None
        now = clock.read()
        phase = self._interview.phase(now)
        if phase == "paused":
            raise pytest.UsageError("The interview is paused. To go on with it:  torchkata interview resume")
        if phase == "over":
            from pytest_torchkata import scorecard

            card = scorecard.finish(self._interview, self._project, self._outcome.append)
            self._outcome += scorecard.told(card)
            return True
        self._written(lambda: self._interview.snapshot("run", now))
        self._begun = True
        return None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write down what was seen."""
        found = {name: self._seen(name) for name in self._tallies}
        if self._begun and found:
            self._written(lambda: self._interview.add("verdicts", clock.read(), katas=found))
        failed = any(each["state"] not in ("solved", None) for each in found.values())
        if self._interview.terms.feedback == "counts" and failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _record(self, data: dict[str, Any], tally: Tally) -> None:
        if self._interview.terms.feedback in HIDING:  # anybody may look at the record
            self._states[data["kata"]] = state(tally.outcomes, data["checks"])
        else:
            super()._record(data, tally)

    def _written(self, write: Any) -> None:
        try:
            write()
        except InterviewError as error:
            raise pytest.UsageError(str(error)) from None

    def _seen(self, name: str) -> dict[str, Any]:
        tally = self._tallies[name]
        return {
            "state": self._states.get(name),
            "passed": tally.outcomes.count("passed"),
            "checks": tally.checks,
            "run": len(tally.outcomes),
            "failing": tally.first_failing,
            "mistakes": tally.mistakes,
            "rule": tally.broke_rule,
        }

    # What is told -----------------------------------------------------------------------------

    def _told(self) -> list[str]:
        return self._outcome or (self._lines() if self._begun else [])

    def _lines(self) -> list[str]:
        width = max((len(name) for name in self._tallies), default=0)
        lines = [self._line(name, width) for name in self._tallies]
        if self._trouble:
            lines.append(f" Progress was not recorded: {self._trouble}")
        left = self._interview.left(clock.read())
        time = f"{minutes(left)} left" if left > 0 else f"The time is over since {minutes(-left)}"
        return [
            *lines,
            f" {time} of {minutes(self._interview.terms.seconds)}.  torchkata interview finish  hands in.",
        ]

    def _line(self, name: str, width: int) -> str:
        feedback, seen = self._interview.terms.feedback, self._seen(name)
        if feedback == "none":
            return f" · {name}: judged"
        whole = seen["run"] == seen["checks"]
        if feedback in HIDING and not whole:
            return f" · {name}: a part was judged; what passes is told of a whole kata only"
        mark = {"solved": "✓", "failing": "✗"}.get(seen["state"], "·")
        if seen["state"] == "to do":
            return f" {mark} {name:{width}}   to do"
        return f" {mark} {name:{width}}   {seen['passed']} of {seen['checks']} checks pass"
