from __future__ import annotations

import multiprocessing
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from pytest_torchkata import database
from pytest_torchkata.database import Database
from pytest_torchkata.kata import State
from pytest_torchkata.progress import Aid, History, Interview, ProgressError, Run, Standing, Store

KATA = "losses/focal_loss"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
# Not forked: the process that runs the tests may have threads.
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".torchkata" / "progress.sqlite3")


def judged(
    store: Store,
    state: State,
    source: str = "a",
    *,
    kata: str = KATA,
    seed: int = 7,
    at: datetime | None = None,
) -> Standing:
    """Record a run of a kata with five checks, and return the kata's standing."""
    store.record(
        kata,
        state=state,
        passed={"solved": 5, "failing": 2, "to do": 0}[state],
        checks=5,
        seed=seed,
        source=source,
        seconds=0.25,
        failing="the loss, for every gamma" if state == "failing" else None,
        mistake="alpha_forgotten" if state == "failing" else None,
        at=at,
    )
    return store.standing(kata)


def rows(store: Store, query: str) -> list[Any]:
    with closing(sqlite3.connect(store.path)) as connection, connection:
        return connection.execute(query).fetchall()


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


# What is recorded ---------------------------------------------------------------------------------


def test_a_kata_never_met_is_to_do_and_asking_creates_nothing(store: Store) -> None:
    assert store.standing(KATA) == Standing()
    assert store.standings() == {}
    assert not store.path.parent.exists()


def test_a_run_is_recorded_in_full(store: Store) -> None:
    store.record(
        KATA,
        state="failing",
        passed=2,
        checks=5,
        seed=2**64 - 1,
        source="abc",
        seconds=0.25,
        failing="gamma = 0 is cross-entropy",
        mistake="alpha_forgotten",
        device="cuda",
        at=NOON.astimezone(timezone(timedelta(hours=5))),
    )
    (row,) = rows(store, "SELECT * FROM run")
    assert row[1:] == (
        KATA, "2025-03-01T12:00:00+00:00", "failing", 2, 5, "18446744073709551615", "abc", 0.25,
        "gamma = 0 is cross-entropy", "alpha_forgotten", "cuda",
    )  # fmt: skip
    assert store.standing(KATA) == Standing(
        state="failing",
        source="abc",
        attempts=1,
        last_at=NOON,
        passed=2,
        checks=5,
        failing="gamma = 0 is cross-entropy",
        kept_seed=2**64 - 1,
    )


def test_a_time_not_given_is_now_in_utc(store: Store) -> None:
    before = datetime.now(UTC)
    at = judged(store, "solved").solved_at
    assert at is not None
    assert before <= at <= datetime.now(UTC)
    assert at.utcoffset() == timedelta(0)


def test_the_latest_verdict_governs_and_the_first_solution_is_remembered(store: Store) -> None:
    judged(store, "failing", "a", at=NOON)
    judged(store, "solved", "b", at=NOON + timedelta(hours=1))
    standing = judged(store, "solved", "c", at=NOON + timedelta(hours=2))
    assert (standing.state, standing.passed, standing.failing) == ("solved", 5, None)
    assert standing.solved_at == NOON + timedelta(hours=1)

    standing = judged(store, "failing", "d", at=NOON + timedelta(hours=3))
    assert (standing.state, standing.passed) == ("failing", 2)
    assert standing.failing == "the loss, for every gamma"
    assert standing.solved_at == NOON + timedelta(hours=1)
    assert standing.last_at == NOON + timedelta(hours=3)


def test_latest_is_what_was_written_last_even_if_the_clock_was_set_back(store: Store) -> None:
    judged(store, "failing", at=NOON)
    assert judged(store, "solved", at=NOON - timedelta(days=1)).state == "solved"


def test_katas_are_told_apart(store: Store) -> None:
    judged(store, "solved", kata="losses/focal_loss")
    judged(store, "failing", kata="losses/dice_loss")
    store.hinted("autograd/detach", 1)
    standings = store.standings()
    assert {kata: standing.state for kata, standing in standings.items()} == {
        "losses/focal_loss": "solved",
        "losses/dice_loss": "failing",
        "autograd/detach": "to do",
    }
    assert standings == {kata: store.standing(kata) for kata in standings}


# To do --------------------------------------------------------------------------------------------


def test_an_untouched_stub_leaves_no_trace(store: Store) -> None:
    judged(store, "to do")
    assert not store.path.parent.exists()

    judged(store, "solved", kata="losses/dice_loss")
    assert judged(store, "to do") == Standing()
    assert rows(store, "SELECT DISTINCT kata FROM run") == [("losses/dice_loss",)]


@pytest.mark.parametrize("before", ["solved", "failing"])
def test_going_back_to_the_stub_is_recorded_once(store: Store, before: State) -> None:
    judged(store, before, "a")
    for _ in range(3):
        standing = judged(store, "to do", "stub")
    assert (standing.state, standing.passed, standing.attempts) == ("to do", 0, 1)
    assert rows(store, "SELECT state FROM run ORDER BY id") == [(before,), ("to do",)]


