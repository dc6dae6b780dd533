"""A record taken elsewhere: what is exported, what can be imported, and what is refused."""

import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_torchkata.exchange import exported, imported
from pytest_torchkata.history import Aid, History, Interview, Run, card_text, merged, time_text
from pytest_torchkata.progress import ProgressError, Store
from pytest_torchkata.project import find

KEPT = Path(__file__).parent / "progress"
NOTHING = History([], [], [])

# Any history --------------------------------------------------------------------------------------

fuzz = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
counts = st.integers(0, 2**63 - 1)
# Few, so that some are the same.
times = st.integers(0, 4).map(
    lambda n: time_text(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=n, microseconds=n % 2))
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
runs = st.builds(
    Run,
    kata=texts,
    at=times,
    state=st.sampled_from(["solved", "to do", "failing"]),
    passed=counts,
    checks=counts,
    seed=st.integers().map(str),
    source=st.sampled_from(["a", "b"]),
    seconds=st.floats(0, 1e9),
    failing=st.none() | texts,
    mistake=st.none() | texts,
    device=texts,
)
aids = st.builds(
    Aid,
    kata=st.sampled_from(["toy/one", "toy/two"]),
    at=times,
    kind=st.sampled_from(["hint", "reveal", "reset"]),
    what=st.sampled_from(["1", "2"]),
)
interviews = st.builds(
    Interview, id=texts, at=times, scorecard=st.dictionaries(texts, values, max_size=3).map(card_text)
)
histories = st.builds(
    History,
    st.lists(runs, max_size=4),
    st.lists(aids, max_size=6),
    st.lists(interviews, max_size=3, unique_by=lambda each: each.id),
)


@fuzz
@given(history=histories)
def test_what_is_exported_arrives_as_it_was(tmp_path_factory, history):
    folder = tmp_path_factory.mktemp("exchange")
    file = folder / "record.json"
    file.write_bytes(exported(history))
    assert imported(file) == history
    store = Store(folder / "progress.sqlite3")
    assert store.merge(imported(file)) == history
    assert store.history() == history
    assert store.merge(imported(file)) == NOTHING
    assert exported(store.history()) == file.read_bytes()
    assert imported(store.path) == history
    store.check()


def is_within(some, all_of_them):
    """Return whether these are there in this order."""
    others = iter(all_of_them)
    return all(row in others for row in some)


@fuzz
@given(ours=histories, theirs=histories)
def test_a_merge_loses_nothing_doubles_nothing_and_keeps_our_order(ours, theirs):
    both, added = merged(ours, theirs)
    for some, more, new, result in zip(ours, theirs, added, both, strict=True):
        assert is_within(some, result)
        assert is_within(new, more)
        if result and isinstance(result[0], Interview):
            assert {each.id for each in result} == {each.id for each in [*some, *more]}
        else:
            assert Counter(result) == Counter(some) | Counter(more)
        assert len(result) == len(some) + len(new)
    assert merged(both, theirs) == (both, NOTHING)
    assert merged(both, ours) == (both, NOTHING)


