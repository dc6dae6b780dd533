"""Which devices and dtypes checks run on, and what is said where one is not there."""

import re

import pytest

from pytest_torchkata import devices
from pytest_torchkata.devices import Devices, DevicesError, choose
from tests.conftest import TOML

NOTHING = {"torch": "2.13.0+cpu", "cuda": [], "mps": False, "why": "Torch not compiled with CUDA enabled"}
ONE = {**NOTHING, "cuda": ["H100"], "why": ""}
TWO = {**NOTHING, "cuda": ["H100", "L4"], "why": ""}
APPLE = {**NOTHING, "mps": True}

CHECKS = '''
import pytest


def check_anywhere(kata, given, device):
    """Varies by device."""
    return {"out": kata.double(given.normal(3)), "device": str(device)}


def check_here(kata, given):
    """Does not vary."""
    return {"out": kata.double(given.normal(3))}


@pytest.mark.needs_cuda
def check_cuda(kata, given, device):
    """Needs CUDA."""
    return {"out": kata.double(given.normal(3))}


@pytest.mark.needs_devices(2)
def check_two(kata, given):
    """Needs two devices."""
    return {"out": kata.double(given.normal(3))}


@pytest.mark.not_on("mps")
def check_not_on_mps(kata, given, device):
    """Not on MPS."""
    return {"out": kata.double(given.normal(3))}
'''
ANSWER = "def double(x):\n    return 2 * x\n"


@pytest.fixture
def project(empty_project):
    return empty_project.kata(checks=CHECKS).answer(ANSWER)


@pytest.mark.parametrize(
    ("gpu", "name", "report", "expected"),
    [
        (False, None, None, Devices()),
        (False, "cpu", None, Devices()),
        (True, None, ONE, Devices(("cpu", "cuda"), 1)),
        (False, "cuda", TWO, Devices(("cuda",), 2)),
        (False, "cuda:1", TWO, Devices(("cuda:1",), 2)),
        (False, "mps", APPLE, Devices(("mps",), 0)),
    ],
)
def test_devices_that_are_there_are_chosen(gpu, name, report, expected):
    assert choose(gpu, name, report) == expected


@pytest.mark.parametrize(
    ("gpu", "name", "report", "words"),
    [
        (
            True,
            None,
            NOTHING,
            "no cuda here: torch 2.13.0+cpu says that it sees no CUDA device (Torch not comp",
        ),
        (False, "cuda:1", ONE, "no cuda:1 here: torch 2.13.0+cpu says that it sees 1 CUDA device(s): H100."),
        (False, "mps", NOTHING, "its MPS backend is not available"),
        (False, "gpu", None, "--device gpu is not cpu, cuda, cuda:N or mps"),
        (False, "cuda:x", None, "--device cuda:x is not cpu"),
        (True, "cpu", None, "give one of them"),
    ],
)
def test_a_device_that_is_not_there_is_refused_in_words(gpu, name, report, words):
    with pytest.raises(DevicesError, match=re.escape(words)):
        choose(gpu, name, report)


def test_each_worker_sees_one_gpu_of_its_own(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    both = choose(True, None, TWO)
    assert [both.environment(n)["CUDA_VISIBLE_DEVICES"] for n in range(3)] == ["0", "1", "0"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,7")
    assert both.environment(1) == {"CUDA_VISIBLE_DEVICES": "7"}
    assert both.environment(None) == {}  # one process sees them all
    assert choose(False, "cuda:1", TWO).environment(1) == {}  # the user has chosen
    assert Devices().environment(1) == {}


def test_gpu_stops_at_once_where_there_is_none(project):
    result = project.run("--gpu")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: There is no cuda here: torch * says that it sees no CUDA device*"])
    assert "check_" not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--device=tpu"], "*--device tpu is not cpu, cuda, cuda:N or mps.*"),
        (["--device=mps"], "*There is no mps here*"),
        (["--gpu", "--device=cpu"], "*--gpu adds CUDA to the CPU*"),
    ],
)
def test_a_device_that_is_not_there_stops_the_run(project, arguments, words):
    result = project.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


def test_without_gpu_checks_run_on_the_cpu_and_say_what_they_need(project):
    result = project.run("-rs")
    result.assert_outcomes(passed=3, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "torchkata: device cpu, *TF32 off, seed *",
            "SKIPPED * katas/toy/double.py:*: needs CUDA: run it with --gpu on a machine *",
            "SKIPPED * katas/toy/double.py:*: needs 2 CUDA devices, and this run has 0 (with --gpu)",
        ]
    )


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (
            Devices(("cpu", "cuda"), 1),
            {"check_anywhere[cpu]", "check_anywhere[cuda]", "check_here", "check_cuda", "check_two"}
            | {"check_not_on_mps[cpu]", "check_not_on_mps[cuda]"},
        ),
        (
            Devices(("cuda:1",), 2),
            {"check_anywhere", "check_here", "check_cuda", "check_two", "check_not_on_mps"},
        ),
    ],
)
def test_checks_vary_over_the_devices(project, monkeypatch, chosen, expected):
    monkeypatch.setattr(devices, "choose", lambda *_: chosen)
    found = project.run("--collect-only", "-q").stdout.str()
    assert set(re.findall(r"::(\S+)", found)) == expected


def test_a_check_that_is_not_for_a_device_is_skipped_there(project, monkeypatch):
    monkeypatch.setattr(devices, "choose", lambda *_: Devices(("mps",), 0))
    result = project.run("-rs", "-k", "not_on_mps")
    result.assert_outcomes(skipped=1, deselected=4)
    result.stdout.fnmatch_lines(["*does not run on mps"])


def test_dtypes_vary_and_are_narrowed(empty_project):
    checks = (
        "import pytest\n\n"
        'def check_usual(kata, given, dtype):\n    """Usual dtypes."""\n'
        '    return {"out": kata.double(given.normal(3)), "dtype": dtype}\n\n'
        '@pytest.mark.dtypes("float16", "bfloat16")\n'
        'def check_low(kata, given, dtype):\n    """Low dtypes."""\n'
        '    return {"out": kata.double(given.normal(3))}\n'
    )
    project = empty_project.kata(checks=checks, toml=TOML).answer(ANSWER)
    everything = project.run("-v")
    everything.assert_outcomes(passed=4)
    everything.stdout.fnmatch_lines(["*check_usual?float64? PASSED*", "*check_low?bfloat16? PASSED*"])
    narrowed = project.run("--dtype=float64", "--dtype=float16")
    narrowed.assert_outcomes(passed=2, deselected=2)
    narrowed.stdout.fnmatch_lines(["torchkata: * dtype float64 float16,*", "*does not count as solved*"])


def test_the_marks_are_documented(pytester):
    listed = pytester.runpytest_inprocess("--markers", "-p", "pytest_torchkata.plugin").stdout.str()
    for mark in ("needs_cuda", "needs_devices(n)", "not_on(device_type", "dtypes(name", "ranks(n)"):
        assert f"@pytest.mark.{mark}" in listed
