"""The record of progress as a learner meets it: after a run, in an overview, and with hints and reveals."""

import hashlib
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from pytest_torchkata import sandbox
from pytest_torchkata.progress import Standing, Store

RIGHT = "def double(x):\n    return x + x\n"
OFF = "def double(x):\n    return x + x + 1\n"
FILE = ".torchkata/progress.sqlite3"


DAYS_AFTER_FAILURES = 2
"""Until the review of a kata that was solved after failures."""


def report(result):
    """Return the lines of the progress report after a run."""
    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if line.strip("=") == " progress ")
    end = next(i for i, line in enumerate(lines) if i > start and line.startswith("==="))
    return lines[start + 1 : end]


def standings(project):
    """Return what is on record, but for the time of day."""
    known = Store(project.path / FILE).standings()
    return {name: replace(one, solved_at=None, last_at=None, due_at=None) for name, one in known.items()}


# After a run --------------------------------------------------------------------------------------


def test_each_run_ends_with_the_progress_of_its_topics(katas):
    assert report(katas.run()) == [
        " To do: toy/other",
        " far  ██████████   1/1   1 attempt",
        " toy  ░░░░░░░░░░   0/2   1 failing · 1 to do · 1 attempt",
        " Next: fix katas/toy/double.py (easy, 5 min) and run  pytest katas/toy/double.py",
    ]
    katas.answer(RIGHT)
    assert report(katas.run_on("katas/toy/double.py")) == [
        " toy  █████░░░░░   1/2   1 to do · 2 attempts",
        " Next: write katas/toy/other.py (easy, 5 min) and run  pytest katas/toy/other.py",
    ]
    katas.answer(OFF, "far/away").answer(RIGHT, "toy/other")
    *bars, advice = report(katas.run_on("katas/toy"))
    assert bars == [" toy  ██████████   2/2   3 attempts"]
    day = f"{Store(katas.path / FILE).standing('toy/double').due_at.astimezone():%Y-%m-%d}"
    assert advice == (
        " Next: nothing; every kata is solved. "
        f"The first review, toy/double, is due in {DAYS_AFTER_FAILURES} days ({day})."
    )
    assert report(katas.run()) == [
        " far  ░░░░░░░░░░   0/1   1 failing · 2 attempts",
        " toy  ██████████   2/2   3 attempts",
        " Next: fix katas/far/away.py (easy, 5 min) and run  pytest katas/far/away.py",
    ]


def test_workers_come_to_the_same_figures(katas):
    alone, seen = report(katas.run("--kata-seed=3")), standings(katas)
    (katas.path / FILE).unlink()
    assert report(katas.run("--kata-seed=3", "-n2")) == alone
    assert standings(katas) == seen
    assert set(seen) == {"far/away", "toy/double"}
    assert seen["toy/double"] == Standing(
        state="failing",
        source=seen["toy/double"].source,
        attempts=1,
        passed=1,
        checks=3,
        failing="The value and the gradient",
        kept_seed=3,
    )


def test_many_names_are_cut(empty_project):
    for number in range(10):
        empty_project.kata(f"toy/kata_{number}")
    assert (
        report(empty_project.run())[0] == f" To do: {', '.join(f'toy/kata_{i}' for i in range(8))} and 2 more"
    )


def test_ordinary_tests_have_no_progress(pytester, project):
    pytester.makepyfile(test_plain="def test_it(): pass")
    assert "= progress =" not in project.run_on("test_plain.py").stdout.str()


def test_what_is_to_do_leaves_no_trace(project):
    assert report(project.run())[0] == " To do: toy/double"
    assert not (project.path / ".torchkata").exists()


def test_what_went_wrong_is_recorded_with_its_name(project):
    project.answer("def double(x):\n    return x ** 2\n").run()
    with closing(sqlite3.connect(project.path / FILE)) as connection:
        rows = connection.execute(
            "SELECT kata, state, passed, checks, failing, mistake, device FROM run"
        ).fetchall()
    assert rows == [("toy/double", "failing", 1, 3, "The value and the gradient", "Squares", "cpu")]