# Attempts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "attempts"),
    [
        ([("failing", "a")], 1),
        ([("failing", "a"), ("failing", "a")], 1),
        ([("failing", "a"), ("failing", "b"), ("solved", "c")], 3),
        ([("failing", "a"), ("failing", "b"), ("failing", "a")], 3),
        ([("failing", "a"), ("solved", "a")], 1),
        ([("failing", "a"), ("to do", "stub"), ("failing", "a")], 2),
        # The same file can be to do or failing, depending on which checks were selected.
        ([("failing", "a"), ("to do", "a"), ("failing", "a")], 1),
        ([("failing", "a"), ("to do", "b"), ("failing", "b")], 2),
    ],
)
def test_an_attempt_is_a_run_of_something_new(
    store: Store, runs: list[tuple[State, str]], attempts: int
) -> None:
    for state, source in runs:
        judged(store, state, source)
    assert store.standing(KATA).attempts == attempts


# The kept seed ------------------------------------------------------------------------------------


def test_the_seed_of_a_failure_is_kept_until_it_is_overcome(store: Store) -> None:
    assert judged(store, "failing", "a", seed=1).kept_seed == 1
    assert judged(store, "failing", "b", seed=2).kept_seed == 2
    assert judged(store, "solved", "c", seed=2).kept_seed is None
    assert judged(store, "failing", "d", seed=3).kept_seed == 3
    assert judged(store, "to do", "stub", seed=4).kept_seed is None


def test_seed_zero_is_a_seed(store: Store) -> None:
    assert judged(store, "failing", seed=0).kept_seed == 0


# Aids ---------------------------------------------------------------------------------------------


def test_a_hint_taken_twice_counts_once(store: Store) -> None:
    for number in (1, 2, 1):
        store.hinted(KATA, number, at=NOON)
    assert store.standing(KATA) == Standing(hints=2)
    assert rows(store, "SELECT kata, at, kind, what FROM aid LIMIT 1") == [
        (KATA, "2025-03-01T12:00:00+00:00", "hint", "1")
    ]


def test_what_was_revealed_is_recorded(store: Store) -> None:
    store.revealed(KATA)
    store.revealed(KATA, "wrong answers")
    assert rows(store, "SELECT kind, what FROM aid ORDER BY id") == [
        ("reveal", "reference and checks"),
        ("reveal", "wrong answers"),
    ]


def test_revealing_before_solving_is_told_from_revealing_after(store: Store) -> None:
    judged(store, "failing", "a", at=NOON)
    standing = judged(store, "solved", "b", at=NOON + timedelta(hours=1))
    assert not standing.revealed

    store.revealed(KATA, at=NOON + timedelta(hours=2))
    standing = judged(store, "solved", "c", at=NOON + timedelta(hours=3))
    assert (standing.revealed, standing.revealed_before_solving) == (True, False)


def test_giving_up_stays_on_record_after_solving(store: Store) -> None:
    store.revealed(KATA, at=NOON)
    standing = store.standing(KATA)
    assert (standing.revealed, standing.revealed_before_solving) == (True, True)

    standing = judged(store, "solved", at=NOON + timedelta(microseconds=1))
    assert (standing.revealed, standing.revealed_before_solving) == (True, True)


# Beginning anew -----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["solved", "failing"])
def test_a_kata_whose_stub_was_put_back_is_to_do_until_it_is_run(store: Store, before: State) -> None:
    judged(store, before, "a", at=NOON)
    store.reset(KATA, at=NOON + timedelta(hours=1))
    known = store.standing(KATA)
    assert (known.state, known.source, known.passed, known.failing) == ("to do", "", 0, None)
    assert known.kept_seed is None
    assert (known.attempts, known.checks, known.last_at) == (1, 5, NOON)
    assert known.solved_at == (NOON if before == "solved" else None)

    assert judged(store, "to do", "stub", at=NOON + timedelta(hours=2)) == known
    known = judged(store, "failing", "b", at=NOON + timedelta(hours=3))
    assert (known.state, known.source, known.attempts) == ("failing", "b", 2)


def test_the_same_answer_once_more_from_the_beginning_is_another_attempt(store: Store) -> None:
    judged(store, "solved", "a", at=NOON)
    store.reset(KATA, at=NOON + timedelta(hours=1))
    assert judged(store, "solved", "a", at=NOON + timedelta(hours=2)).attempts == 2


def test_an_aid_after_the_stub_was_put_back_changes_no_state(store: Store) -> None:
    judged(store, "solved", at=NOON)
    store.reset(KATA, at=NOON + timedelta(hours=1))
    store.hinted(KATA, 1, at=NOON + timedelta(hours=2))
    assert store.standing(KATA).state == "to do"


