from datetime import UTC, datetime, timedelta

import pytest

from pytest_torchkata.catalogue import Catalogue
from pytest_torchkata.progress import Standing
from pytest_torchkata.review import Advice, advise

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
DUE = NOW - timedelta(days=1)
LATER = NOW + timedelta(days=1)

FAILING = Standing("failing")
FAILING_DUE = Standing("failing", due_at=DUE)
SOLVED = Standing("solved", due_at=LATER, closed=True)
SOLVED_DUE = Standing("solved", due_at=DUE, closed=True)
SHOWN = Standing(due_at=LATER, closed=True)
SHOWN_DUE = Standing(due_at=DUE, closed=True)
BEGUN_ANEW = Standing(due_at=LATER)
BEGUN_ANEW_DUE = Standing(due_at=DUE)


@pytest.fixture
def add(tmp_path):
    """Add a kata that takes so long, and return it."""
    catalogue = Catalogue(tmp_path / "katas", tmp_path / "solutions")

    def add(name, minutes=5, *, kind="implement", toml=None):
        solution = tmp_path / "solutions" / "toy" / name
        solution.mkdir(parents=True)
        text = f"title = 'A kata'\nkind = {kind!r}\nlevel = 'easy'\nminutes = {minutes}\nhints = ['Think.']\n"
        (solution / "kata.toml").write_text(text if toml is None else toml)
        return next(kata for kata in catalogue.all() if kata.name == name)

    return add


def advice(standings):
    """Return what is advised for these katas at noon."""
    by_id = {kata.id: standing for kata, standing in standings.items() if standing}
    found = advise(list(standings), by_id, NOW)
    return found and (found.kata.name, found.why)


def test_of_no_katas_there_is_nothing_to_do():
    assert advise([], {}) is None


def test_what_fails_comes_before_what_is_due_and_that_before_what_is_to_do(add):
    to_do, due, failing = add("a", 1), add("b", 2), add("c", 3)
    standings = {to_do: None, due: SOLVED_DUE, failing: FAILING}
    assert advice(standings) == ("c", "failing")
    assert advice(standings | {failing: SOLVED}) == ("b", "due")
    assert advice(standings | {failing: SOLVED, due: SOLVED}) == ("a", "to do")
    assert advice(dict.fromkeys(standings, SOLVED)) is None


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (None, "to do"),
        (FAILING, "failing"),
        (FAILING_DUE, "failing"),
        (SOLVED, None),
        (SOLVED_DUE, "due"),
        (SHOWN, "to do"),
        (SHOWN_DUE, "due"),
        (BEGUN_ANEW, "to do"),
        (BEGUN_ANEW_DUE, "due"),
    ],
)
def test_every_standing_has_its_reason(add, standing, why):
    found = advice({add("a"): standing})
    assert found == (why and ("a", why))


@pytest.mark.parametrize("standing", [None, FAILING, SOLVED_DUE])
def test_the_easiest_is_first_and_what_needs_a_gpu_last(add, standing):
    katas = [add("broken", toml="title = 3"), add("gpu", 1, kind="gpu"), add("long", 20), add("short", 10)]
    assert advice(dict.fromkeys(katas, standing)) == ("short", advice({katas[-1]: standing})[1])
    assert advice(dict.fromkeys(katas[:3], standing))[0] == "long"
    assert advice(dict.fromkeys(katas[:2], standing))[0] == "gpu"
    assert advice(dict.fromkeys(katas[:1], standing))[0] == "broken"


def test_what_was_shown_is_left_alone_until_it_is_due(add):
    shown, hard = add("shown", 1), add("hard", 60)
    assert advice({shown: SHOWN, hard: None}) == ("hard", "to do")
    assert advice({shown: SHOWN, hard: SOLVED}) == ("shown", "to do")
    assert advice({shown: BEGUN_ANEW, hard: None}) == ("shown", "to do")
    assert advice({shown: SHOWN_DUE, hard: None}) == ("shown", "due")


def test_without_a_time_it_is_now(add):
    kata, now = add("a"), datetime.now(UTC)
    soon, before = (Standing("solved", due_at=now + timedelta(hours=hours)) for hours in (1, -1))
    assert advise([kata], {kata.id: soon}) is None
    assert advise([kata], {kata.id: before}) == Advice(kata, "due")