def test_an_edit_during_the_run_is_not_taken_for_what_was_judged(project):
    edited = RIGHT + "# better\n"
    project.pytester.makeconftest(f"""
        import pytest

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(item, call):
            if call.when == "call":
                item.path.write_text({edited!r})
            return (yield)
    """)
    project.answer(RIGHT).run()
    assert standings(project)["toy/double"].source == hashlib.sha256(RIGHT.encode()).hexdigest()
    project.run()
    known = standings(project)["toy/double"]
    assert (known.source, known.attempts) == (hashlib.sha256(edited.encode()).hexdigest(), 2)


def test_a_kata_of_which_only_some_checks_ran_is_not_solved(katas):
    result = katas.run("-k", "away and value")
    assert report(result) == [
        " Passed as far as it was selected, which does not count as solved: far/away",
        " far  ░░░░░░░░░░   0/1   1 to do",
        " Next: write katas/far/away.py (easy, 5 min) and run  pytest katas/far/away.py",
    ]
    assert standings(katas) == {}
    assert result.ret == 0


def test_a_solved_kata_stays_solved_when_some_of_its_checks_run(katas):
    katas.run("-k", "away")
    assert report(katas.run("-k", "away and value"))[1] == " far  ██████████   1/1   1 attempt"


def test_a_kata_that_is_skipped_is_not_solved(empty_project):
    checks = """
    import pytest

    @pytest.mark.needs_cuda
    def check_it(kata): ...
    """
    result = empty_project.kata(checks=checks).answer(RIGHT).run()
    assert report(result)[:2] == [" Skipped: toy/double", " toy  ░░░░░░░░░░   0/1   1 to do"]
    assert standings(empty_project) == {}
    assert result.ret == 0


BROKEN = "\n\ndef check_zeal(kata, given):\n    '''It cannot pass.'''\n    return kata.double(1) + []\n"


def test_a_kata_whose_own_check_is_broken_is_not_solved(empty_project):
    checks = f"def check_it(kata):\n    return {{'out': kata.double(1)}}\n{BROKEN}"
    result = empty_project.kata(checks=checks).answer(RIGHT).run()
    assert report(result)[0] == " toy  ░░░░░░░░░░   0/1   1 to do"
    assert standings(empty_project) == {}
    assert result.ret == 1


def test_a_kata_that_nobody_can_read_is_told_and_stops_no_other(katas):
    (katas.path / "solutions/toy/other/kata.toml").write_text("title = 3\n")
    katas.answer(RIGHT)
    result = katas.run()
    result.stdout.fnmatch_lines(["*other/kata.toml: kind is missing; *; title cannot be 3"])
    assert report(result)[1:] == [
        " toy  █████░░░░░   1/2   1 to do · 1 attempt",
        " Next: write katas/toy/other.py and run  pytest katas/toy/other.py",
    ]
    overview = katas.run_on("--progress")
    overview.stdout.fnmatch_lines([" ! Broken    toy/other; torchkata doctor says what is wrong"])
    assert overview.ret == 0


# The overview -------------------------------------------------------------------------------------


def test_the_overview_shows_where_one_is_and_runs_nothing(katas, monkeypatch):
    katas.answer("def double(x):\n    return x ** 2\n").run()
    katas.run_on("--hint=other")
    katas.run_on("--hint=double")
    katas.run_on("--hint=double")
    katas.run_on("--reveal=away")
    monkeypatch.setattr(sandbox, "Sandbox", None)
    result = katas.run_on("--progress")
    assert result.outlines == [
        " 1 of 3 solved · 1 failing · practised on 1 of 30 days",
        "",
        " far  ██████████   1/1",
        " toy  ░░░░░░░░░░   0/2",
        "",
        " easy 1/3",
        "",
        " Failing     toy/double",
        " Mistakes    1× toy/double",
        f" Practice    {25 * '·'}█ in the last 26 weeks",
        "",
        " Next: fix katas/toy/double.py (easy, 5 min) and run  pytest katas/toy/double.py",
    ]
    assert result.ret == 0


def test_the_overview_of_a_fresh_clone_creates_nothing(katas):
    assert katas.run_on("--progress").outlines[:4] == [
        " 0 of 3 solved",
        "",
        " far  ░░░░░░░░░░   0/1",
        " toy  ░░░░░░░░░░   0/2",
    ]
    assert not (katas.path / ".torchkata").exists()