def test_putting_back_a_stub_that_is_to_do_leaves_no_trace(store: Store) -> None:
    store.reset(KATA)
    assert not store.path.parent.exists()

    store.hinted(KATA, 1)
    store.reset(KATA)
    judged(store, "solved")
    store.reset(KATA)
    store.reset(KATA)
    assert rows(store, "SELECT kind FROM aid ORDER BY id") == [("hint",), ("reset",)]


def test_a_solved_kata_is_due_some_days_later(store: Store) -> None:
    known = judged(store, "failing", "a", at=NOON)
    assert (known.due_at, known.closed, known.is_due()) == (None, False, False)

    known = judged(store, "solved", "b", at=NOON)
    assert known.closed
    assert known.due_at is not None
    assert known.due_at > NOON
    assert not known.is_due(NOON)
    assert not known.is_due(known.due_at - timedelta(seconds=1))
    assert known.is_due(known.due_at)
    assert known.is_due()


def test_a_review_puts_the_next_one_off(store: Store) -> None:
    first = judged(store, "solved", at=NOON).due_at
    assert first is not None
    store.reset(KATA, at=first)
    known = store.standing(KATA)
    assert (known.state, known.due_at, known.closed) == ("to do", first, False)

    known = judged(store, "solved", at=first + timedelta(hours=1))
    assert known.due_at is not None
    assert known.due_at - first > first - NOON
    assert not known.is_due(first + timedelta(hours=1))
    assert judged(store, "solved", at=first + timedelta(hours=2)).due_at == known.due_at


def test_with_hints_and_after_a_reveal_it_is_due_sooner(store: Store) -> None:
    at_once = judged(store, "solved", at=NOON, kata="toy/known").due_at
    store.hinted("toy/hinted", 1, at=NOON)
    hinted = judged(store, "solved", at=NOON + timedelta(hours=1), kata="toy/hinted").due_at
    store.revealed("toy/shown", at=NOON)
    shown = store.standing("toy/shown").due_at
    assert at_once is not None
    assert hinted is not None
    assert shown is not None
    assert shown <= hinted < at_once
    assert judged(store, "solved", at=NOON + timedelta(hours=1), kata="toy/shown").due_at == shown


def test_runs_and_aids_are_put_in_order_by_their_times(store: Store) -> None:
    # Written last, and as long ago as the others say.
    judged(store, "solved", at=NOON + timedelta(hours=2))
    store.hinted(KATA, 1, at=NOON)
    store.hinted(KATA, 2, at=NOON + timedelta(hours=1))
    hinted = store.standing(KATA).due_at
    assert hinted is not None
    assert hinted < judged(store, "solved", at=NOON + timedelta(hours=2), kata="toy/known").due_at  # type: ignore[operator]


# The file -----------------------------------------------------------------------------------------


def test_a_directory_made_for_the_record_is_hidden_from_git(store: Store) -> None:
    store.hinted(KATA, 1)
    assert names(store.path.parent) == {".gitignore", "progress.sqlite3"}
    assert (store.path.parent / ".gitignore").read_text() == "*\n"


def test_a_directory_that_was_there_is_left_alone(tmp_path: Path) -> None:
    judged(Store(tmp_path / "mine.sqlite3"), "solved")
    assert names(tmp_path) == {"mine.sqlite3"}


def test_directories_above_are_made_too(tmp_path: Path) -> None:
    judged(Store(tmp_path / "a" / "b" / "progress.sqlite3"), "solved")
    assert names(tmp_path / "a") == {"b"}


def test_a_path_may_hold_what_has_a_meaning_in_a_uri(tmp_path: Path) -> None:
    store = Store(tmp_path / "100% é #1 &mode=memory" / "progress.sqlite3")
    assert judged(store, "solved").state == "solved"
    assert store.path.is_file()


def test_a_relative_path_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store("progress.sqlite3")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    judged(store, "solved")
    assert names(tmp_path) == {"elsewhere", "progress.sqlite3"}


