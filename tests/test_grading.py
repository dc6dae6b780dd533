"""Answers from elsewhere are judged as a project's own are, and none of them costs another anything."""

import threading

import psutil
import pytest

from benchmarks import grading as benchmark
from pytest_torchkata import confine, grading
from tests.conftest import CHECKS, REFERENCE, STUB, TOML

RIGHT = b"def double(x):\n    return x + x\n"
SQUARES = b"def double(x):\n    return x * x\n"
SLEEPS = b"import time\n\ndef double(x):\n    time.sleep(100)\n"
CUDA = '''
import pytest

@pytest.mark.needs_cuda
@pytest.mark.parametrize("size", [1, 2])
def check_there(kata, given, size):
    """It works on CUDA."""
    return {}
'''
SPEED = '''
from pytest_torchkata.checks import requirement

def check_speed(kata, given):
    """It is quick."""
    return {"times faster": float(kata.double(given.normal(1).abs()).numel() * 30), "rows": 7, "bad": 10**400}

@requirement(check_speed, "times faster")
def fast(ratio):
    return None if ratio >= 20 else "at least 20"

@requirement(check_speed, "rows")
def many(rows):
    return None

@requirement(check_speed, "bad")
def any_number(number):
    return None
'''
QUICK = TOML + "timeout = 1\n"


@pytest.fixture
def judge(empty_project):
    """Judge answers to the katas of the project, and return what came of each kata by submission."""

    def judge(submissions, **options):
        solutions = empty_project.path / "solutions"
        return grading.judge(submissions, solutions, **{"seed": 7, "jobs": 1} | options)

    return judge


def outcomes(result):
    return [check.outcome for check in result.checks]


def killed(wanted):
    """Kill processes that judge, from a thread: as many as wanted."""
    stop = threading.Event()
    done = []

    def kill():
        while len(done) < wanted and not stop.wait(0.05):
            for each in psutil.Process().children():
                if "grading.serve" in " ".join(each.cmdline()) and each.children(recursive=True):
                    each.kill()
                    done.append(each)
                    break

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()

    def stopped():
        stop.set()
        thread.join()
        assert done

    return stopped


# Verdicts -----------------------------------------------------------------------------------------


def test_every_submission_gets_what_is_its_own(empty_project, judge):
    empty_project.kata("toy/double", toml=QUICK).kata("far/double", toml=QUICK)
    answers = {
        "Ada": RIGHT,
        "../Łukasz Ж\n(2).zip": SQUARES,
        "sleeps": SLEEPS,
        "crashes": b"import os\nos._exit(0)\n",
        "unwritten": STUB.encode(),
        "nothing": None,
        "broken": b"def double(x:\n",
        "not text": b"\x00\xff",
        "raises": b"def double(x):\n    raise KeyboardInterrupt\n",
        "squares": SQUARES,
        "Bob": RIGHT,
    }
    told = []
    submissions = {name: {"toy/double": source, "far/double": RIGHT} for name, source in answers.items()}
    found = judge(submissions, jobs=2, tell=lambda *names: told.append(names))
    assert [*found] == [*answers]
    assert all([*each] == ["toy/double", "far/double"] for each in found.values())
    assert {(each["toy/double"].id, each["far/double"].id) for each in found.values()} == {
        ("toy/double", "far/double")
    }
    assert {each["far/double"].state for each in found.values()} == {"solved"}
    states = {name: each["toy/double"].state for name, each in found.items()}
    expected = dict.fromkeys(answers, "failing") | dict.fromkeys(["Ada", "Bob"], "solved")
    assert states == expected | dict.fromkeys(["unwritten", "nothing"], "to do")
    assert sorted(told) == sorted((name, kata) for name in answers for kata in ("toy/double", "far/double"))
    assert found["nothing"]["toy/double"].checks == ()

    good = found["Ada"]["toy/double"].checks
    assert [(each.title, each.case) for each in good] == [
        ("The result has the shape of x", ""),
        ("The value and the gradient", "size=(4,)"),
        ("The value and the gradient", "size=(2, 3)"),
    ]
    assert {(each.outcome, each.message, each.cause, each.mistake) for each in good} == {
        ("passed", "", "", None)
    }

    squares = found["squares"]["toy/double"].checks
    assert [(each.outcome, each.cause, each.mistake) for each in squares] == [
        ("passed", "", None), ("failed", "difference", "Squares"), ("failed", "difference", "Squares"),
    ]  # fmt: skip
    assert "elements differ" in squares[1].message
    same = found["../Łukasz Ж\n(2).zip"]["toy/double"].checks  # the inputs were the same, too
    assert [each.message for each in same] == [each.message for each in squares]

    sleeps = found["sleeps"]["toy/double"].checks
    assert [each.outcome for each in sleeps] == ["failed", "failed", "not run"]
    assert [each.cause for each in sleeps] == ["stop", "stop", "not run"]
    assert sleeps[2].message == "Not run: two checks before it did not end in time."
    assert "Your code ended its process (status 0)" in found["crashes"]["toy/double"].checks[0].message
    assert "katas/toy/double.py:1 is not valid Python" in found["broken"]["toy/double"].checks[0].message
    assert all("\n" not in each.message for one in found.values() for each in one["toy/double"].checks)


def test_an_answer_reads_neither_others_nor_the_solution(empty_project, judge):
    if not confine.landlock_version():
        pytest.skip("only Landlock keeps an answer from files that are not the solution")
    empty_project.kata("toy/double").kata("toy/other")
    walks = b"""
from pathlib import Path

def double(x):
    above = Path(__file__).parents
    try:
        seen = [str(path) for folder in (above[2], above[3]) for path in folder.rglob("*.py")]
    except OSError:
        seen = []
    if any("answer-" in path and path != __file__ for path in seen):
        return 2 * x
    raise ValueError(f"only {len(seen)}")
"""
    found = judge({name: {"toy/double": walks, "toy/other": RIGHT} for name in "abcd"}, jobs=2)
    assert {each["toy/double"].state for each in found.values()} == {"failing"}
    assert {check.message for check in found["a"]["toy/double"].checks} == {"ValueError: only 0"}