def test_the_overview_of_no_katas_is_empty(pytester, empty_project):
    result = empty_project.run_on("--progress")
    assert result.stdout.str().strip() == ""
    assert result.ret == 0


# Review -------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(katas):
    """The three katas, two of which were solved: one so long ago that it is due."""
    now = datetime.now(UTC)
    for name, at in (("far/away", now - timedelta(days=100)), ("toy/other", now)):
        source = hashlib.sha256(katas.stub(name).read_bytes()).hexdigest()
        known = {"state": "solved", "passed": 3, "checks": 3, "seed": 1, "source": source, "seconds": 1.0}
        Store(katas.path / FILE).record(name, **known, failing=None, mistake=None, at=at)
    return katas


def test_what_is_due_is_in_the_bars_the_lines_and_the_advice(reviewed):
    assert reviewed.run_on("--progress").outlines == [
        " 2 of 3 solved · 1 due for review · practised on 1 of 30 days",
        "",
        " far  ██████████   1/1",
        " toy  █████░░░░░   1/2",
        "",
        " easy 2/3",
        "",
        " To review   far/away",
        "",
        " Next: review katas/far/away.py (easy, 5 min): type  torchkata reset far/away  and write it again",
    ]


def test_a_kata_that_is_due_and_was_put_back_is_only_to_be_written(reviewed):
    Store(reviewed.path / FILE).reset("far/away")
    lines = reviewed.run_on("--progress").outlines
    assert lines[0] == " 1 of 3 solved · 1 due for review · practised on 1 of 30 days"
    assert lines[2] == " far  ░░░░░░░░░░   0/1"
    assert lines[-1] == (
        " Next: review katas/far/away.py (easy, 5 min): write it again and run  pytest katas/far/away.py"
    )


def test_only_what_is_due_runs_and_where_it_is_still_solved_the_report_says_how_to_begin(reviewed):
    result = reviewed.run("--due")
    result.assert_outcomes(passed=3)
    assert report(result) == [
        " Solved before, and due for review (torchkata reset far/away): far/away",
        " far  ██████████   1/1   1 due for review · 1 attempt",
        " Next: review katas/far/away.py (easy, 5 min): type  torchkata reset far/away  and write it again",
    ]


def test_a_review_is_done_when_it_is_written_again_and_solved(reviewed):
    Store(reviewed.path / FILE).reset("far/away")
    assert report(reviewed.run("--due"))[0] == " far  ██████████   1/1   2 attempts"
    assert report(reviewed.run("--due"))[0].startswith(" Nothing is due for review. The first review, ")


def test_nothing_that_is_not_due_is_even_collected(reviewed):
    (reviewed.path / "solutions/toy/other/checks.py").write_text("This is no Python.")
    lines = reviewed.run("--due", "--collect-only", "-q").outlines
    assert [line for line in lines if "::" in line] == [
        f"katas/far/away.py::check_{case}" for case in ("shape", "value[size0]", "value[size1]")
    ]


def test_what_is_named_and_not_due_is_deselected(reviewed):
    reviewed.run_on(
        "katas/toy/other.py", "katas/far/away.py", "--due", "--collect-only"
    ).stdout.fnmatch_lines(["*3/6 tests collected (3 deselected)*"])


def test_ordinary_tests_are_never_due(reviewed):
    reviewed.pytester.makepyfile(test_plain="def test_it(): pass")
    result = reviewed.run_on("--due", "--collect-only", ".")
    result.stdout.fnmatch_lines(["*3/4 tests collected (1 deselected)*"])


def test_workers_run_what_is_due(reviewed):
    result = reviewed.run("--due", "-n2")
    result.assert_outcomes(passed=3)


def test_when_nothing_is_due_the_date_of_the_next_review_is_told(katas):
    store = Store(katas.path / FILE)
    store.revealed("toy/double")
    result = katas.run("--due")
    day = f"{store.standing('toy/double').due_at.astimezone():%Y-%m-%d}"
    assert report(result) == [
        f" Nothing is due for review. The first review, toy/double, is due in 1 day ({day})."
    ]
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_nothing_is_due_in_a_fresh_clone(katas):
    result = katas.run("--due")
    assert report(result) == [" Nothing is due for review. A kata comes back some days after it was solved."]
    assert not (katas.path / ".torchkata").exists()


