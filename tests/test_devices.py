import pytest
import torch

from pytest_torchkata import devices, plugin
from pytest_torchkata.collect import CheckItem
from pytest_torchkata.devices import Devices, DevicesError, choose
from tests.conftest import REFERENCE

NOTHING = {"torch": "9.9", "cuda": [], "mps": False, "why": "Torch not compiled with CUDA enabled"}
TWO = {"torch": "9.9", "cuda": ["A100", "T4"], "mps": False, "why": ""}
MAC = {"torch": "9.9", "cuda": [], "mps": True, "why": "Torch not compiled with CUDA enabled"}


# Choosing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gpu", "device", "report", "names", "cuda"),
    [
        (False, None, None, ("cpu",), 0),
        (False, "cpu", None, ("cpu",), 0),
        (True, None, TWO, ("cpu", "cuda"), 2),
        (False, "cuda", TWO, ("cuda",), 2),
        (False, "cuda:1", TWO, ("cuda:1",), 2),
        (False, "mps", MAC, ("mps",), 0),
    ],
)
def test_what_is_asked_for_is_chosen(gpu, device, report, names, cuda):
    assert choose(gpu, device, report) == Devices(names, cuda)


BOTH = "--gpu adds CUDA to the CPU and --device names the only device: give one of them."
CPU = "Leave out --gpu and --device to run on the CPU."
NONE = "it sees no CUDA device (Torch not compiled with CUDA enabled)."


@pytest.mark.parametrize(
    ("gpu", "device", "report", "words"),
    [
        (True, None, NOTHING, f"There is no cuda here: torch 9.9 says that {NONE} {CPU}"),
        (False, "cuda", MAC, f"There is no cuda here: torch 9.9 says that {NONE} {CPU}"),
        (
            True,
            None,
            NOTHING | {"why": ""},
            f"There is no cuda here: torch 9.9 says that it sees no CUDA device (device count 0). {CPU}",
        ),
        (
            False,
            "cuda:2",
            TWO,
            f"There is no cuda:2 here: torch 9.9 says that it sees 2 CUDA devices: A100, T4. {CPU}",
        ),
        (
            False,
            "cuda:1",
            TWO | {"cuda": ["T4"]},
            f"There is no cuda:1 here: torch 9.9 says that it sees 1 CUDA device: T4. {CPU}",
        ),
        (
            False,
            "mps",
            TWO,
            f"There is no mps here: torch 9.9 says that its MPS backend is not available. {CPU}",
        ),
        (
            True,
            "cuda",
            TWO,
            BOTH,
        ),
        (
            True,
            "cpu",
            TWO,
            BOTH,
        ),
    ],
)
def test_a_device_that_is_not_there_is_refused_in_words(gpu, device, report, words):
    with pytest.raises(DevicesError) as problem:
        choose(gpu, device, report)
    assert str(problem.value) == words


@pytest.mark.parametrize(
    "name", ["gpu", "CUDA", "cuda:", "cuda:x", "cuda:-1", "cpu:0:1", "mps:1", "", "cpu cuda"]
)
def test_what_names_no_device_is_refused_without_asking_torch(name):
    with pytest.raises(DevicesError) as problem:
        choose(False, name, None)
    assert str(problem.value) == f"--device {name} is not cpu, cuda, cuda:N or mps."


@pytest.mark.parametrize(
    ("chosen", "visible", "given"),
    [
        (Devices(("cpu", "cuda"), 2), None, ["0", "1", "0"]),
        (Devices(("cuda",), 2), None, ["0", "1", "0"]),
        (Devices(("cpu", "cuda"), 3), "5,7,9", ["5", "7", "9"]),
        (Devices(("cpu", "cuda"), 2), "GPU-a, GPU-b", ["GPU-a", "GPU-b", "GPU-a"]),
        (Devices(("cuda:1",), 2), None, [None, None, None]),  # the user has chosen the one
        (Devices(("cpu",), 0), None, [None, None, None]),
        (Devices(("mps",), 0), None, [None, None, None]),
    ],
)
def test_each_worker_gets_a_gpu_of_its_own(monkeypatch, chosen, visible, given):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [chosen.environment(worker).get("CUDA_VISIBLE_DEVICES") for worker in range(3)] == given
    assert [chosen.of_worker(worker).cuda for worker in range(3)] == [
        1 if one else chosen.cuda for one in given
    ]
    assert chosen.environment(None) == {}
    assert chosen.of_worker(None) == chosen


# On the command line ------------------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch):
    """Let torch report what a test says; the checks' device is only its name."""

    def pretend(report):
        monkeypatch.setattr(plugin, "_ask_torch", lambda config: report)

    return pretend


def cases(result):
    """Return the ids of the collected checks, in brackets."""
    return [line.partition("check_")[2] for line in result.outlines if "::check_" in line]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
