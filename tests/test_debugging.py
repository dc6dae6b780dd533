"""A debugger reaches the learner's code under --pdb and --trace, and only there."""

import pytest

RAISES = "def double(x):\n    half = x / 2\n    raise ValueError(half.shape)\n"
RIGHT = "def double(x):\n    twice = 2 * x\n    return twice\n"
HEADER = "torchkata: *isolation none (--pdb and --trace run your code in the pytest process)*"


@pytest.fixture
def pdb(project):
    """Run pytest in a process whose standard input holds pdb's commands."""

    def run(*arguments, commands):
        command = [*project.pytester._getpytestargs(), "katas", *arguments]
        return project.pytester.run(*command, stdin="\n".join([*commands, ""]).encode())

    return run


def test_pdb_stops_in_the_learners_frame(project, pdb):
    project.answer(RAISES)
    done = pdb("--pdb", commands=["print('seen', tuple(half.shape))", "quit"])
    done.stdout.fnmatch_lines([HEADER, "*ValueError: torch.Size(?3, 2?)*", "*double.py:3 in double*"])
    done.stdout.fnmatch_lines(["*double.py(3)double()*", "*seen (3, 2)*"])
    assert "def check_shape" not in done.stdout.str()


def test_trace_stops_at_the_learners_first_line(project, pdb):
    project.answer(RIGHT)
    done = pdb("--trace", "-k", "shape", commands=["next", "print('seen', tuple(twice.shape))", "continue"])
    done.stdout.fnmatch_lines([HEADER, "*double.py(2)double()*", "*seen (3, 2)*", "*1 passed*"])
    assert "checks.py" not in done.stdout.str()


def test_breakpoint_stops_under_pdb(project, pdb):
    project.answer("def double(x):\n    breakpoint()\n    return 2 * x\n")
    done = pdb("--pdb", "-k", "shape", commands=["print('seen', tuple(x.shape))", "continue"])
    done.stdout.fnmatch_lines(["*seen (3, 2)*", "*1 passed*"])


def test_breakpoint_elsewhere_says_what_to_do(project, isolation):
    project.answer("def double(x):\n    breakpoint()\n    return 2 * x\n")
    result = project.run(isolation)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*breakpoint*--pdb*"])


def test_wrong_values_are_told_as_ever_under_pdb(project, pdb):
    project.answer("def double(x):\n    return 3 * x\n")
    done = pdb("--pdb", commands=["quit"])
    done.stdout.fnmatch_lines(["*out * elements differ*"])
