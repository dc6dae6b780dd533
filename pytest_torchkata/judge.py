"""From a check to a verdict: run the reference, run the answer, compare, and explain.

This is the only place where verdicts are made, for pytest items and for ``proof`` alike.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pytest_torchkata import catalogue, compare, diagnose, explain, rules
from pytest_torchkata.catalogue import KataError
from pytest_torchkata.kata import (
    ANSWER,
    NOTHING,
    REFERENCE,
    SCAN,
    BrokenRule,
    Check,
    Difference,
    Job,
    Kata,
    Limits,
    Observations,
    Observed,
    Opaque,
    Raised,
    Run,
    Stopped,
    Subject,
    Verdict,
    seed_of,
)
from pytest_torchkata.material import material
from pytest_torchkata.sandbox import Sandbox

__all__ = ["Judge", "Judged"]

_LATEST = "This is the second check that does not end in time: the others are not run."
_TOO_LATE = "Not run: two checks before it did not end in time."

UNANSWERED = Opaque("ellipsis", "")
"""How ``...`` in the place of an answer arrives."""
LATE = 2
"""Checks of a kata that may run into their time limit before the rest of it is not run."""


class Judged(NamedTuple):
    """A verdict on the answer in one case, and what it is of."""

    check: Check
    seed: int
    """Of the run, as in ``--kata-seed``: each case draws from one of its own, which follows from it."""
    verdict: Verdict
    seen: Run | None = None
    """What the answer showed; None where it was not run."""


class Judge:
    """Makes verdicts with the children of one sandbox."""

    def __init__(self, sandbox: Sandbox, limits: Limits) -> None:
        self.sandbox = sandbox
        self._limits = limits
        self._scanned: dict[Kata, tuple[BrokenRule, ...]] = {}
        self._shown: dict[Path, dict[tuple[str, int, Subject], Run]] = {}
        """What subjects of ours have shown, by the solution, and by the case and the seed."""
        self._late: Counter[Kata] = Counter()
        """Checks that ran into their time limit."""

    def expect(self, check: Check, seed: int) -> None:
        """Make everything ready for a verdict on the answer, of which nothing is read yet."""
        if not self._shown:
            forbidden = catalogue.facts(check.kata).forbidden
            self.sandbox.run(Job(check.kata, ANSWER, check=NOTHING, limits=self._limits))
            self.sandbox.run(Job(check.kata, REFERENCE, check=SCAN, forbidden=forbidden, limits=self._limits))
        self._shown.setdefault(check.kata.solution, {})
        self.reference(check, seed)

    def verdict(self, check: Check, seed: int) -> Verdict:
        """Judge the answer in one case of a check, and explain what is wrong with it.

        Raises ``KataError`` if the kata's own reference does not get through the check.
        """
        (verdict,) = self.explained([self.judged(check, seed)])
        return verdict

    def judged(self, check: Check, seed: int) -> Judged:
        """Judge the answer in one case of a check.

        Raises ``KataError`` if the kata's own reference does not get through the check.
        """
        if _is_untouched(check.kata):
            verdict = Verdict("to do", lines=("The stub is as it was handed out.",), cause="to do")
            return Judged(check, seed, verdict)
        if broken := self._scan(check.kata):
            return Judged(check, seed, _rule_verdict(check.kata, broken))
        if self._late[check.kata] >= LATE:
            return Judged(check, seed, Verdict("failed", lines=(_TOO_LATE,), cause="not run"))
        expected = self.reference(check, seed)
        seen = self.run(check, seed, ANSWER, again=check.again)
        verdict = self.compare(check, expected, seen)
        if isinstance(seen, Stopped) and seen.why == "time":
            self._late[check.kata] += 1
            if self._late[check.kata] == LATE:
                verdict = dataclasses.replace(verdict, lines=(*verdict.lines, _LATEST))
        return Judged(check, seed, verdict, seen)

    def explained(self, judged: Sequence[Judged]) -> list[Verdict]:
        """Return the verdicts on an answer with its author's line and the known mistake, where known.

        All at once, since known mistakes are then tried one after the other, and not case by case.
        """
        verdicts = [self._placed(each) for each in judged]
        failures = {
            number: diagnose.Failure(
                check, seen, self.reference(check, seed), functools.partial(self._of_ours, check, seed)
            )
            for number, (check, seed, verdict, seen) in enumerate(judged)
            if _is_explained(verdict) and isinstance(seen, (Observed, Raised))
        }
        for number, known in zip(failures, diagnose.recognise(list(failures.values())), strict=True):
            verdicts[number] = dataclasses.replace(
                verdicts[number],
                diagnosis=diagnose.sentence(known),
                mistake=known[0].name if known else None,
            )
        return verdicts

    def reference(self, check: Check, seed: int) -> Observed:
        """Return what the reference shows, in the case's precision and in float64."""
        run = self._of_ours(check, seed, REFERENCE)
        if isinstance(run, Observed):
            return run
        reason = " ".join(explain.run(run, check.kata)).strip()
        raise KataError(f"The reference of {check.kata.id} does not get through {check.function}: {reason}")

    def _of_ours(self, check: Check, seed: int, subject: Subject) -> Run:
        """Return what a subject of ours shows, which is run once for all answers to its kata."""
        solution = check.kata.solution
        if solution not in self._shown:  # those of other katas have been judged
            self._shown = {solution: {}}
        key = (check.name, seed, subject)
        run = self._shown[solution].get(key) or self.run(check, seed, subject, precise=subject == REFERENCE)
        if isinstance(run, Observed) or subject != REFERENCE:  # a reference gets through, if not this time
            self._shown[solution][key] = run
        return run

    def run(
        self,
        check: Check,
        seed: int,
        subject: Subject,
        *,
        precise: bool = False,
        traced: bool = False,
        again: bool = False,
        blocking: bool = False,
    ) -> Run:
        """Run a case of a check on a subject."""
        facts = catalogue.facts(check.kata)
        watched = subject.source in ("answer", "wrong", "right")
        job = Job(
            kata=check.kata,
            subject=subject,
            check=check.function,
            arguments=check.arguments,
            seed=seed_of(check.name, seed),
            precise=precise,
            traced=traced,
            again=again,
            blocking=blocking,
            timed=check.timed,
            # On the CPU the process of an answer serves one kata, and reads this while it can.
            material=material(check.kata) if subject == ANSWER and check.device != "cpu" else None,
            forbidden=facts.forbidden if watched else (),
            strict=facts.strict,
            device=check.device,
            ranks=check.ranks,
            seconds=check.seconds,
            limits=self._limits,
        )
        return self.sandbox.run(job)

    def compare(self, check: Check, expected: Observed, seen: Run) -> Verdict:
        """Say whether a run shows what it must, without looking for reasons."""
        if not isinstance(seen, Observed):
            return _stopped_verdict(check.kata, seen)
        if seen.broken:
            return _rule_verdict(check.kata, seen.broken, seen.output)
        found = _compared(check, expected, seen.values)
        if not found and seen.again is not None and (later := _compared(check, expected, seen.again)):
            return Verdict("failed", lines=explain.again(later), output=seen.output, cause="again")
        open_questions = [name for name, value in seen.values.items() if value == UNANSWERED]
        wrong = tuple(d for d in found if d.name not in open_questions)
        if found and not wrong:
            return Verdict("to do", lines=explain.unanswered(open_questions), cause="to do")
        if not wrong and (lines := explain.unseen(seen.values, seen.laps)):
            return Verdict("failed", lines=lines, output=seen.output, cause="clock")
        if check.prediction:
            wrong = tuple(_without_truth(wrong, seen.values, expected.values))
        outcome: Literal["failed", "passed"] = "failed" if wrong else "passed"
        return Verdict(outcome, differences=wrong, output=seen.output, measured=_measured(check, seen.values))

    def _scan(self, kata: Kata) -> tuple[BrokenRule, ...]:
        """Return the rules that the source of the answer breaks.

        It is read once, by a process that no answer has been in.
        """
        if kata not in self._scanned:
            forbidden = catalogue.facts(kata).forbidden
            run = self.sandbox.run(Job(kata, ANSWER, check=SCAN, forbidden=forbidden, limits=self._limits))
            self._scanned[kata] = run.broken if isinstance(run, Observed) else (rules.UNREADABLE,)
        return self._scanned[kata]

    def _placed(self, judged: Judged) -> Verdict:
        """Add the learner's own line, where it is known."""
        check, seed, verdict, seen = judged
        if check.device != "cpu" and _is_unplaced(seen):
            waited = self.run(check, seed, ANSWER, blocking=True)
            if isinstance(waited, Observed) or not waited.frames:
                return dataclasses.replace(verdict, lines=(*verdict.lines, *explain.late(is_placed=False)))
            lines = (*explain.run(waited, check.kata), *explain.late(is_placed=True))
            return dataclasses.replace(verdict, lines=lines)
        if not _is_explained(verdict):
            return verdict
        if not isinstance(seen, Raised) or seen.where == "check":
            traced = self.run(check, seed, ANSWER, traced=True)
            if isinstance(traced, Raised):
                verdict = dataclasses.replace(verdict, lines=explain.run(traced, check.kata))
            if isinstance(traced, Observed):
                place = explain.place(traced.steps, verdict.differences)
                verdict = dataclasses.replace(verdict, place=place)
                lines = explain.precision(verdict.differences, traced.precision)
                verdict = dataclasses.replace(verdict, lines=(*verdict.lines, *lines))
        return verdict