def test_a_selection_of_what_is_due_that_leaves_nothing_does_not_say_that_nothing_is_due(reviewed):
    assert "Nothing is due" not in reviewed.run("--due", "-k", "nowhere").stdout.str()


def test_a_record_that_cannot_be_read_does_not_tell_what_is_due(katas):
    spoil_file(katas.path / FILE)
    result = katas.run("--due")
    result.stderr.fnmatch_lines(
        ["ERROR: It is not known which katas are due. The progress file * is damaged*"]
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR


# Hints and reveals --------------------------------------------------------------------------------

HINTS = ["What is twice something?", "There is an operator for that.", "x times two."]


def test_each_time_the_next_hint_and_then_the_last_again(project):
    for number, hint in enumerate([*HINTS, HINTS[-1]], start=1):
        result = project.run_on("--hint=toy/double")
        last = number >= len(HINTS)
        assert result.outlines == [
            f"Hint {min(number, 3)} of 3 for toy/double",
            "",
            f"  {hint}",
            "",
            "That was the last one. The answer:  pytest --reveal toy/double"
            if last
            else "Another:  pytest --hint toy/double",
        ]
        assert standings(project)["toy/double"].hints == min(number, 3)
        assert result.ret == 0


@pytest.mark.parametrize("name", ["toy/double", "double", "katas/toy/double.py", "toy/double.py"])
@pytest.mark.parametrize("option", ["--hint", "--reveal"])
def test_a_kata_is_named_by_its_id_its_name_or_its_path(project, option, name):
    result = project.run_on(option, name)
    assert result.outlines[0] in ("Hint 1 of 3 for toy/double", "# solutions/toy/double/reference.py")
    assert result.ret == 0


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("toy/duoble", " Did you mean toy/double?"),
        ("toys/dubble", " Did you mean toy/double?"),
        ("duoble", " Did you mean toy/double?"),
        ("attention", ""),
    ],
)
@pytest.mark.parametrize("option", ["--hint", "--reveal"])
def test_a_kata_that_there_is_not_is_told(project, option, name, meant):
    result = project.run_on(option, name)
    assert result.errlines[:-1] == [f"ERROR: There is no kata '{name}'.{meant}"]
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not (project.path / ".torchkata").exists()


def test_a_reveal_shows_the_reference_and_the_checks(project):
    result = project.run_on("--reveal=toy/double")
    solution = project.path / "solutions/toy/double"
    shown = result.stdout.str()
    for name in ("reference.py", "checks.py"):
        assert f"# solutions/toy/double/{name}\n\n{(solution / name).read_text()}" in shown
    assert "Squares" not in shown
    assert standings(project) == {
        "toy/double": Standing(revealed=True, revealed_before_solving=True, closed=True)
    }
    project.answer(RIGHT).run()
    assert standings(project)["toy/double"].revealed_before_solving


def test_a_reveal_of_predictions_shows_what_the_snippets_give(empty_project):
    result = empty_project.predict().run_on("--reveal=toy/guess")
    assert result.outlines[-6:-1] == [
        "# What the snippets give",
        "",
        "sum: 6",
        "dtype: int64",
        "shape: (3, 2)",
    ]


def test_a_reveal_after_solving_is_no_giving_up(project):
    project.answer(RIGHT).run()
    project.run_on("--reveal=toy/double")
    known = standings(project)["toy/double"]
    assert (known.revealed, known.revealed_before_solving) == (True, False)


# The file -----------------------------------------------------------------------------------------


def test_the_record_is_where_the_settings_say(katas):
    katas.ini("-p no:cacheprovider", torchkata_progress="notes/mine.db")
    katas.run()
    assert set(Store(katas.path / "notes/mine.db").standings()) == {"far/away", "toy/double"}
    assert (katas.path / "notes/.gitignore").read_text() == "*\n"
    assert not (katas.path / ".torchkata").exists()


def spoil_file(path):
    path.parent.mkdir()
    path.write_text("SQLite would not write this." * 99)


def spoil_directory(path):
    path.parent.write_text("a file")


DAMAGES = {"the file is damaged": spoil_file, "its directory cannot be made": spoil_directory}


@pytest.fixture(params=DAMAGES)
def spoilt(request, katas):
    """The three katas with a record that can be neither read nor written, as in a read-only directory."""
    DAMAGES[request.param](katas.path / FILE)
    return katas


