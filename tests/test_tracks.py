"""Tracks: what is on them runs in their order, and the command line follows them."""

import json

import pytest

from tests.conftest import REFERENCE, TOML

TRACKS = """
[evening]
title = "One evening"
about = "What is asked first."
katas = ["toy/other", "far/away"]

[rest]
title = "The rest"
about = "What is asked later."
katas = ["toy/double"]
"""


@pytest.fixture
def tracked(empty_project):
    empty_project.kata("far/away").kata("toy/double", toml=TOML.replace("easy", "warmup")).kata("toy/other")
    (empty_project.path / "solutions" / "tracks.toml").write_text(TRACKS)
    return empty_project


def katas_in(result):
    names = [line.partition("::")[0] for line in result.outlines if "::" in line]
    return list(dict.fromkeys(names))


def test_what_is_on_the_track_runs_in_its_order_and_nothing_else_is_collected(tracked):
    (tracked.path / "solutions/toy/double/checks.py").write_text("This is no Python.")
    result = tracked.run_on("--track", "evening", "--collect-only", "-q")
    assert katas_in(result) == ["katas/toy/other.py", "katas/far/away.py"]


def test_a_track_is_run_on_workers_too(tracked):
    for name in ("toy/other", "far/away", "toy/double"):
        tracked.answer(REFERENCE, name)
    tracked.run_on("--track", "evening", "-n2").assert_outcomes(passed=6)


def test_the_report_says_what_comes_next_on_the_track(tracked):
    next_up = " Next: write katas/{}.py (easy, 5 min) and run  pytest katas/{}.py"
    assert next_up.format("toy/other", "toy/other") in tracked.run_on("--track", "evening").outlines
    tracked.answer(REFERENCE, "toy/other")
    assert next_up.format("far/away", "far/away") in tracked.run_on("--track", "evening").outlines


def test_paths_and_a_track_combine(tracked):
    result = tracked.run_on("--track", "evening", "--collect-only", "-q", "katas/far")
    assert katas_in(result) == ["katas/far/away.py"]


@pytest.mark.parametrize(
    ("name", "words"), [("evenings", "Did you mean evening?"), ("x", "Those there are: evening, rest.")]
)
def test_a_track_that_there_is_not_is_named(tracked, torchkata, name, words):
    result = tracked.run_on("--track", name)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: There is no track {name!r}. {words}" in result.errlines
    said = torchkata("next", "--track", name)
    assert (said.exit_code, said.stderr) == (2, f"Error: There is no track {name!r}. {words}\n")


def test_tracks_are_listed_with_what_is_solved(tracked, torchkata):
    assert torchkata("tracks").stdout.splitlines() == [
        "evening   0 of 2 katas solved · 0.2 hours in all",
        "  One evening. What is asked first.",
        "",
        "rest   0 of 1 katas solved · 0.1 hours in all",
        "  The rest. What is asked later.",
        "",
        "  torchkata next --track evening    pytest --track evening",
    ]
    assert json.loads(torchkata("tracks", "--json").stdout)[1] == {
        "name": "rest", "title": "The rest", "about": "What is asked later.", "katas": ["toy/double"],
    }  # fmt: skip


def test_without_tracks_it_is_said_where_they_would_be(tracked, torchkata):
    (tracked.path / "solutions" / "tracks.toml").unlink()
    assert torchkata("tracks").stdout == "There are no tracks: no file solutions/tracks.toml.\n"


def test_next_follows_the_track_and_not_the_levels(tracked, torchkata):
    assert torchkata("next").stdout.startswith("toy/double")
    said = torchkata("next", "--track", "evening").stdout
    assert said.startswith("toy/other")
    assert "It comes next in evening:" in said


def test_a_track_is_listed_in_its_order(tracked, torchkata):
    rows = json.loads(torchkata("list", "--json", "--track", "evening").stdout)
    assert [row["id"] for row in rows] == ["toy/other", "far/away"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[evening]\ntitle = 'x'\nkatas = []", "there is no 'about'"),
        ("[evening]\ntitle = 'x'\nabout = 'y'\nkatas = ['toy/none']", "there is no 'toy/none'"),
        ("[evening", "Expected ']'"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tracked, torchkata, text, words):
    (tracked.path / "solutions" / "tracks.toml").write_text(text)
    said = torchkata("tracks")
    assert said.exit_code == 2
    assert "tracks.toml: " in said.stderr
    assert words in said.stderr