@fuzz
@given(content=st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))
def test_any_file_is_refused_in_words(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("exchange") / "record.json"
    file.write_bytes(content)
    with pytest.raises(Exception, match=r"Nothing was imported\.$|It was left as it is"):
        imported(file)


# The commands -------------------------------------------------------------------------------------


@pytest.fixture
def store(project):
    """A record of two runs, an aid and an interview."""
    store = find(project.path).store
    for number, state in enumerate(["failing", "solved"]):
        store.record(
            "toy/double", state=state, passed=1, checks=3, seed=1, source=state, seconds=0.5,
            failing="γ = 0" if state == "failing" else None, mistake=None,
            at=datetime(2026, 3, 1 + number, tzinfo=UTC),
        )  # fmt: skip
    store.hinted("toy/gone", 1, at=datetime(2026, 3, 1, tzinfo=UTC))
    store.interviewed("one", {"minutes": 30}, at=datetime(2026, 3, 1, tzinfo=UTC))
    return store


def test_an_export_has_a_line_for_each_row(store, torchkata, project):
    said = torchkata("export", "mine.json")
    assert said.stdout == "✓ 2 runs, 1 aid and 1 interview written to mine.json\n"
    text = (project.path / "mine.json").read_text(encoding="utf-8")
    assert text.splitlines()[:6] == [
        "{",
        '  "format": "torchkata progress",',
        '  "version": 3,',
        '  "runs": [',
        '    {"kata": "toy/double", "at": "2026-03-01T00:00:00+00:00", "state": "failing", "passed": 1, '
        '"checks": 3, "seed": "1", "source": "failing", "seconds": 0.5, "failing": "γ = 0", "mistake": null, '
        '"device": "cpu"},',
        '    {"kata": "toy/double", "at": "2026-03-02T00:00:00+00:00", "state": "solved", "passed": 1, '
        '"checks": 3, "seed": "1", "source": "solved", "seconds": 0.5, "failing": null, "mistake": null, '
        '"device": "cpu"}',
    ]
    assert json.loads(text)["interviews"] == [
        {"id": "one", "at": "2026-03-01T00:00:00+00:00", "scorecard": {"minutes": 30}}
    ]
    assert torchkata("export", "-").stdout_bytes == text.encode()


def test_an_export_overwrites_nothing(store, torchkata, project):
    (project.path / "mine.json").write_text("mine")
    said = torchkata("export", "mine.json")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr == f"Error: {project.path}/mine.json: File exists. Nothing there was changed.\n"
    assert (project.path / "mine.json").read_text() == "mine"
    torchkata("export", "other/folder/mine.json")
    assert imported(project.path / "other/folder/mine.json") == store.history()


def test_without_a_record_there_is_nothing_to_export_and_none_is_begun(project, torchkata):
    assert (
        torchkata("export", "mine.json").stdout == "✓ 0 runs, 0 aids and 0 interviews written to mine.json\n"
    )
    assert imported(project.path / "mine.json") == NOTHING
    assert not (project.path / ".torchkata").exists()


def test_an_import_says_what_was_added_and_adds_nothing_twice(store, torchkata, project):
    torchkata("export", "before.json")
    there = Store(project.path / "there.sqlite3")
    there.merge(store.history())
    there.hinted("toy/double", 2, at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert torchkata("import", "there.sqlite3").stdout == (
        "✓ 0 runs, 1 aid and 0 interviews added; 4 were here already\n"
    )
    whole = store.path.read_bytes()
    for file, known in (("there.sqlite3", "2 runs, 2 aids"), ("before.json", "2 runs, 1 aid")):
        said = torchkata("import", file)
        assert said.stdout == f"✓ Nothing to add: all of {known} and 1 interview were here already\n"
    assert torchkata("import", store.path).stdout.startswith("✓ Nothing to add")
    assert store.path.read_bytes() == whole
    assert store.standing("toy/double").hints == 1


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_record_of_any_version_can_be_imported_and_is_left_as_it_is(project, torchkata, number):
    file = KEPT / f"version_{number}.sqlite3"
    whole = file.read_bytes()
    said = torchkata("import", file)
    assert said.stdout.endswith(
        f"{['0 interviews', '1 interview'][number >= 3]} added; 0 were here already\n"
    )
    assert find(project.path).store.standings() == Store(file).standings()
    assert file.read_bytes() == whole


def changed(change):
    """Return the change of one field of what the tests export."""

    def apply(data):
        *path, last = change[:-1]
        for key in path:
            data = data[key]
        data[last] = change[-1]

    return apply


def dropped(*path):
    def apply(data):
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    return apply


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(["format", "something"]), 'it has no "format": "torchkata progress"'),
        (dropped("format"), 'it has no "format"'),
        (changed(["version", 2]), "its version is 2, expected 3"),
        (changed(["version", "3"]), "its version is '3', expected 3"),
        (changed(["version", True]), "its version is True, expected 3"),
        (dropped("aids"), "expected format, version, runs, aids, interviews"),
        (changed(["more", []]), "expected format, version, runs, aids, interviews"),
        (changed(["runs", {}]), "runs is {}, expected a list"),
        (changed(["runs", 1, None]), "runs[1] is None, expected an object of kata, at, state, passed"),
        (dropped("runs", 1, "seed"), "expected an object of kata, at, state, passed, checks, seed"),
        (changed(["runs", 0, "more", 1]), "expected an object of kata, at, state, passed"),
        (changed(["runs", 1, "passed", "two"]), "runs[1]: passed is 'two', expected a whole number"),
        (changed(["runs", 1, "passed", -1]), "passed is -1, expected a whole number, not negative"),
        (changed(["runs", 1, "passed", 2**63]), "passed is 9223372036854775808, expected a whole number"),
        (changed(["runs", 1, "passed", True]), "passed is True, expected a whole number"),
        (changed(["runs", 1, "checks", 1.5]), "checks is 1.5, expected a whole number"),
        (changed(["runs", 1, "seconds", float("nan")]), "seconds is nan, expected a number"),
        (changed(["runs", 1, "seconds", float("inf")]), "seconds is inf, expected a number"),
        (changed(["runs", 1, "seed", 1]), "seed is 1, expected the digits of a whole number, as a text"),
        (changed(["runs", 1, "seed", "½"]), "seed is '½', expected the digits"),
        (changed(["runs", 1, "state", "lost"]), "state is 'lost', expected one of solved, to do, failing"),
        (changed(["runs", 1, "state", []]), "state is [], expected one of solved"),
        (changed(["runs", 1, "kata", None]), "kata is None, expected a text"),
        (changed(["runs", 1, "kata", "\ud800"]), "kata is '\\ud800', expected a text"),
        (changed(["runs", 1, "failing", 0]), "failing is 0, expected a text or null"),
        (changed(["runs", 1, "at", "yesterday"]), "at is 'yesterday', expected a time in UTC"),
        (changed(["runs", 1, "at", "2026-03-01"]), "at is '2026-03-01', expected a time in UTC"),
        (changed(["runs", 1, "at", "2026-03-01T12:00:00+05:00"]), "expected a time in UTC from 1970 to 2999"),
        (changed(["runs", 1, "at", "9999-12-31T00:00:00+00:00"]), "expected a time in UTC from 1970 to 2999"),
        (changed(["runs", 1, "at", "0001-01-01T00:00:00+00:00"]), "expected a time in UTC from 1970 to 2999"),
        (changed(["runs", 1, "at", 1772323200]), "at is 1772323200, expected a time in UTC"),
        (
            changed(["aids", 0, "kind", "gift"]),
            "aids[0]: kind is 'gift', expected one of hint, reveal, reset",
        ),
        (
            changed(["interviews", 0, "scorecard", "{}"]),
            "interviews[0]: scorecard is '\"{}\"', expected an obj",
        ),
        (changed(["interviews", 0, "scorecard", [1]]), "scorecard is '[1]', expected an object of JSON"),
        (changed(["interviews", 0, "scorecard", {"a": float("nan")}]), "expected an object of JSON"),
        (changed(["interviews", 0, "id", 5]), "id is 5, expected a text"),
        (
            lambda data: data["interviews"].append(data["interviews"][0]),
            "two of its interviews have the same",
        ),
    ],
)
def test_a_file_with_something_wrong_is_refused_whole(tmp_path, change, words):
    at = "2026-03-01T12:00:00+00:00"
    run = Run("toy/double", at, "failing", 1, 3, "7", "a", 0.5, "The value", None, "cpu")
    aid, interview = Aid("toy/double", at, "hint", "1"), Interview("one", at, "{}")
    data = json.loads(exported(History([run, run], [aid], [interview])))
    change(data)
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(data))
    with pytest.raises(ProgressError) as caught:
        imported(file)
    said = str(caught.value)
    assert said.startswith(f"{file} is not what  torchkata export  writes, nor a progress file: ")
    assert words in said
    assert said.endswith(". Nothing was imported.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is no JSON (Expecting value"),
        (b"dear diary", "it is no JSON (Expecting value"),
        (b"\xff\xfe\xfd", "it is no JSON ('utf-16"),
        (b"[" * 100_000, "it is no JSON (maximum recursion depth"),
        (b"9" * 5000, "it is no JSON (Exceeds the limit"),
        (b"[]", 'it has no "format"'),
        (b'{"format": [', "it is no JSON (Expecting value"),
        (
            b'{"format": "torchkata progress", "version": 4, "runs": {}}',
            "by a newer pytest-torchkata (its version is 4",
        ),
        (b"SQLite format 3\0" + b"\xff" * 5000, "theirs.json is damaged, or not a progress file"),
    ],
)
def test_what_is_no_record_is_refused(store, torchkata, project, content, words):
    whole = store.path.read_bytes()
    (project.path / "theirs.json").write_bytes(content)
    said = torchkata("import", "theirs.json")
    assert (said.exit_code, said.stdout) == (2, "")
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert store.path.read_bytes() == whole