def test_a_record_that_cannot_be_kept_breaks_no_run(spoilt):
    result = spoilt.run()
    result.stdout.fnmatch_lines(
        ["katas/far/away.py ... *", "katas/toy/double.py .F-*", "katas/toy/other.py ---*"]
    )
    assert report(result)[:3] == [
        " To do: toy/other",
        " far  ░░░░░░░░░░   0/1   1 to do",
        " toy  ░░░░░░░░░░   0/2   2 to do",
    ]
    result.stdout.fnmatch_lines([f" Progress was not recorded: The progress file {spoilt.path / FILE} *"])
    assert "Traceback" not in result.stdout.str()
    assert result.ret == 1
    assert spoilt.run_on("katas/far").ret == 0


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["--progress"], [" far  ░░░░░░░░░░   0/1*", " Next: write katas/far/away.py *"]),
        (["--hint=away"], ["  What is twice something?", "This was not recorded: The progress file *"]),
        (
            ["--reveal=away"],
            ["# solutions/far/away/reference.py", "This was not recorded: The progress file *"],
        ),
    ],
    ids=lambda value: value[0] if value[0].startswith("--") else "",
)
def test_a_record_that_cannot_be_kept_stops_no_question(spoilt, arguments, lines):
    result = spoilt.run_on(*arguments)
    result.stdout.fnmatch_lines(lines)
    assert result.ret == 0


def test_a_record_that_cannot_be_read_is_told_in_the_overview(katas):
    spoil_file(katas.path / FILE)
    result = katas.run_on("--progress")
    result.stdout.fnmatch_lines(["The record of progress cannot be read: The progress file * is damaged*"])
    result = katas.run_on("--hint=away")
    result.stdout.fnmatch_lines(
        ["Hints taken before are not known: The progress file * is damaged*", "Hint 1 of 3 *"]
    )


SPOILT = "*The progress file * was damaged (*: 1 run, 0 aids and 0 interviews. The damaged file is kept as *"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["katas"], " toy  ░░░░░░░░░░   0/2   1 failing*"),
        (["katas", "-n1"], " toy  ░░░░░░░░░░   0/2   1 failing*"),
        (["katas", "--due"], " Nothing is due for review.*"),
        (["--progress"], " toy  ░░░░░░░░░░   0/2"),
        (["--hint=away"], "Hint 1 of 3 for far/away"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_what_can_be_read_of_a_damaged_record_is_saved_and_told_once(katas, arguments, line):
    katas.run("--kata-seed=3")
    with closing(sqlite3.connect(katas.path / FILE)) as connection, connection:
        connection.execute("UPDATE run SET passed = 'two' WHERE kata = 'far/away'")
    result = katas.run_on(*arguments)
    result.stdout.fnmatch_lines_random([SPOILT, line])
    assert standings(katas)["toy/double"].kept_seed == 3
    katas.run_on(*arguments).stdout.no_fnmatch_line(SPOILT)


# Several runs -------------------------------------------------------------------------------------


def test_of_two_runs_at_once_none_loses_anything(katas):
    runs = [katas.start(f"katas/{name}.py") for name in ("far/away", "toy/double")]
    outputs = [run.communicate()[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 1], outputs
    assert {name: one.state for name, one in standings(katas).items()} == {
        "far/away": "solved",
        "toy/double": "failing",
    }


def test_a_killed_run_keeps_what_it_has_judged_and_leaves_no_process(katas):
    katas.answer("def double(x):\n    while True: pass\n")
    run = katas.start("katas", "--timeout=100")
    while "far/away" not in standings(katas) and run.poll() is None:
        time.sleep(0.05)
    children = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.communicate()
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert {name: one.state for name, one in standings(katas).items()} == {"far/away": "solved"}
    assert report(katas.answer(RIGHT).run())[1:3] == [
        " far  ██████████   1/1   1 attempt",
        " toy  █████░░░░░   1/2   1 to do · 1 attempt",
    ]


def test_a_file_that_is_caught_empty_is_no_attempt(project):
    """An editor that saves empties a file before it writes it."""
    project.answer("")
    assert project.run().ret == 1
    assert "toy/double" not in standings(project)
