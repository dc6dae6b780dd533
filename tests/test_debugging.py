"""Under --pdb and --trace the answer runs where a debugger reaches it."""

import importlib.util
import json
import sys

import pytest
import torch  # noqa: F401 (a run in this process must not be the first to import it)

from tests.conftest import REFERENCE

# A debugger that writes down where it is stopped, and goes on.
DEBUGGER = """
import json
import pdb


class Debugger(pdb.Pdb):
    def cmdloop(self, intro=None):
        frame = self.curframe
        names = {name: repr(value) for name, value in frame.f_locals.items() if name in "nyz"}
        place = [frame.f_code.co_filename.rpartition("/")[2], frame.f_lineno, frame.f_code.co_name, names]
        with open("stops", "a") as file:
            file.write(json.dumps(place) + "\\n")
        self.onecmd("continue")
"""


@pytest.fixture(autouse=True)
def tracing():
    """Give coverage its tracing back, which a debugger ends when it goes on."""
    before = sys.gettrace()
    yield
    sys.settrace(before)


@pytest.fixture
def debugged(project, monkeypatch):
    """Run an answer in that debugger; return the result and where it stopped."""
    project.path.joinpath("debugger.py").write_text(DEBUGGER)
    monkeypatch.syspath_prepend(project.path)

    def run(answer, *arguments):
        project.answer(answer)
        result = project.run("--pdbcls=debugger:Debugger", *arguments)
        stops = project.path / "stops"
        return result, [json.loads(line) for line in stops.read_text().splitlines()] if stops.exists() else []

    return run


WRONG = "def helper(n):\n    y = n + 1\n    return y\n\ndef double(x):\n    z = helper(2)\n    return z * x\n"


KERNEL = """
import torch
import triton
import triton.language as tl

@triton.jit
def kernel(x, out, n: tl.constexpr):
    y = tl.load(x + tl.arange(0, 8), mask=tl.arange(0, 8) < n, other=0.0)
    breakpoint()
    tl.store(out + tl.arange(0, 8), 2 * y, mask=tl.arange(0, 8) < n)

def double(x):
    out = torch.empty_like(x)
    kernel[(1,)](x, out, x.numel())
    return out
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="Triton is not installed here")
def test_a_debugger_stops_inside_of_a_kernel_that_is_interpreted(project):
    project.path.joinpath("debugger.py").write_text(DEBUGGER)
    project.answer(KERNEL)
    # In a process of its own, since Triton stays what it was imported for.
    result = project.run_apart("-p", "debugger", "--pdbcls=debugger:Debugger", "--pdb", "-k", "check_shape")
    result.assert_outcomes(passed=1, deselected=2)
    stops = [json.loads(line) for line in project.path.joinpath("stops").read_text().splitlines()]
    assert stops[0][:3] == ["double.py", 10, "kernel"]


def test_an_exception_stops_in_the_learners_frame(debugged):
    answer = "def double(x):\n    n = len(x.shape)\n    raise ValueError(f'of {n}')\n"
    result, stops = debugged(answer, "--pdb")
    assert stops == [["double.py", 3, "double", {"n": "2"}]]
    result.stdout.fnmatch_lines(
        ["ValueError: of 2", "katas/toy/double.py:3 in double", "    raise ValueError*", "*entering PDB*"]
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*1 failed, 2 not shown*"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    "answer", [WRONG, "def double(x):\n    raise NotImplementedError\n", "def double(:\n"]
)
def test_where_the_learners_code_raised_nothing_there_is_nothing_to_stop_at(debugged, answer):
    result, stops = debugged(answer, "--pdb")
    assert stops == []
    assert "PDB" not in result.stdout.str()
    assert result.ret == 1


def test_trace_stops_in_every_function_of_the_learner(debugged):
    result, stops = debugged(WRONG, "--trace", "-k", "shape")
    assert stops == [["double.py", 6, "double", {}], ["double.py", 2, "helper", {"n": "2"}]]
    result.assert_outcomes(passed=1, deselected=2)


def test_a_trace_ends_with_the_check(debugged):
    before = sys.gettrace()
    _, stops = debugged(REFERENCE, "--trace")
    assert [stop[2] for stop in stops] == ["double"] * 3
    assert sys.gettrace() is before


@pytest.mark.parametrize("answer", ["def double(:\n", b"\xff", b"\0"])
def test_a_trace_of_a_file_that_does_not_parse_tells_so(debugged, answer):
    result, stops = debugged(answer, "--trace")
    assert stops == []
    result.stdout.fnmatch_lines(["*double.py* is not valid Python: *"])
    assert "Traceback" not in result.stdout.str()


def test_a_breakpoint_stops_under_pdb(debugged):
    answer = "def double(x):\n    n = 3\n    breakpoint()\n    return 2 * x\n"
    result, stops = debugged(answer, "--pdb", "-k", "shape")
    assert stops == [["double.py", 4, "double", {"n": "3"}]]
    result.assert_outcomes(passed=1, deselected=2)


def test_a_breakpoint_elsewhere_tells_what_it_needs(project, isolation):
    project.answer("def double(x):\n    breakpoint()\n    return 2 * x\n")
    result = project.run(isolation)
    result.stdout.fnmatch_lines(
        [
            "*A breakpoint stopped your code in a process where nobody can type. Run pytest with --pdb.",
            "*double.py:* in double",
        ]
    )
    result.assert_outcomes(failed=1)


def test_what_the_answer_shows_is_judged_all_the_same(debugged):
    result, _ = debugged(WRONG, "--pdb")
    result.stdout.fnmatch_lines(
        ["*out *yours is 1.5 times the expected*", "*Your code: *double.py:7 in double"]
    )
    result.assert_outcomes(passed=1, failed=1)
    debugged(REFERENCE, "--pdb")[0].assert_outcomes(passed=3)


@pytest.mark.parametrize("option", ["--pdb", "--trace"])
def test_the_header_says_that_nothing_is_isolated(project, option):
    result = project.run(option, "--collect-only")
    result.stdout.fnmatch_lines(
        ["torchkata: *isolation none (--pdb and --trace run your code in the pytest process)*"]
    )


def test_a_reference_that_fails_is_the_katas_fault_and_no_place_to_stop(debugged, project):
    (project.path / "solutions/toy/double/reference.py").write_text("def double(x):\n    raise ValueError\n")
    result, stops = debugged(WRONG, "--pdb")
    assert stops == []
    result.stdout.fnmatch_lines(["*The reference of toy/double does not get through*"])