def test_a_deep_scorecard_is_refused_or_arrives(store, torchkata, project):
    torchkata("export", "theirs.json")
    file = project.path / "theirs.json"
    text = file.read_text()
    for depth in range(100, 1100, 50):
        file.write_text(text.replace('{"minutes": 30}', '{"a": ' * depth + "1" + "}" * depth))
        said = torchkata("import", "theirs.json")
        assert said.exit_code == 0 or "Nothing was imported" in said.stderr


def test_what_is_not_there_cannot_be_imported(store, torchkata, project):
    said = torchkata("import", "nowhere.json")
    assert (
        said.stderr
        == "Error: nowhere.json cannot be read (No such file or directory). Nothing was imported.\n"
    )
    said = torchkata("import", "katas")
    assert said.stderr == "Error: katas cannot be read (Is a directory). Nothing was imported.\n"
    assert said.exit_code == 2


def test_a_record_of_a_newer_version_is_not_imported(store, torchkata, project):
    shutil.copy(store.path, project.path / "newer.sqlite3")
    with closing(sqlite3.connect(project.path / "newer.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 4")
    said = torchkata("import", "newer.sqlite3")
    assert said.exit_code == 2
    assert "newer.sqlite3 was written by a newer pytest-torchkata (its schema is version 4" in said.stderr


def test_a_damaged_record_is_not_imported_by_halves(store, torchkata, project):
    file = project.path / "theirs.sqlite3"
    shutil.copy(store.path, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE run SET at = 'yesterday' WHERE id = 1")
    whole = file.read_bytes()
    said = torchkata("import", file)
    assert said.exit_code == 2
    assert (
        f"{file} is damaged, or not a progress file (at is 'yesterday', expected a time in UTC" in said.stderr
    )
    assert file.read_bytes() == whole


def test_katas_that_are_gone_are_kept(store, torchkata, project):
    torchkata("export", "theirs.json")
    store.path.unlink()
    torchkata("import", "theirs.json")
    assert "toy/gone" in store.standings()
    assert [len(each) for each in store.history()] == [2, 1, 1]