def _is_explained(verdict: Verdict) -> bool:
    """Return whether there is more to find out about what is wrong."""
    return verdict.outcome == "failed" and verdict.cause in ("difference", "exception")


def _is_unplaced(seen: Run | None) -> bool:
    """Return whether it is not known where in the answer a device has met what stopped the run."""
    if isinstance(seen, Stopped):
        return seen.why == "time" and not seen.frames
    return isinstance(seen, Raised) and seen.late


def _compared(check: Check, expected: Observed, values: Observations) -> tuple[Difference, ...]:
    return compare.compare(expected.values, values, expected.precise, check.requirements, check.parameters)


def _measured(check: Check, values: Observations) -> Mapping[str, float]:
    """Return the numbers that a kata about time and memory is about: those with a requirement."""
    if catalogue.facts(check.kata).kind not in ("perf", "gpu"):
        return {}
    names = {requirement.name for requirement in check.requirements}
    return {name: float(value) for name, value in values.items() if name in names and _is_number(value)}


def _is_number(value: object) -> bool:
    return isinstance(value, float) or (type(value) is int and value.bit_length() < 64)


def _is_untouched(kata: Kata) -> bool:
    """Return whether the stub is one that runs (a bughunt's), and as it was handed out."""
    known = catalogue.facts(kata).stub
    return known is not None and kata.stub.is_file() and catalogue.digest(kata.stub.read_bytes()) == known