@pytest.mark.parametrize("arguments", [["--gpu"], ["--device=cuda:1"], ["--gpu", "--collect-only"]])
def test_without_cuda_a_run_stops_at_once_and_says_what_torch_reports(project, arguments):
    project.answer("raise SystemExit('this must not run')")
    result = project.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    with pytest.raises((AssertionError, RuntimeError)) as reported:
        torch.cuda.init()
    said = str(reported.value).splitlines()[0]
    result.stderr.fnmatch_lines(
        [f"ERROR: There is no cuda* here: torch {torch.__version__} says*sees no CUDA device ({said})*"]
    )
    assert "collected" not in result.stdout.str()
    assert "Traceback" not in result.stderr.str()


def test_a_device_of_no_known_name_stops_at_once(project):
    result = project.run("--device=gpu")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --device gpu is not cpu, cuda, cuda:N or mps."])


def test_a_dtype_of_no_known_name_stops_at_once(project):
    result = project.run("--dtype=float31")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--dtype*invalid choice: 'float31'*float32*"])


VARYING = '''
import pytest

def check_fixed(kata, given):
    """Neither."""
    return {"out": kata.double(given.normal(3))}

def check_device(kata, given, device):
    """By device."""
    return {"out": kata.double(given.normal(3))}

def check_dtype(kata, given, dtype):
    """By dtype."""
    return {"out": kata.double(given.normal(3))}

@pytest.mark.dtypes("bfloat16", "complex64")
def check_both(kata, given, device, dtype):
    """By both, with dtypes of its own."""
    return {"out": kata.double(given.normal(3))}

@pytest.mark.parametrize("dtype", ["float16"])
@pytest.mark.parametrize("device, size", [("cpu", 3)])
def check_own(kata, given, device, dtype, size):
    """By its own choice."""
    return {"out": kata.double(given.normal(size))}
'''


@pytest.fixture
def varying(empty_project):
    return empty_project.kata(checks=VARYING, stub=REFERENCE)


@pytest.mark.parametrize(
    ("arguments", "report", "expected"),
    [
        (
            [],
            None,
            ["fixed", "device", "dtype[float32]", "dtype[float64]", "both[bfloat16]", "both[complex64]"],
        ),
        (
            ["--gpu"],
            TWO,
            [
                *["fixed", "device[cpu]", "device[cuda]", "dtype[float32]", "dtype[float64]"],
                *["both[cpu-bfloat16]", "both[cuda-bfloat16]", "both[cpu-complex64]", "both[cuda-complex64]"],
            ],
        ),
        (
            ["--device=cuda:1"],
            TWO,
            ["fixed", "device", "dtype[float32]", "dtype[float64]", "both[bfloat16]", "both[complex64]"],
        ),
        (["--dtype=float64"], None, ["fixed", "device", "dtype[float64]"]),
        (
            ["--dtype=float32", "--dtype=complex64", "--gpu"],
            TWO,
            [
                "fixed",
                "device[cpu]",
                "device[cuda]",
                "dtype[float32]",
                "both[cpu-complex64]",
                "both[cuda-complex64]",
            ],
        ),
    ],
)
def test_checks_vary_by_what_they_name(varying, machine, arguments, report, expected):
    machine(report)
    found = cases(varying.run("--collect-only", "-q", *arguments))
    own = [] if any("dtype" in argument for argument in arguments) else ["own[cpu-3-float16]"]
    assert sorted(found) == sorted([*expected, *own])


def test_every_dtype_is_judged(varying):
    varying.run().assert_outcomes(passed=7)


def test_what_a_dtype_leaves_out_is_deselected_and_does_not_count_as_solved(varying):
    result = varying.run("--dtype=float64")
    result.assert_outcomes(passed=3, deselected=4)
    assert "1/1" not in result.stdout.str()


def test_a_failure_names_its_dtype(varying):
    varying.answer("def double(x):\n    return 2 * x.real\n")
    result = varying.run("--all-checks")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(
        ["*By both, with dtypes of its own   [[]dtype=complex64]", "*expected complex64*"]
    )


SEEING = '''
def check_device(kata, device, dtype):
    """What a check gets."""
    return {"device": device, "dtype": dtype, "seen": kata.see(device, dtype)}
'''


def test_a_check_gets_what_torch_calls_them(empty_project):
    see = "def see(*values):\n    return [type(value).__name__ for value in values]\n"
    wrong = "def see(*values):\n    return ['device', 'dtype']\n"
    empty_project.kata(checks=SEEING, stub=see, reference=wrong).run("--dtype=float64").assert_outcomes(
        passed=1, deselected=1
    )


MARKED = '''
import pytest

@pytest.mark.needs_cuda
def check_cuda(kata, given, device):
    """On CUDA."""
    return {"out": 1}

@pytest.mark.needs_devices(2)
def check_two(kata, given):
    """On two devices."""
    return {"out": 1}

@pytest.mark.not_on("cpu", "mps")
def check_accelerated(kata, given, device):
    """Not on the CPU."""
    return {"out": 1}

@pytest.mark.not_on("cuda")
def check_slow(kata, given, device, dtype):
    """Not on CUDA."""
    return {"out": 1}
'''


