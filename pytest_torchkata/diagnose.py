"""Recognises known mistakes: an answer that shows exactly what a known-wrong answer shows."""

from __future__ import annotations

from collections.abc import Callable

from pytest_torchkata import catalogue, compare
from pytest_torchkata.catalogue import Mistake
from pytest_torchkata.kata import Check, Observed, Raised, Run, Subject

__all__ = ["recognise", "sentence"]


def recognise(
    check: Check, seen: Run, expected: Observed, run: Callable[[Subject], Run]
) -> tuple[Mistake, ...]:
    """Return the mistakes that show, on this case, what was seen and not what the reference shows.

    Those that this very check is there for come first; others count only if none of them matches.
    """
    if not isinstance(seen, (Observed, Raised)):
        return ()
    known = catalogue.mistakes(check.kata)
    for group in (
        [mistake for mistake in known if mistake.check == check.function],
        [mistake for mistake in known if mistake.check != check.function],
    ):
        matching = tuple(
            mistake for mistake in group if _equal(check, seen, expected, run(Subject("wrong", mistake.name)))
        )
        if matching:
            return matching
    return ()


def sentence(mistakes: tuple[Mistake, ...]) -> str | None:
    """Return what to tell; nothing where it would be a guess among many."""
    if len(mistakes) == 1:
        return mistakes[0].sentence
    if len(mistakes) == 2:
        return f"{mistakes[0].sentence} Or: {mistakes[1].sentence}"
    return None


def _equal(check: Check, seen: Observed | Raised, expected: Observed, wrong: Run) -> bool:
    if isinstance(seen, Raised) and isinstance(wrong, Raised):
        return (seen.type, seen.message, seen.where) == (wrong.type, wrong.message, wrong.where)
    if not isinstance(seen, Observed) or not isinstance(wrong, Observed):
        return False
    if not compare.same(wrong.values, seen.values, check.requirements):
        return False
    return not compare.same(expected.values, wrong.values, check.requirements, expected.precise)