def _rule_verdict(kata: Kata, broken: tuple[BrokenRule, ...], output: str = "") -> Verdict:
    lines = rules.message(broken, explain.shown(kata.stub))
    return Verdict("failed", lines=lines, output=output, cause="rule")


def _stopped_verdict(kata: Kata, run: Raised | Stopped) -> Verdict:
    lines = explain.run(run, kata)
    if explain.is_to_do(run):
        return Verdict("to do", lines=lines, output=run.output, cause="to do")
    return Verdict("failed", lines=lines, output=run.output, cause=explain.cause(run))


def _without_truth(
    differences: Sequence[Difference], seen: Observations, expected: Observations
) -> Iterator[Difference]:
    """Keep the right answer to a question out of the message: finding it is the kata."""
    for name in seen:
        # A difference within a list or tuple is named after the place, and would tell what belongs there.
        first = next((each for each in differences if each.name.startswith(name)), None)
        if first is None:
            continue
        what = "which is not what the snippet gives"
        if name in expected and _means(seen[name], expected[name]):
            what = "which has the right value, but not its type: 1 is not 1.0, and a list is no tuple"
        yield dataclasses.replace(first, name=name, text=f"yours {compare.describe(seen[name])}, {what}")


def _means(one: object, other: object) -> bool:
    """Return whether two answers differ by their types at most."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_means, one, other))
    return one == other