def devices_of(monkeypatch):
    """Return the devices on which the checks of the next run would run, by name; they do not run."""
    ran = {}
    monkeypatch.setattr(CheckItem, "runtest", lambda item: ran.update({item.name: item.check().device}))
    return ran


@pytest.fixture
def marked(empty_project):
    return empty_project.kata(checks=MARKED)


NEEDS_TWO = "needs 2 CUDA devices, and has {} (with --gpu; under -n only one)"
NEEDS_CUDA = "needs CUDA: run it with --gpu on a machine that has a CUDA device"


@pytest.mark.parametrize(
    ("arguments", "report", "skipped"),
    [
        (
            [],
            None,
            {
                "check_cuda": NEEDS_CUDA,
                "check_two": NEEDS_TWO.format(0),
                "check_accelerated": "does not run on cpu",
            },
        ),
        (["--gpu"], TWO, {}),
        (
            ["--gpu"],
            TWO | {"cuda": ["T4"]},
            {"check_two": NEEDS_TWO.format(1)},
        ),
        (
            ["--device=cuda:1"],
            TWO,
            {
                "check_slow[float32]": "does not run on cuda:1",
                "check_slow[float64]": "does not run on cuda:1",
            },
        ),
        (
            ["--device=mps"],
            MAC,
            {
                "check_cuda": NEEDS_CUDA,
                "check_two": NEEDS_TWO.format(0),
                "check_accelerated": "does not run on mps",
                "check_slow[float64]": "MPS has no float64",
            },
        ),
    ],
)
def test_marks_skip_with_their_reason(marked, machine, monkeypatch, arguments, report, skipped):
    machine(report)
    ran = devices_of(monkeypatch)
    result = marked.run("-rs", "-v", *arguments)
    where = {"--gpu": "cuda", "--device=cuda:1": "cuda:1", "--device=mps": "mps"}.get(
        "".join(arguments), "cpu"
    )
    everything = {
        "check_cuda": where,
        "check_two": "cpu",
        "check_accelerated": where,
        "check_slow[float32]": "mps" if where == "mps" else "cpu",
        "check_slow[float64]": "cpu",
    }
    assert ran == {name: device for name, device in everything.items() if name not in skipped}
    assert all(f"{name} SKIPPED" in result.stdout.str() for name in skipped)
    assert all(reason in result.stdout.str() for reason in skipped.values())


@pytest.mark.parametrize(("asked", "device"), [("--gpu", "cuda"), ("--device=cuda:1", "cuda:1")])
def test_what_needs_cuda_runs_there_without_a_device_argument_and_draws_there(
    empty_project, machine, monkeypatch, asked, device
):
    machine(TWO)
    without = "import pytest\n\n@pytest.mark.needs_cuda\ndef check_cuda(kata, given):\n    return {}\n"
    drawn = []
    monkeypatch.setattr(
        CheckItem, "runtest", lambda item: drawn.append((item.check().device, item.funcargs["given"]._device))
    )
    empty_project.kata(checks=without).run(asked)
    assert drawn == [(device, device)]


@pytest.mark.parametrize(
    ("arguments", "report", "header"),
    [
        ([], None, "device cpu, dtype any, *"),
        (["--gpu"], TWO, "device cpu + cuda, dtype any, *TF32 off*"),
        (
            ["--device=cuda:1", "--dtype=float32", "--dtype=float16"],
            TWO,
            "device cuda:1, dtype float32 float16, *",
        ),
    ],
)
def test_the_header_names_devices_and_dtypes(project, machine, arguments, report, header):
    machine(report)
    result = project.run("--collect-only", *arguments)
    result.stdout.fnmatch_lines([f"torchkata: {header}"])


def test_the_marks_are_documented(project):
    lines = project.run_on("--markers").outlines
    for mark in devices.MARKS:
        assert f"@pytest.mark.{mark}" in lines


WORKER = """
import os

def see():
    return os.environ["PYTEST_XDIST_WORKER"][2:], os.environ["CUDA_VISIBLE_DEVICES"]
"""
WORKERS = '''
import pytest
from pytest_torchkata.checks import requirement

@pytest.mark.needs_cuda
def check_device(kata):
    """The device that a worker has."""
    return {"seen": kata.see()}

@requirement(check_device, "seen")
def of_its_worker(value):
    return None if value[0] == value[1] else "the worker's own"

@pytest.mark.needs_devices(2)
def check_two(kata):
    """Two devices."""
    return {}
'''


def test_under_xdist_each_worker_sees_one_device(empty_project):
    empty_project.pytester.makeconftest(
        f"from pytest_torchkata import plugin\nplugin._ask_torch = lambda config: {TWO!r}\n"
    )
    for name in ("a", "b", "c"):
        empty_project.kata(f"toy/{name}", stub=WORKER, reference=WORKER, checks=WORKERS)
    result = empty_project.run_apart("--gpu", "-n2", "-rs")
    result.assert_outcomes(passed=3, skipped=3)
    result.stdout.fnmatch_lines(["*" + NEEDS_TWO.format(1)])
