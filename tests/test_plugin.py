"""Katas under pytest's own options: selection, order, reruns, workers, time limits, reports, exit status."""

import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

import pytest

from pytest_torchkata import sandbox

RIGHT = "def double(x):\n    return x + x\n"
FAILED, USAGE, NOTHING = (
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.USAGE_ERROR,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


def counts(result):
    """Return the figures of the last line of a run."""
    return {
        what: int(number) for number, what in re.findall(r"(\d+) ([a-z ]+)(?=,| in )", result.outlines[-1])
    }


def verbose(result):
    """Return what ``-v`` says of each check, in order; under xdist the worker as well."""
    said = re.findall(r"^(katas/\S+::\S+) (PASSED|FAILED|TO DO|NOT SHOWN)", result.stdout.str(), re.MULTILINE)
    return [(name.removeprefix("katas/"), what) for name, what in said]


# Selection ----------------------------------------------------------------------------------------

ALL = {"failed": 1, "passed": 4, "not shown": 3, "to do": 1}


@pytest.mark.parametrize(
    ("arguments", "figures", "status"),
    [
        (["katas"], ALL, FAILED),
        (["katas", "--all-checks"], {"failed": 2, "passed": 4, "to do": 3}, FAILED),
        (["katas/far"], {"passed": 3}, 0),
        (["katas/far/away.py"], {"passed": 3}, 0),
        (["katas/far/away.py::check_shape"], {"passed": 1}, 0),
        (["katas/far/away.py::check_value[size1]"], {"passed": 1}, 0),
        (["katas/far/away.py::check_value"], {"passed": 2}, 0),
        (["katas/toy/double.py::check_shape"], {"passed": 1}, 0),
        (["katas/toy/double.py::check_value[size1]"], {"failed": 1}, FAILED),
        (["katas/toy/other.py"], {"to do": 1, "not shown": 2}, FAILED),
        (["katas/far/away.py", "katas/toy/other.py"], {"passed": 3, "to do": 1, "not shown": 2}, FAILED),
        (["katas", "-k", "away"], {"passed": 3, "deselected": 6}, 0),
        (["katas", "-k", "shape and toy"], {"passed": 1, "to do": 1, "deselected": 7}, FAILED),
        (["katas", "-k", "nothing"], {"deselected": 9}, NOTHING),
        (["katas", "-x"], {"failed": 1, "passed": 4}, FAILED),
        (["katas/toy/other.py", "katas/far", "-x"], {"to do": 1}, FAILED),
        (["katas", "--maxfail=2"], {"failed": 1, "passed": 4, "not shown": 1, "to do": 1}, FAILED),
        (["katas", "--deselect=katas/toy"], {"passed": 3, "deselected": 6}, 0),
        (["katas", "--ignore=katas/toy"], {"passed": 3}, 0),
        (["katas/far/away.py::check_nothing"], {}, USAGE),
        (["katas/far/nothing.py"], {}, USAGE),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_selection_and_exit_status(katas, arguments, figures, status):
    result = katas.run_on(*arguments)
    assert {k: v for k, v in counts(result).items() if k != "no tests ran"} == figures
    assert result.ret == status


def test_a_failing_check_hides_only_those_that_were_selected(katas):
    result = katas.run("-k", "double and not size1")
    assert counts(result) == {"failed": 1, "passed": 1, "deselected": 7}
    assert "not shown" not in result.stdout.str()


@pytest.mark.parametrize("place", [".", "katas", "katas/toy"])
@pytest.mark.parametrize("mode", ["importlib", "prepend", "append"])
def test_katas_run_from_anywhere_with_any_import_mode(katas, monkeypatch, place, mode):
    monkeypatch.chdir(place)
    stub = os.path.relpath(katas.stub())
    result = katas.run_on(stub, f"--import-mode={mode}")
    assert counts(result) == {"failed": 1, "passed": 1, "not shown": 1}
    result.stdout.fnmatch_lines(
        [
            f"     Your code: {stub}:2 in double",
            f" Next: fix {stub} (easy, 5 min) and run  pytest {stub}",
            f"FAILED {stub}::check_value[[]size0[]] - *",
        ]
    )
    assert (katas.path / ".torchkata").is_dir()


def test_katas_run_where_warnings_are_errors_and_marks_are_strict(katas):
    katas.ini("--strict-markers --strict-config", filterwarnings="error")
    assert counts(katas.run()) == ALL


def test_katas_may_lie_in_other_folders(katas):
    (katas.path / "katas").rename(katas.path / "drills")
    (katas.path / "solutions").rename(katas.path / "hidden")
    katas.ini(torchkata_katas="drills", torchkata_solutions="hidden")
    assert counts(katas.run_on("drills")) == ALL


# Reruns -------------------------------------------------------------------------------------------


def test_lf_runs_what_was_not_solved_and_then_everything(katas):
    katas.ini().run()
    left = [
        ("toy/double.py::check_value[size0]", "FAILED"),
        ("toy/double.py::check_value[size1]", "NOT SHOWN"),
        ("toy/other.py::check_shape", "TO DO"),
        ("toy/other.py::check_value[size0]", "NOT SHOWN"),
        ("toy/other.py::check_value[size1]", "NOT SHOWN"),
    ]
    assert verbose(katas.run("--lf", "-v")) == left
    katas.answer(RIGHT).answer(RIGHT, "toy/other")
    fixed = katas.run("--lf", "-v")
    assert verbose(fixed) == [(name, "PASSED") for name, _ in left]
    assert fixed.ret == 0
    assert counts(katas.run("--lf")) == {"passed": 9}


def test_ff_begins_with_what_was_not_solved(katas):
    katas.ini().run()
    assert verbose(katas.run("--ff", "-v")) == [
        ("toy/double.py::check_value[size0]", "FAILED"),
        ("toy/double.py::check_value[size1]", "NOT SHOWN"),
        ("toy/other.py::check_shape", "TO DO"),
        ("toy/other.py::check_value[size0]", "NOT SHOWN"),
        ("toy/other.py::check_value[size1]", "NOT SHOWN"),
        ("far/away.py::check_shape", "PASSED"),
        ("far/away.py::check_value[size0]", "PASSED"),
        ("far/away.py::check_value[size1]", "PASSED"),
        ("toy/double.py::check_shape", "NOT SHOWN"),
    ]


# Beside other plugins and other tests -------------------------------------------------------------

LOOP = "def double(x):\n    while x.dim() == 1: pass\n    return x + x\n"


@pytest.mark.parametrize("plugin", ["xdist", "timeout", "cacheprovider", "junitxml", "doctest"])
def test_a_plugin_of_pytest_may_be_left_out(katas, plugin):
    result = katas.ini().run("-p", f"no:{plugin}")
    assert counts(result) == ALL
    assert result.ret == FAILED


def test_checks_of_a_kata_stay_on_one_worker_beside_ordinary_tests(katas):
    katas.kata("far/beyond").answer(LOOP, "far/beyond")
    katas.pytester.makepyfile(
        test_plain="import pytest\n@pytest.mark.parametrize('i', range(9))\ndef test_it(i): assert i < 8\n"
    )
    result = katas.run_on("-n2", "-v", "--timeout=3", "katas", "test_plain.py")
    told = re.findall(r"^\[(gw\d)\] \[ *\d+%\] ([A-Z ]+?) (\S+?)::", result.stdout.str(), re.MULTILINE)
    workers = defaultdict(list)
    for worker, what, file in told:
        workers[file].append((worker, what))
    for name, *expected in (
        ("far/away", "PASSED", "PASSED", "PASSED"),
        ("far/beyond", "PASSED", "FAILED", "NOT SHOWN"),
        ("toy/double", "PASSED", "FAILED", "NOT SHOWN"),
        ("toy/other", "TO DO", "NOT SHOWN", "NOT SHOWN"),
    ):
        seen = workers[f"katas/{name}.py"]
        assert [what for _, what in seen] == expected
        assert len({worker for worker, _ in seen}) == 1
    assert counts(result) == {"failed": 3, "passed": 13, "not shown": 4, "to do": 1}
    result.stdout.fnmatch_lines_random(
        [
            "   ✗ The value and the gradient   [[]size=(4,)[]]",
            "       Stopped after 3 s: it was still running. *",
            "FAILED katas/toy/double.py::check_value[[]size0[]] - The value and the gradient: *",
            "E   *assert 8 < 8",
        ]
    )
    assert result.ret == FAILED


def test_as_many_workers_as_there_are_cores(katas, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "1")
    result = katas.run_on("-n", "auto", "katas/far/away.py::check_shape")
    result.stdout.fnmatch_lines(["1 worker *1 item*"])
    assert counts(result) == {"passed": 1}
    assert result.ret == 0


def test_a_python_file_among_the_katas_that_is_none_is_pytests(katas):
    toy = katas.stub().parent
    (toy / "notes.py").write_text("raise RuntimeError('not for pytest')\n")
    (toy / "test_mine.py").write_text("def test_mine(): pass\ndef check_mine(): assert 0\n")
    assert counts(katas.run()) == ALL | {"passed": 5}
    assert counts(katas.run_on("katas/toy/test_mine.py")) == {"passed": 1}
    (toy / "notes.py").write_text("")
    assert katas.run_on("katas/toy/notes.py").ret == NOTHING


# The stub -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["katas"],
        ["katas/toy/double.py"],
        ["--pyargs", "katas/toy/double.py"],
        ["katas", "--doctest-modules"],
        ["katas/toy/double.py", "--doctest-modules", "--import-mode=importlib"],
        ["katas", "-o", "python_files=*.py", "-o", "python_functions=double"],
    ],
    ids=" ".join,
)
def test_a_stub_is_never_loaded_by_the_pytest_process(project, arguments):
    result = project.answer("import os\nprint('loaded by', os.getpid())\n" + RIGHT).run_on(*arguments, "-rP")
    assert counts(result) == {"passed": 3}
    seen = {line.split()[-1] for line in result.outlines if line.startswith("loaded by")}
    assert seen
    assert str(os.getpid()) not in seen


TORCH_IN_CHECKS = '''
from pytest_torchkata.checks import F, nn, np, requirement, torch


def check_it(kata, given, device, dtype):
    """It is called."""
    return {"out": F.relu(kata.double(given.normal(2)))}


@requirement(check_it, "out")
def small(out):
    return None
'''


@pytest.mark.parametrize(
    "arguments",
    [["--collect-only", "katas"], ["--help"], ["--markers"], ["--progress"], ["--hint=toy/double"]],
    ids=" ".join,
)
def test_what_runs_nothing_imports_no_torch(empty_project, arguments):
    empty_project.kata(checks=TORCH_IN_CHECKS)
    program = (
        f"import sys, pytest; assert pytest.main({arguments}) == 0; "
        "print(sorted({'torch', 'numpy', 'fsrs'} & set(sys.modules)))"
    )
    result = empty_project.pytester.run(sys.executable, "-c", program)
    assert result.outlines[-1] == "[]"


# Listing ------------------------------------------------------------------------------------------


def test_listing_shows_katas_and_checks_and_starts_no_child(katas, monkeypatch):
    monkeypatch.setattr(sandbox, "Sandbox", None)
    result = katas.run("--collect-only")
    lines = [line.strip() for line in result.outlines]
    start = lines.index("<KataFile double.py>")
    assert lines[start + 1 : start + 4] == [
        "<CheckItem check_shape>",
        "<CheckItem check_value[size0]>",
        "<CheckItem check_value[size1]>",
    ]
    assert lines.count("<CheckItem check_shape>") == 3
    assert "progress" not in result.stdout.str()
    assert result.ret == 0


def test_a_quiet_listing_gives_the_node_ids(katas):
    assert katas.run("--co", "-q", "-k", "toy").outlines[:6] == [
        f"katas/toy/{kata}.py::check_{check}"
        for kata in ("double", "other")
        for check in ("shape", "value[size0]", "value[size1]")
    ]


# What is written ----------------------------------------------------------------------------------

MESSAGE = "   ✗ The value and the gradient   [[]size=(4,)[]]"
SUMMARY = "FAILED katas/toy/double.py::check_value[[]size0[]] - The value and the gradient: *"
PROGRESS = " toy  ░░░░░░░░░░   0/2   1 failing · 1 to do · 1 attempt"


@pytest.mark.parametrize(
    ("arguments", "shown", "hidden"),
    [
        ([], ["katas/far/away.py ... *", "katas/toy/other.py ---*", MESSAGE, PROGRESS, SUMMARY], []),
        (["-q"], ["....F----*", MESSAGE, PROGRESS, SUMMARY], ["torchkata:"]),
        (["--tb=no"], ["katas/toy/double.py .F-*", PROGRESS, SUMMARY], ["✗"]),
        (["--tb=short"], [MESSAGE, PROGRESS, SUMMARY], ["Traceback", "NotSolved"]),
        (["--tb=native"], [MESSAGE, PROGRESS, SUMMARY], ["Traceback", "NotSolved"]),
        (["--tb=line"], ["The value and the gradient: out: 4 of 4 elements differ*", PROGRESS], ["_Crash"]),
        (["--full-trace", "-l"], [MESSAGE, PROGRESS, SUMMARY], ["Traceback", "NotSolved"]),
        (["-rA"], [MESSAGE, PROGRESS, "PASSED katas/far/away.py::check_shape", SUMMARY], ["NotSolved"]),
        (["--no-summary"], ["katas/toy/double.py .F-*"], ["✗"]),
        (["--no-header"], [MESSAGE, PROGRESS], ["torchkata:"]),
        (["--setup-show"], ["*katas/toy/double.py::check_shape (fixtures used: *) .", PROGRESS], []),
        (["-vv"], ["katas/toy/double.py::check_value[[]size1[]] NOT SHOWN*", MESSAGE, PROGRESS], []),
    ],
    ids=lambda value: " ".join(value) if value and str(value[0]).startswith("-") else "",
)  # fmt: skip
def test_the_verbosity_that_was_asked_for(katas, arguments, shown, hidden):
    result = katas.run(*arguments)
    result.stdout.fnmatch_lines(shown)
    for text in hidden:
        assert text not in result.stdout.str()
    assert result.ret == FAILED


def test_colours_are_those_of_the_marks(katas):
    result = katas.run("--color=yes")
    result.stdout.fnmatch_lines(
        [
            "\x1b[[]32m   ✓ The result has the shape of x\x1b[[]0m",
            "\x1b[[]31m\x1b[[]1m   ✗ The value and the gradient   [[]size=(4,)[]]\x1b[[]0m",
        ]
    )


def test_a_report_in_xml_has_each_check_and_its_message(katas):
    katas.run("--junitxml=report.xml")
    text = (katas.path / "report.xml").read_text(encoding="utf-8")
    suite = ElementTree.fromstring(text)[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("9", "5", "0")
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert not len(cases["katas.far.away", "check_shape"])
    (failure,) = cases["katas.toy.double", "check_value[size0]"]
    assert failure.get("message").startswith(
        "The value and the gradient: out: 4 of 4 elements differ, worst at "
    )
    assert "   ✗ The value and the gradient   [size=(4,)]\n" in failure.text
    (hidden,) = cases["katas.toy.double", "check_value[size1]"]
    assert (
        hidden.get("message") == "Not run: fix 'The value and the gradient' first, or run with --all-checks."
    )
    (todo,) = cases["katas.toy.other", "check_shape"]
    assert (
        todo.get("message")
        == "The result has the shape of x: double is not written yet (katas/toy/other.py:14)."
    )
    for ours in ("Traceback", "checks.py", "pytest_torchkata/", "NotSolved", "NotShown"):
        assert ours not in text


# Settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "arguments", "header"),
    [
        ({}, [], "device cpu, dtype any, isolation *, memory 4 GiB, TF32 off, seed *"),
        ({}, ["--kata-seed=7"], "*, seed 7"),
        ({}, ["--kata-limit=memory=0.5"], "*, memory 0.5 GiB, *"),
        ({}, ["--kata-limit=memory=0"], "*, memory unlimited, *"),
        ({"torchkata_limits": "memory=6"}, [], "*, memory 6 GiB, *"),
        ({"torchkata_limits": "memory=6"}, ["--kata-limit=memory=2"], "*, memory 2 GiB, *"),
        ({"torchkata_isolation": "serve"}, [], "*, isolation serve (*), *"),
        ({"torchkata_isolation": "serve"}, ["--kata-isolation=fork"], "*, isolation fork (*), *"),
    ],
)
def test_the_header_tells_what_holds(project, settings, arguments, header):
    project.ini("-p no:cacheprovider", **settings)
    project.run("--collect-only", *arguments).stdout.fnmatch_lines([f"torchkata: {header}"])


def test_without_katas_there_is_no_header(empty_project):
    assert "torchkata:" not in empty_project.run_on("--co").stdout.str()


def test_an_isolation_that_there_is_not_is_told(project):
    result = project.ini(torchkata_isolation="forks").run()
    result.stderr.fnmatch_lines(["ERROR: torchkata_isolation is 'forks', expected fork or serve"])
    assert result.ret == USAGE


# Time limits --------------------------------------------------------------------------------------

TOML = ['title = "Double"', 'kind = "implement"', 'level = "easy"', "minutes = 5", 'hints = ["A", "B", "C"]']
CHECKS = '''
import pytest


def check_it(kata, given):
    """It ends."""
    return {"out": kata.double(given.normal(3))}
'''
MARKED = CHECKS.replace("def check", "@pytest.mark.timeout(1)\ndef check")


@pytest.mark.parametrize(
    ("arguments", "toml", "checks", "settings"),
    [
        (["--timeout=1", "--timeout-method=thread"], "timeout = 60", CHECKS, {}),
        ([], "", CHECKS, {"timeout": "1"}),
        (["--timeout=60"], "timeout = 60", MARKED, {}),
        ([], "timeout = 1", CHECKS, {}),
        (["-p", "no:timeout"], "timeout = 1", CHECKS, {}),
    ],
    ids=["--timeout", "the ini file", "the mark", "kata.toml", "kata.toml without pytest-timeout"],
)
def test_a_time_limit_stops_one_check_and_never_pytest(empty_project, arguments, toml, checks, settings):
    empty_project.ini("-p no:cacheprovider", **settings)
    empty_project.kata(checks=checks, toml="\n".join([*TOML, toml])).answer(LOOP)
    empty_project.kata("toy/other", checks=CHECKS).answer(RIGHT, "toy/other")
    result = empty_project.run(*arguments)
    result.stdout.fnmatch_lines(
        [
            "       Stopped after 1 s: it was still running. Is there a loop that does not end?",
            "       It was at katas/toy/double.py:2 in double.",
        ]
    )
    assert counts(result) == {"failed": 1, "passed": 1}
    assert result.ret == FAILED


def test_a_kata_that_cannot_be_collected_is_an_error_without_a_traceback(katas):
    (katas.path / "solutions/toy/other/checks.py").write_text("import torhc\n")
    result = katas.run()
    result.stdout.fnmatch_lines(["*checks.py cannot be loaded: ModuleNotFoundError: No module named 'torhc'"])
    assert "Traceback" not in result.stdout.str()
    assert result.ret == pytest.ExitCode.INTERRUPTED
