"""When a kata is to be practised again: grades from what happened, and dates from the FSRS scheduler.

The record is the only state. Each time it is read the schedule is computed anew from it, so a better
way of grading, or of scheduling, holds for what was done before as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from pytest_torchkata.kata import State

__all__ = ["Event", "Practice", "Review", "due", "practised"]

Grade = Literal["Again", "Hard", "Good", "Easy"]
"""As FSRS names them: given up, solved with hints, after failures, at once."""


class Event(NamedTuple):
    """Something that happened with one kata: a judged run, or an aid."""

    what: State | Literal["hint", "reveal", "reset"]
    at: datetime


class Review(NamedTuple):
    """An episode of practice, as the scheduler sees it."""

    grade: Grade
    at: datetime


class Practice(NamedTuple):
    """What the events of one kata come to."""

    reviews: Sequence[Review]
    closed: bool
    """Whether it is solved, or was shown: another solution is no practice before a reset."""


def practised(events: Iterable[Event]) -> Practice:
    """Grade the episodes of practice of one kata, whose events come in the order of time.

    An episode is graded once: when it is solved, or when the solution is shown, after which typing it
    in is no practice. A reset begins the next one; after a solved one so does a file that no longer
    passes. What happens in between (the same file again, a hint afterwards) is no practice either.
    """
    reviews = []
    episode: Literal["open", "shown", "solved"] = "open"
    failed = hinted = False
    for what, at in events:
        if episode == "open":
            failed |= what == "failing"
            hinted |= what == "hint"
            if what == "reveal":
                reviews.append(Review("Again", at))
                episode = "shown"
            elif what == "solved":
                reviews.append(Review("Hard" if hinted else "Good" if failed else "Easy", at))
                episode = "solved"
        elif what == "reset" or (episode == "solved" and what in ("failing", "to do")):
            episode, failed, hinted = "open", what == "failing", False
        elif what == "solved":
            episode = "solved"
    return Practice(reviews, episode != "open")


def due(reviews: Sequence[Review]) -> datetime | None:
    """Return when the next review is due, None before the first one."""
    if not reviews:
        return None
    from fsrs import Card, Rating, Scheduler  # only where something was ever solved or shown

    # Whole days, since a kata is no flash card, and the same date whenever it is asked for.
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = Card(card_id=0)  # without an id it sleeps, to draw one from the clock
    for grade, at in reviews:
        card, _ = scheduler.review_card(card, Rating[grade], at)
    return card.due
