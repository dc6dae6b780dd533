from datetime import UTC, datetime, timedelta

import pytest

from pytest_torchkata.schedule import Event, Review, due, practised

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def graded(*story):
    """Return the grades of what happened, one thing an hour, each with its hour."""
    events = [Event(what, NOON + number * HOUR) for number, what in enumerate(story)]
    return [(grade, (at - NOON) // HOUR) for grade, at in practised(events).reviews]


# Grades -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "grade"),
    [
        (["solved"], "Easy"),
        (["to do", "solved"], "Easy"),
        (["failing", "solved"], "Good"),
        (["failing", "to do", "solved"], "Good"),
        (["failing", "reset", "solved"], "Good"),  # putting the stub back does not undo a failure
        (["hint", "solved"], "Hard"),
        (["hint", "hint", "failing", "solved"], "Hard"),
        (["hint", "reset", "solved"], "Hard"),
    ],
)
def test_a_solution_is_graded_by_the_way_to_it(story, grade):
    assert graded(*story) == [(grade, len(story) - 1)]


def test_what_is_not_solved_is_not_graded():
    assert graded() == []
    assert graded("failing", "hint", "to do", "reset") == []


def test_giving_up_is_graded_at_once_and_typing_in_what_was_shown_is_not():
    assert graded("failing", "reveal") == [("Again", 1)]
    assert graded("reveal", "solved") == [("Again", 0)]
    assert graded("reveal", "failing", "hint", "reveal", "to do", "solved", "solved") == [("Again", 0)]


@pytest.mark.parametrize("between", [["reset"], ["to do"], ["reset", "reset", "to do"]])
def test_after_a_new_beginning_the_next_solution_counts(between):
    assert graded("failing", "solved", *between, "solved") == [("Good", 1), ("Easy", 2 + len(between))]


def test_a_solution_that_is_broken_again_is_practised_again():
    assert graded("solved", "failing", "solved") == [("Easy", 0), ("Good", 2)]


def test_after_a_reveal_only_a_reset_is_a_new_beginning():
    assert graded("reveal", "failing", "to do", "solved") == [("Again", 0)]
    assert graded("reveal", "reset", "solved") == [("Again", 0), ("Easy", 2)]
    assert graded("reveal", "solved", "reset", "solved") == [("Again", 0), ("Easy", 3)]


@pytest.mark.parametrize("afterwards", ["solved", "hint", "reveal"])
def test_what_is_done_after_solving_is_no_practice(afterwards):
    assert graded("solved", afterwards, "solved") == [("Easy", 0)]
    assert graded("solved", afterwards, "reset", "solved") == [("Easy", 0), ("Easy", 3)]


@pytest.mark.parametrize(
    ("story", "closed"),
    [
        ([], False),
        (["failing"], False),
        (["solved"], True),
        (["reveal"], True),
        (["reveal", "failing"], True),
        (["solved", "failing"], False),
        (["reveal", "reset"], False),
    ],
)
def test_an_episode_is_closed_until_there_is_a_new_beginning(story, closed):
    assert practised(Event(what, NOON) for what in story).closed is closed


# Dates --------------------------------------------------------------------------------------------


def test_nothing_is_due_before_the_first_review():
    assert due([]) is None


def test_the_better_the_grade_the_later_it_is_due():
    days = [(due([Review(grade, NOON)]) - NOON) / DAY for grade in ("Again", "Hard", "Good", "Easy")]
    assert days == sorted(days)
    assert days[0] == 1
    assert days[-1] > days[-2] > days[0]
    assert all(day == int(day) for day in days)


def test_what_is_known_comes_back_ever_later_and_what_was_forgotten_soon():
    reviews, at, pauses = [], NOON, []
    for _ in range(4):
        reviews.append(Review("Good", at))
        pauses.append(due(reviews) - at)
        at = due(reviews)
    assert pauses == sorted(set(pauses))
    forgotten = due([*reviews, Review("Again", at)]) - at
    assert forgotten < pauses[-1]


def test_the_date_is_the_same_whenever_it_is_asked_for():
    reviews = [Review("Good", NOON), Review("Hard", NOON + 9 * DAY), Review("Easy", NOON + 20 * DAY)]
    assert len({due(reviews) for _ in range(20)}) == 1


def test_a_clock_that_was_set_back_is_no_obstacle():
    assert due([Review("Good", NOON), Review("Good", NOON - 30 * DAY)]) > NOON - 30 * DAY
