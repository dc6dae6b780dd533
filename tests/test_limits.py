"""Limits as a user writes them, and what the terminal says of an answer that takes more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_torchkata import limits, usage
from pytest_torchkata.kata import ANSWER, Job, Kata, Limits

GIB = 1 << 30


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ([], Limits()),
        (["memory=6"], Limits(memory=6 * GIB)),
        (["memory=0.5", "disk=2"], Limits(memory=GIB // 2, disk=2 * GIB)),
        (["memory=6", "memory=1"], Limits(memory=GIB)),
        (["memory=0"], Limits(memory=None)),
        (["cpu=2.5", "processes=3", "files=99"], Limits(cpu=2.5, processes=3, files=99)),
        (["output=0"], Limits(output=GIB)),
        (["output=1"], Limits(output=1024)),
    ],
)
def test_a_wish_replaces_a_limit(wishes, expected):
    assert limits.changed(Limits(), wishes) == expected


@pytest.mark.parametrize(
    "wish", ["", "memory", *(f"memory={x}" for x in ("", "-1", "inf", "nan", "1e300", "1s"))]
)
def test_a_wish_that_cannot_be_is_told_with_what_could(wish):
    with pytest.raises(limits.LimitError, match=r"expected a number of|memory, cpu, processes, disk, files"):
        limits.changed(Limits(), [wish])


@pytest.mark.parametrize("wish", [f"{name}=0.0001" for name in ("processes", "files")])
def test_a_wish_for_almost_nothing_is_no_wish_for_everything(wish):
    name = wish.partition("=")[0]
    with pytest.raises(limits.LimitError, match=f"The limit for {name} is '0.0001'"):
        limits.changed(Limits(), [wish])


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ([], {"memory": "4 GiB"}),
        (["memory=0"], {"memory": "unlimited"}),
        (["memory=0.25"], {"memory": "0.25 GiB"}),
        (["cpu=90", "files=512"], {"memory": "4 GiB", "cpu": "90"}),
        (["output=1", "disk=0"], {"memory": "4 GiB", "disk": "unlimited", "output": "1 KiB"}),
        (["output=0"], {"memory": "4 GiB", "output": "unlimited"}),
    ],
)
def test_the_header_names_the_memory_and_what_was_changed(wishes, told):
    assert limits.described(limits.changed(Limits(), wishes)) == told


# What an answer takes, in several processes -------------------------------------------------------

FORKING = """
import contextlib, os, time, torch

def double(x):
    kept = None
    for _ in range({times}):
        if os.fork() {who}:
            {then}
            time.sleep({seconds})
            os._exit(0)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    return x + x
"""
FILES = """
import time

def double(x):
    for name in "abcdef":
        open(name, "wb").write(bytes(4 << 20))
    time.sleep(20)
"""
TENSOR = "kept = torch.ones(120 << 20, dtype=torch.uint8)"


def forking(times=12, who="== 0", then="pass", seconds=20):
    return FORKING.format(times=times, who=who, then=then, seconds=seconds)


TAKING = {
    "processes": ("processes=3", forking(), "more than 3 processes"),
    "generations": ("processes=3", forking(who="> 0"), "more than 3 processes"),
    "memory": ("memory=0.3", forking(5, then=TENSOR), "more than 0.3 GiB of memory in * processes"),
    "files": ("disk=0.02", FILES, "more than 0.02 GiB of files"),
}
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="usage is seen on Linux only")


@on_linux
@pytest.mark.parametrize(("what", "model"), [*((what, "fork") for what in TAKING), ("processes", "serve")])
def test_who_takes_too_much_is_stopped_and_told(project, what, model):
    wish, code, said = TAKING[what]
    result = project.answer(code).run(f"--kata-isolation={model}", f"--kata-limit={wish}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*Stopped: it took {said}.*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@on_linux
def test_who_takes_no_more_is_not(project):
    project.answer(forking(2, seconds=0.3)).run("--kata-limit=processes=3").assert_outcomes(passed=3)
    shared = forking(5, seconds=0.3).replace("None", TENSOR.partition("= ")[2])  # counted once
    project.answer(shared).run("--kata-limit=memory=0.3").assert_outcomes(passed=3)


SPINNING = "import os\nfor _ in range(2):\n    os.fork()\nwhile True:\n    pass\n"


def test_processor_time_of_all_processes_is_counted_and_not_what_was_before(tmp_path):
    kata = Kata("toy/double", Path("double.py"), Path("double"))
    spinning = subprocess.Popen([sys.executable, "-c", SPINNING], start_new_session=True)
    try:
        time.sleep(0.3)
        job = Job(kata, ANSWER, "check", seconds=0.1, limits=Limits(cpu=0.4))
        meter = usage.Meter(spinning.pid, tmp_path, job)
        assert meter.passed() is None
        deadline = time.monotonic() + 20
        while (passed := meter.passed()) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert passed == "more than 0.4 s of processor time"
        unlimited = Job(kata, ANSWER, "check", limits=Limits(None, None, None, None, None))
        assert usage.Meter(spinning.pid, tmp_path, unlimited).passed() is None
    finally:
        os.killpg(spinning.pid, signal.SIGKILL)
        spinning.wait()


def test_a_process_that_is_gone_takes_nothing(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    kata = Kata("toy/double", Path("double.py"), Path("double"))
    meter = usage.Meter(ended.pid, tmp_path / "gone", Job(kata, ANSWER, "check", limits=Limits(processes=0)))
    assert meter.passed() is None