def test_an_empty_file_is_an_empty_record(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.touch()
    assert store.standings() == {}
    assert store.path.read_bytes() == b""
    assert judged(store, "solved").state == "solved"


# Files of each version ----------------------------------------------------------------------------

KEPT = sorted((Path(__file__).parent / "progress").glob("version_*.sqlite3"))


@pytest.fixture(params=KEPT, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, store: Store) -> Store:
    """A record as the code of that version has left it."""
    store.path.parent.mkdir()
    store.path.write_bytes(request.param.read_bytes())
    return store


def version(store: Store) -> int:
    return int(rows(store, "PRAGMA user_version")[0][0])


def test_a_file_of_every_version_is_kept() -> None:
    assert [int(path.stem.partition("_")[2]) for path in KEPT] == [*range(1, database.VERSION + 1)]


def test_a_file_of_each_version_is_read_as_it_is(kept: Store) -> None:
    whole = kept.path.read_bytes()
    known = kept.standings()
    assert known["losses/focal_loss"] == Standing(
        state="solved",
        source="b",
        attempts=2,
        solved_at=datetime(2026, 3, 1, 14, tzinfo=UTC),
        last_at=datetime(2026, 3, 1, 14, tzinfo=UTC),
        passed=5,
        checks=5,
        hints=1,
        revealed=True,
        due_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
        closed=True,
    )
    relu = known["autograd/my_relu"]
    assert (relu.attempts, relu.solved_at) == (2, datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert (relu.state, relu.closed) == (("solved", True) if version(kept) == 1 else ("to do", False))
    assert known["gone/since"].revealed_before_solving
    assert kept.history().runs[0].failing == "γ = 0 is cross-entropy"
    assert len(kept.history().interviews) == (version(kept) >= 3)
    kept.check()
    assert kept.rescue() == ""
    assert kept.path.read_bytes() == whole


def test_a_file_of_each_version_goes_on_and_loses_nothing(kept: Store) -> None:
    known, before = kept.standings(), kept.history()
    ids = rows(kept, "SELECT id FROM run"), rows(kept, "SELECT id FROM aid")
    kept.interviewed("new", {}, at=NOON)
    assert version(kept) == database.VERSION
    assert rows(kept, "PRAGMA integrity_check") == [("ok",)]
    added = Interview("new", NOON.isoformat(), "{}")
    assert kept.history() == before._replace(interviews=[*before.interviews, added])
    assert (rows(kept, "SELECT id FROM run"), rows(kept, "SELECT id FROM aid")) == ids
    assert Store(kept.path).standings() == known
    kept.reset("losses/focal_loss")
    assert kept.standing("losses/focal_loss").state == "to do"


def test_an_old_and_a_new_file_have_the_same_tables(kept: Store, tmp_path: Path) -> None:
    new = Store(tmp_path / "new.sqlite3")
    for store in (kept, new):
        store.hinted(KATA, 2)
    columns = [
        {name: rows(store, f"PRAGMA table_info({name})") for name in ("run", "aid", "interview")}
        for store in (kept, new)
    ]
    assert columns[0] == columns[1]
    names = "SELECT name FROM sqlite_master ORDER BY name"
    assert rows(kept, names) == rows(new, names)
    for store in (kept, new):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            rows(store, "INSERT INTO aid VALUES (NULL, 'a/b', '2026-01-01', 'gift', '')")


# Interviews ---------------------------------------------------------------------------------------


def test_an_interview_is_recorded_once(store: Store) -> None:
    store.interviewed("one", {"kata": "✓", "minutes": [1, 2.5, None]}, at=NOON)
    store.interviewed("one", {"other": True})
    store.interviewed("two", {}, at=NOON - timedelta(days=1))
    assert store.history() == History(
        [],
        [],
        [
            Interview("one", "2025-03-01T12:00:00+00:00", '{"kata": "✓", "minutes": [1, 2.5, null]}'),
            Interview("two", "2025-02-28T12:00:00+00:00", "{}"),
        ],
    )
    assert store.standings() == {}


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf")])
def test_a_scorecard_is_what_json_can_hold(store: Store, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        store.interviewed("one", {"value": value})
    assert not store.path.exists()


# Several writers, killed writers ------------------------------------------------------------------


def write_fifty(path: Path, writer: int) -> None:
    store = Store(path)
    for n in range(50):
        judged(store, "failing", f"{writer}-{n}", kata=f"topic/kata_{writer}")


def write_until_killed(path: Path, done: Connection) -> None:
    store = Store(path)
    n = 0
    while True:
        judged(store, "failing", str(n))
        done.send(n)
        n += 1


def die_half_way(path: Path) -> None:
    """End in the middle of a transaction, part of which is already in the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE run SET state = 'solved', failing = hex(zeroblob(5000))")
    os._exit(0)


def test_of_several_writers_at_once_none_loses_a_record(store: Store) -> None:
    writers = [SPAWN.Process(target=write_fifty, args=(store.path, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert rows(store, "SELECT count(*), count(DISTINCT source) FROM run") == [(200, 200)]
    assert {standing.attempts for standing in store.standings().values()} == {50}
    assert names(store.path.parent) == {".gitignore", "progress.sqlite3"}


@pytest.mark.parametrize("heard", [1, 20, 50])
def test_a_killed_writer_loses_nothing_that_was_recorded(store: Store, heard: int) -> None:
    ours, theirs = SPAWN.Pipe(duplex=False)
    writer = SPAWN.Process(target=write_until_killed, args=(store.path, theirs))
    writer.start()
    theirs.close()
    last = [ours.recv() for _ in range(heard)][-1]
    writer.kill()
    writer.join()
    try:
        while True:
            last = ours.recv()
    except EOFError:
        ours.close()

    attempts = store.standing(KATA).attempts
    # The run that was under way when the writer was killed may or may not have been committed.
    assert attempts in (last + 1, last + 2)
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    assert judged(store, "solved", "new").attempts == attempts + 1


def test_a_transaction_cut_short_is_undone_by_whoever_reads_next(store: Store) -> None:
    for n in range(50):
        standing = judged(store, "failing", str(n))
    whole = store.path.read_bytes()
    writer = SPAWN.Process(target=die_half_way, args=(store.path,))
    writer.start()
    writer.join()
    assert names(store.path.parent) == {
        ".gitignore",
        "progress.sqlite3",
        "progress.sqlite3-journal",
    }
    assert store.path.read_bytes() != whole

    assert store.standing(KATA) == standing
    assert store.path.read_bytes() == whole
    assert names(store.path.parent) == {".gitignore", "progress.sqlite3"}


def test_an_interrupted_write_is_undone(store: Store) -> None:
    standing = judged(store, "failing")
    with pytest.raises(KeyboardInterrupt):
        delete_and_interrupt(store)
    assert store.standing(KATA) == standing


def delete_and_interrupt(store: Store) -> None:
    with store._database.writing() as connection:
        connection.execute("DELETE FROM run")
        raise KeyboardInterrupt


def test_a_writer_that_waits_in_vain_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = judged(store, "failing")
    monkeypatch.setattr(database, "_PATIENCE", 0.0)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProgressError) as caught:
            judged(store, "solved")
    assert str(caught.value) == (
        f"The progress file {store.path} could not be written: another run kept it locked for "
        "more than 0 seconds. Try again when that run has ended."
    )
    assert store.standing(KATA) == standing


def test_a_reader_that_waits_in_vain_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(store, "failing")
    monkeypatch.setattr(database, "_PATIENCE", 0.0)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProgressError, match="could not be read: another run kept it locked"):
            store.standings()


# Places that cannot be written --------------------------------------------------------------------


@pytest.mark.parametrize("below", ["file/p.sqlite3", "file/a/p.sqlite3", "file/a/b/p.sqlite3"])
def test_a_directory_that_cannot_be_made_is_reported(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("not a directory")
    store = Store(tmp_path / below)
    assert store.standing(KATA) == Standing()
    with pytest.raises(ProgressError) as caught:
        judged(store, "solved")
    assert f"The progress file {store.path} could not be written (" in str(caught.value)
    assert "Check that you may write to the file and its directory" in str(caught.value)
    assert (tmp_path / "file").read_text() == "not a directory"


def test_a_directory_in_the_place_of_the_file_is_reported(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ProgressError, match="could not be read"):
        store.standings()
    with pytest.raises(ProgressError, match="could not be written"):
        store.revealed(KATA)


def test_what_may_only_be_read_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = judged(store, "failing")
    whole = store.path.read_bytes()

    # As chmod would have it, but for root too.
    monkeypatch.setattr(Database, "_connect", connect_read_only)
    assert store.standing(KATA) == standing
    with pytest.raises(ProgressError) as caught:
        judged(store, "solved")
    assert str(caught.value) == (
        f"The progress file {store.path} could not be written (attempt to write a readonly "
        "database), so this was not recorded. Check that you may write to the file and its "
        "directory, and that the disk is not full."
    )
    assert store.path.read_bytes() == whole


def connect_read_only(store: Database, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{store.path.as_uri()}?mode=ro", uri=True, isolation_level=None)


def test_a_stub_still_to_do_needs_no_write_access(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(store, "solved")
    monkeypatch.setattr(Database, "_connect", connect_read_only)
    assert judged(store, "to do", kata="losses/dice_loss") == Standing()


def test_a_read_only_directory_is_reported(store: Store) -> None:
    standing = judged(store, "failing")
    store.path.parent.chmod(0o500)
    if os.access(store.path.parent, os.W_OK):
        pytest.skip("permissions do not bind this user")
    try:
        other = Store(store.path.with_name("other.sqlite3"))
        assert store.standing(KATA) == standing
        for written in (store, other):
            with pytest.raises(ProgressError, match="could not be written"):
                judged(written, "solved")
        assert store.standing(KATA) == standing
        assert not other.path.exists()
    finally:
        store.path.parent.chmod(0o700)


# Files that are not ours, or no longer ------------------------------------------------------------


def reveal(store: Store) -> None:
    store.revealed(KATA)


def judge_solved(store: Store) -> None:
    judged(store, "solved")


def damaged_by(whole: bytes, how: str) -> bytes:
    middle = len(whole) // 2
    return {
        "two letters": b"hi",  # SQLite takes a file of one byte for an empty one
        "text": b"dear diary\n" * 1000,
        "zeros": bytes(len(whole)),
        "cut short": whole[:middle],
        "a page overwritten": whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :],
    }[how]


@pytest.mark.parametrize("how", ["two letters", "text", "zeros", "cut short", "a page overwritten"])
def test_a_damaged_file_is_left_as_it_is(store: Store, how: str) -> None:
    for n in range(100):
        judged(store, "failing", f"{n:064}")
    damaged = damaged_by(store.path.read_bytes(), how)
    store.path.write_bytes(damaged)

    for ask in (Store.standings, reveal, judge_solved):
        with pytest.raises(ProgressError) as caught:
            ask(Store(store.path))
        message = str(caught.value)
        assert f"The progress file {store.path} is damaged, or not a progress file (" in message
        assert message.endswith("or move it away to begin a new record.")
    assert store.path.read_bytes() == damaged
    assert names(store.path.parent) == {".gitignore", "progress.sqlite3"}


def test_damage_is_found_where_a_write_would_not_come_across_it(store: Store) -> None:
    for n in range(100):
        judged(store, "failing", f"{n:064}")
    whole = store.path.read_bytes()
    # In the oldest runs, while a hint goes to the end of another table.
    at = whole.index(f"{3:064}".encode()) // 4096 * 4096
    damaged = whole[:at] + b"\xff" * 4096 + whole[at + 4096 :]
    store.path.write_bytes(damaged)
    with pytest.raises(ProgressError, match="is damaged, or not a progress file"):
        Store(store.path).hinted(KATA, 1)
    assert store.path.read_bytes() == damaged


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE run SET at = 'yesterday'",
        "UPDATE run SET at = x'00'",
        "UPDATE run SET at = '9999-12-31T00:00:00+00:00'; DELETE FROM aid",
        "UPDATE run SET at = '2025-03-01'; UPDATE aid SET at = '2025-03-01T00:00:00+00:00'",
        "UPDATE run SET kata = CAST(x'ff' AS TEXT)",
        "UPDATE run SET seed = '?', state = 'failing'",
    ],
)
def test_a_value_that_cannot_be_is_reported(store: Store, change: str) -> None:
    judged(store, "solved")
    store.revealed(KATA)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.executescript(change)
    with pytest.raises(ProgressError, match="is damaged, or not a progress file"):
        store.standings()


@pytest.mark.parametrize("version", [0, 1])
def test_a_database_of_something_else_is_left_as_it_is(store: Store, version: int) -> None:
    store.path.parent.mkdir()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (address TEXT)")
        connection.execute(f"PRAGMA user_version = {version}")
    whole = store.path.read_bytes()
    with pytest.raises(ProgressError, match="is damaged, or not a progress file"):
        store.standings()
    with pytest.raises(ProgressError, match="is damaged, or not a progress file"):
        judged(store, "solved")
    assert store.path.read_bytes() == whole


def test_a_file_of_a_newer_version_is_left_as_it_is(store: Store) -> None:
    judged(store, "failing")
    rows(store, "PRAGMA user_version = 99")
    whole = store.path.read_bytes()
    for ask in (Store.standings, reveal, judge_solved):
        with pytest.raises(ProgressError) as caught:
            ask(store)
        assert str(caught.value) == (
            f"The progress file {store.path} was written by a newer pytest-torchkata (its schema "
            "is version 99, this one knows version 3). Nothing was written; update "
            "pytest-torchkata to go on with this file."
        )
    assert store.path.read_bytes() == whole


@pytest.mark.parametrize("text", ["\ud800", "zeros \0"])
def test_text_that_cannot_be_stored_is_reported(store: Store, text: str) -> None:
    with pytest.raises(ProgressError, match=r"could not be written \(what is .*, expected a text\)"):
        store.revealed(KATA, text)
    assert store.standings() == {}


@pytest.mark.parametrize("year", [1, 1969, 3000, 9999])
def test_a_time_that_would_be_taken_for_damage_is_not_recorded(store: Store, year: int) -> None:
    with pytest.raises(ProgressError, match=r"could not be written \(at is .*, expected a time in UTC"):
        judged(store, "solved", at=NOON.replace(year=year, month=6))
    assert store.rescue() == ""
    assert store.standings() == {}


# Saving what can be read --------------------------------------------------------------------------

TOLD = re.compile(
    r"The progress file (\S+) was damaged \((.+)\)\. What could be read of it was saved, and you go on with "
    r"that: (\d+) runs, 1 aid and 1 interview\. The damaged file is kept as (\S+)\.",
    re.DOTALL,
)


@pytest.fixture
def long(store: Store) -> Store:
    """A record of 400 runs, some pages of a file."""
    at = NOON.isoformat()
    runs = [
        Run(KATA, at, "failing", 2, 5, "7", f"{n:064}", 0.25, "gamma = 0", None, "cpu") for n in range(400)
    ]
    store.merge(History(runs, [Aid(KATA, at, "hint", "1")], [Interview("one", at, "{}")]))
    return store


def damage(store: Store, how: str) -> bytes:
    damaged = damaged_by(store.path.read_bytes(), how)
    store.path.write_bytes(damaged)
    return damaged


def copies(store: Store) -> list[Path]:
    return sorted(store.path.parent.glob("progress.sqlite3.damaged-*"))


@pytest.mark.parametrize(("how", "least"), [("cut short", 150), ("a page overwritten", 350)])
def test_what_can_be_read_of_a_damaged_file_is_saved_and_a_copy_kept(
    long: Store, how: str, least: int
) -> None:
    before, damaged = long.history(), damage(long, how)
    store = Store(long.path)
    told = TOLD.fullmatch(store.rescue())
    assert told
    (copy,) = copies(store)
    assert (told[1], told[4]) == (str(store.path), str(copy))
    assert re.fullmatch(r"progress\.sqlite3\.damaged-\d{4}-\d\d-\d\d\.\d{6}", copy.name)
    assert copy.read_bytes() == damaged

    after = store.history()
    assert len(after.runs) == int(told[3])
    assert least < len(after.runs) < 400
    assert after.runs == [run for run in before.runs if run in after.runs]
    assert after[1:] == before[1:]
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    assert names(store.path.parent) == {".gitignore", "progress.sqlite3", copy.name}

    assert (store.rescue(), Store(store.path).rescue()) == ("", "")
    judged(store, "solved", "new")
    assert Store(store.path).history().runs[:-1] == after.runs
    assert copies(store) == [copy]


def test_rows_between_damaged_pages_are_saved(long: Store) -> None:
    whole = bytearray(long.path.read_bytes())
    for n in (30, 200, 370):
        at = whole.index(f"{n:064}".encode()) // 4096 * 4096
        whole[at : at + 4096] = b"\xff" * 4096
    long.path.write_bytes(whole)
    assert Store(long.path).rescue()
    left = {int(run.source) for run in long.history().runs}
    assert {0, 120, 280, 399} < left
    assert left.isdisjoint({30, 200, 370})
    assert len(left) > 300


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE run SET at = 'yesterday' WHERE id = 50",
        "UPDATE run SET at = x'00' WHERE id = 50",
        "UPDATE run SET at = '9999-12-31T00:00:00+00:00' WHERE id = 50",
        "UPDATE run SET at = '2025-03-01' WHERE id = 50",
        "UPDATE run SET kata = CAST(x'ff' AS TEXT) WHERE id = 50",
        "UPDATE run SET seed = '?' WHERE id = 50",
        "UPDATE run SET passed = 'two' WHERE id = 50",
        "UPDATE run SET seconds = -1 WHERE id = 50",
    ],
)
def test_a_row_that_cannot_be_is_left_out(long: Store, change: str) -> None:
    before = long.history()
    rows(long, change)
    told = TOLD.fullmatch(Store(long.path).rescue())
    assert told
    assert told[3] == "399"
    assert long.history() == before._replace(runs=before.runs[:49] + before.runs[50:])


def test_an_index_that_does_not_fit_costs_no_row(long: Store) -> None:
    index = rows(long, "SELECT * FROM sqlite_master WHERE name = 'run_by_kata'")[0]
    with closing(sqlite3.connect(long.path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'run_by_kata'")
    rows(long, "DELETE FROM run WHERE id = 50")  # of which the index is not told
    with closing(sqlite3.connect(long.path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
    assert rows(long, "PRAGMA quick_check") == [("ok",)]
    before = long.history()
    told = TOLD.fullmatch(Store(long.path).rescue())
    assert told
    assert (told[2], told[3]) == ("wrong # of entries in index run_by_kata", "399")
    assert long.history() == before
    assert rows(long, "PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_file_of_an_earlier_version_goes_on_as_one_of_this(kept: Store) -> None:
    before = kept.history()
    rows(kept, "UPDATE run SET seed = '?' WHERE id = 2")
    assert kept.rescue()
    assert version(kept) == database.VERSION
    assert kept.history() == before._replace(runs=[before.runs[0], *before.runs[2:]])


@pytest.mark.parametrize("how", ["two letters", "text", "zeros"])
def test_what_is_no_database_is_not_touched(long: Store, how: str) -> None:
    damaged = damage(long, how)
    assert Store(long.path).rescue() == ""
    assert long.path.read_bytes() == damaged
    assert copies(long) == []


@pytest.mark.parametrize(
    "statements",
    [
        "PRAGMA user_version = 99; UPDATE run SET seed = '?'",
        "PRAGMA user_version = 0; UPDATE run SET seed = '?'",
        "PRAGMA user_version = -1; UPDATE run SET seed = '?'",
        "DROP TABLE run; DROP TABLE aid; DROP TABLE interview; CREATE TABLE mine (run)",
        "UPDATE run SET seed = '?'; DELETE FROM aid; DELETE FROM interview",
    ],
)
def test_what_is_not_ours_or_has_nothing_to_save_is_not_touched(long: Store, statements: str) -> None:
    with closing(sqlite3.connect(long.path)) as connection:
        connection.executescript(statements)
    whole = long.path.read_bytes()
    store = Store(long.path)
    assert store.rescue() == ""
    with pytest.raises(ProgressError):
        store.hinted(KATA, 2)
    assert long.path.read_bytes() == whole
    assert copies(long) == []


def test_where_no_copy_can_be_kept_nothing_is_changed(long: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> Path:
        raise OSError(28, "No space left on device")

    damaged = damage(long, "a page overwritten")
    monkeypatch.setattr(database, "keep", full)
    assert Store(long.path).rescue() == ""
    assert long.path.read_bytes() == damaged
    monkeypatch.undo()
    assert Store(long.path).rescue()


def test_a_file_that_another_run_is_writing_is_not_rescued(
    long: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows(long, "UPDATE run SET seed = '?' WHERE id = 50")
    whole = long.path.read_bytes()
    monkeypatch.setattr(database, "_PATIENCE", 0.0)
    with closing(sqlite3.connect(long.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert Store(long.path).rescue() == ""
    assert long.path.read_bytes() == whole
    assert copies(long) == []


def rescue_and_write(path: Path, writer: int, told: Connection) -> None:
    told.send(bool(Store(path).rescue()))
    write_fifty(path, writer)


def copy_and_die(path: Path) -> None:
    keep = Database._keep

    def last(database: Database, content: bytes) -> Path:
        keep(database, content)
        os._exit(0)

    Database._keep = last  # type: ignore[method-assign]
    Store(path).rescue()


def test_of_several_that_find_the_damage_one_saves_and_none_loses_a_record(long: Store) -> None:
    damage(long, "a page overwritten")
    ours, theirs = SPAWN.Pipe(duplex=False)
    writers = [SPAWN.Process(target=rescue_and_write, args=(long.path, n, theirs)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert sum(ours.recv() for _ in writers) == 1
    assert rows(long, "SELECT count(DISTINCT source) FROM run WHERE kata LIKE 'topic/%'") == [(200,)]
    assert rows(long, "PRAGMA integrity_check") == [("ok",)]
    assert len(copies(long)) == 1


def test_whoever_goes_on_after_one_that_was_killed_keeps_no_second_copy(long: Store) -> None:
    damaged = damage(long, "a page overwritten")
    killed = SPAWN.Process(target=copy_and_die, args=(long.path,))
    killed.start()
    killed.join()
    assert long.path.read_bytes() == damaged
    (copy,) = copies(long)
    assert Store(long.path).rescue().endswith(f"is kept as {copy}.")
    assert copies(long) == [copy]

    damage(long, "a page overwritten")
    assert Store(long.path).rescue()
    assert len(copies(long)) == 2
    assert copy.read_bytes() == damaged


# Two machines -------------------------------------------------------------------------------------


def there(tmp_path: Path) -> Store:
    return Store(tmp_path / "there.sqlite3")


def test_two_machines_become_one_history_by_time(store: Store, tmp_path: Path) -> None:
    other = there(tmp_path)
    for hours, (machine, source) in enumerate([(store, "a"), (other, "b"), (store, "c"), (other, "d")]):
        judged(machine, "failing", source, at=NOON + timedelta(hours=hours))
        machine.hinted(KATA, hours, at=NOON + timedelta(hours=hours))
    other.interviewed("one", {}, at=NOON)
    theirs = other.history()
    assert store.merge(theirs) == theirs
    both = store.history()
    assert [run.source for run in both.runs] == ["a", "b", "c", "d"]
    assert [aid.what for aid in both.aids] == ["0", "1", "2", "3"]
    assert both.interviews == theirs.interviews
    assert (store.standing(KATA).source, store.standing(KATA).attempts) == ("d", 4)

    assert store.merge(theirs) == store.merge(both) == History([], [], [])
    assert store.history() == both
    other.merge(both)
    assert other.history() == both


def test_the_order_of_writing_of_each_machine_is_kept(store: Store, tmp_path: Path) -> None:
    other = there(tmp_path)
    for machine, day, source in [(store, 3, "a"), (store, 1, "b"), (other, 2, "c"), (other, 4, "d")]:
        judged(machine, "failing", source, at=NOON + timedelta(days=day))
    # What is here already is a place in time for what was written after it, there too.
    judged(other, "failing", "e", at=NOON)
    other.merge(store.history())
    judged(other, "solved", "f", at=NOON)
    store.merge(other.history())
    assert [run.source for run in store.history().runs] == ["c", "a", "b", "d", "e", "f"]
    assert store.history() == other.history()
    assert store.standing(KATA).state == "solved"


def test_what_is_written_during_a_merge_is_not_lost(store: Store, tmp_path: Path) -> None:
    other = there(tmp_path)
    for n in range(200):
        other.hinted(KATA, n, at=NOON)
    writers = [SPAWN.Process(target=write_fifty, args=(store.path, n)) for n in range(2)]
    for writer in writers:
        writer.start()
    for n in range(1, 5):
        store.merge(other.history()._replace(aids=other.history().aids[: 50 * n]))
    for writer in writers:
        writer.join()
    assert rows(store, "SELECT count(*), count(DISTINCT source) FROM run") == [(100, 100)]
    assert store.history().aids == other.history().aids
