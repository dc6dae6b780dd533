"""Recognises known mistakes: an answer that shows exactly what a known-wrong answer shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pytest_torchkata import catalogue, compare
from pytest_torchkata.catalogue import Mistake
from pytest_torchkata.kata import Check, Observed, Raised, Run, Subject

__all__ = ["Failure", "recognise", "sentence"]


class Failure(NamedTuple):
    """A case in which an answer failed."""

    check: Check
    seen: Observed | Raised
    expected: Observed
    run: Callable[[Subject], Run]
    """Runs the case on another subject."""


def recognise(failures: Sequence[Failure]) -> list[tuple[Mistake, ...]]:
    """Return, for each failure of one answer, the mistakes that show what was seen and not what is expected.

    Those that this very check is there for come first; others count only if none of them matches. A mistake
    is tried on all failures before the next one is, since to begin with another takes a new process.
    """
    found: list[tuple[Mistake, ...]] = [()] * len(failures)
    known = catalogue.mistakes(failures[0].check.kata) if failures else ()
    for is_meant in (True, False):
        open_ones = [number for number, matching in enumerate(found) if not matching]
        for mistake in known:
            for number in open_ones:
                failure = failures[number]
                if (mistake.check == failure.check.function) is is_meant and _shows(mistake, failure):
                    found[number] += (mistake,)
    return found


def sentence(mistakes: tuple[Mistake, ...]) -> str | None:
    """Return what to tell; nothing where it would be a guess among many."""
    if len(mistakes) == 1:
        return mistakes[0].sentence
    if len(mistakes) == 2:
        return f"{mistakes[0].sentence} Or: {mistakes[1].sentence}"
    return None


def _shows(mistake: Mistake, failure: Failure) -> bool:
    """Return whether a mistake shows what was seen."""
    check, seen, expected, run = failure
    wrong = run(Subject("wrong", mistake.name))
    if isinstance(seen, Raised) and isinstance(wrong, Raised):
        return (seen.type, seen.message, seen.where) == (wrong.type, wrong.message, wrong.where)
    if not isinstance(seen, Observed) or not isinstance(wrong, Observed):
        return False
    if not compare.same(wrong.values, seen.values, check.requirements):
        return False
    return not compare.same(expected.values, wrong.values, check.requirements, expected.precise)