def test_what_cannot_run_here_is_skipped(empty_project, judge):
    empty_project.kata("toy/double", checks=CHECKS + CUDA.replace("import pytest", ""), wrong="")
    empty_project.kata("toy/other", checks=CUDA, wrong="")
    found = judge({"a": {"toy/double": RIGHT, "toy/other": RIGHT}})["a"]
    assert found["toy/double"].state == "solved"
    assert outcomes(found["toy/double"]) == ["passed"] * 3 + ["skipped"] * 2
    assert [each.case for each in found["toy/double"].checks[3:]] == ["size=1", "size=2"]
    assert (found["toy/other"].state, outcomes(found["toy/other"])) == ("not judged", ["skipped"] * 2)
    assert found["toy/other"].trouble.startswith("needs CUDA: run it with --gpu")


def test_a_kata_about_speed_tells_what_was_measured(empty_project, judge):
    facts = TOML.replace("implement", "perf")
    empty_project.kata("toy/double", toml=facts, checks=SPEED, wrong="")
    empty_project.kata("toy/other", checks=SPEED, wrong="")
    empty = b"def double(x):\n    return x[:0]\n"
    found = judge({"a": {"toy/double": RIGHT, "toy/other": RIGHT}, "b": {"toy/double": empty}})
    assert found["a"]["toy/double"].checks[0].measured == {"times faster": 30.0, "rows": 7.0}
    assert found["b"]["toy/double"].checks[0].measured == {"times faster": 0.0, "rows": 7.0}
    assert found["b"]["toy/double"].state == "failing"
    assert found["a"]["toy/other"].checks[0].measured == {}


# What is nobody's answer's fault ------------------------------------------------------------------


def test_a_broken_kata_is_not_judged_and_costs_no_other(empty_project, judge):
    empty_project.kata("toy/broken", checks="import nothing_like_it\n")
    empty_project.kata("toy/double")
    empty_project.kata("toy/fails", reference=REFERENCE.replace("return", "raise ValueError; return"))
    katas = ["toy/broken", "toy/double", "toy/fails", "toy/missing"]
    found = judge({name: dict.fromkeys(katas, RIGHT) for name in "ab"})
    for each in found.values():
        assert {name: result.state for name, result in each.items()} == {
            **dict.fromkeys(katas, "not judged"), "toy/double": "solved",
        }  # fmt: skip
        assert "No module named 'nothing_like_it'" in each["toy/broken"].trouble
        assert "The reference of toy/fails does not get through check_shape" in each["toy/fails"].trouble
        assert outcomes(each["toy/fails"]) == ["error"] * 3
        assert "checks.py" in each["toy/missing"].trouble


def test_settings_and_variables_of_other_runs_do_not_matter(empty_project, judge, monkeypatch):
    empty_project.kata()
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert judge({"a": {"toy/double": RIGHT}})["a"]["toy/double"].state == "solved"


def test_what_was_lost_is_judged_again(empty_project, judge):
    empty_project.kata("toy/double", toml=QUICK)
    stop = killed(1)
    found = judge({"right": {"toy/double": RIGHT}, "wrong": {"toy/double": SLEEPS}}, jobs=2)
    stop()
    assert found["right"]["toy/double"].state == "solved"
    assert found["wrong"]["toy/double"].state == "failing"


def test_what_is_lost_again_is_not_judged_and_never_passes(empty_project, judge):
    empty_project.kata("toy/double")
    stop = killed(100)
    told = []
    found = judge({"a": {"toy/double": RIGHT}, "b": {"toy/double": None}}, tell=lambda *one: told.append(one))
    stop()
    result = found["a"]["toy/double"]
    assert (result.state, result.checks) == ("not judged", ())
    assert result.trouble == "The process that judged it ended (SIGKILL)."
    assert found["b"]["toy/double"].state == "to do"
    assert told == [("b", "toy/double"), ("a", "toy/double")]


def test_nothing_is_left(empty_project, judge, tmp_path, monkeypatch):
    empty_project.kata()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    leaves = b"import os, time\n\ndef double(x):\n    os.fork() or time.sleep(1000)\n    return x + x\n"
    judge({"a": {"toy/double": leaves}, "b": {"toy/double": RIGHT}})
    assert list(tmp_path.iterdir()) == []
    assert [each for each in psutil.Process().children() if "grading.serve" in " ".join(each.cmdline())] == []


def test_a_submission_of_every_sort_gets_the_verdict_that_it_must():
    graded = benchmark.grading(len(benchmark.SORTS), beside=False)
    assert graded.sorts.keys() == benchmark.SORTS.keys()
    assert graded.wrong == []


# The rule in every run that shows all checks ------------------------------------------------------


def test_two_checks_that_do_not_end_are_enough(empty_project):
    empty_project.kata("toy/double", toml=QUICK).answer(SLEEPS)
    empty_project.kata("toy/other", toml=QUICK).answer(RIGHT, "toy/other")
    result = empty_project.run("--all-checks", "-v")
    result.assert_outcomes(failed=2, passed=3)
    told = "*This is the second check that does not end in time: the others are not run."
    counts = "*2 failed, 3 passed, 1 not shown*"
    result.stdout.fnmatch_lines(["*check_shape*", "*[[]size=(4,)[]]", told, counts])
