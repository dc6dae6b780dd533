"""Whatever an answer does, it costs one kata and a clear sentence, and the run goes on."""

import pytest

OTHER = "def double(x):\n    return x + x\n"

ENDINGS = {
    "an exception": ("raise RuntimeError('boom')", ["*RuntimeError: boom*", "*double.py:3 in double*"]),
    "an endless loop in Python": (
        "while True: pass",
        ["*Stopped after 1 s*loop*", "*double.py:3 in double*"],
    ),
    "an endless loop in C": ("sum(iter(int, 1))", ["*Stopped after 1 s*", "*double.py:3 in double*"]),
    "a segfault": (
        "import faulthandler; faulthandler._sigsegv()",
        ["*process that ran your code crashed*SIGSEGV*", "*double.py:3 in double*"],
    ),
    "os._exit": ("import os; os._exit(0)", ["*ended its process (status 0)*"]),
    "sys.exit": ("import sys; sys.exit(0)", ["*raised SystemExit*"]),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", ["*raised KeyboardInterrupt*"]),
    "a large tensor": ("return x.new_ones(1 << 40)", ["*Stopped for lack of memory*"]),
    "a growing list": ("l = []\n    while True: l.append(bytes(1 << 26))", ["*Stopped for lack of memory*"]),
    "unbounded recursion": ("return double(x)", ["*RecursionError*"]),
    "input()": ("input()", ["*EOFError*"]),
    "a skip": ("import pytest; pytest.skip('please')", ["*Skipped: please*"]),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_costs_one_kata(project, isolation, ending):
    code, expected = ENDINGS[ending]
    project.answer(f"def double(x):\n    \n    {code}\n")
    project.kata("toy/other").answer(OTHER, "toy/other")
    result = project.run(isolation, "--timeout=1", "-rA")
    result.stdout.fnmatch_lines(expected)
    result.assert_outcomes(failed=1, passed=3)
    assert "Traceback" not in result.stdout.str()
    assert result.ret == 1


@pytest.mark.parametrize("isolation", ["fork", "serve"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("stub.unlink(); stub.symlink_to('nowhere')", "*double.py cannot be read*No such file*"),
        ("stub.write_text('def double(x):\\n    return 3 * x\\n')", "*out*expected*"),
        ("stub.write_bytes(b'\\x00')", "*double.py*null bytes*"),
    ],
)
def test_a_file_that_changes_during_the_run_costs_its_own_kata(project, isolation, change, says):
    project.answer(OTHER).kata("toy/other").answer(OTHER, "toy/other")
    project.pytester.makeconftest(
        "import pathlib\n\n"
        "def pytest_runtest_teardown(item):\n"
        f"    stub = pathlib.Path({str(project.stub())!r})\n"
        f"    if 'double.py::check_shape' in item.nodeid:\n        {change}\n"
    )
    result = project.run(f"--kata-isolation={isolation}")
    result.stdout.fnmatch_lines([says])
    result.assert_outcomes(failed=1, passed=4)
    assert "Traceback" not in result.stdout.str()


def test_a_link_to_nowhere_is_no_kata(project):
    project.kata("toy/other").answer(OTHER, "toy/other")
    project.stub().unlink()
    project.stub().symlink_to("nowhere")
    project.run().assert_outcomes(passed=3)
