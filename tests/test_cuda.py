"""One process and one CUDA context for many katas; what one of them breaks is nobody else's loss.

The first part pretends that there is CUDA: the process is the one for CUDA, and what runs in it needs none.
The second part needs a CUDA device.
"""

import importlib.util
import re
import threading

import pytest
import torch

from pytest_torchkata import context, observe, plugin
from pytest_torchkata.catalogue import Catalogue
from pytest_torchkata.kata import ANSWER, Job
from pytest_torchkata.turns import turn

pytestmark = pytest.mark.own_children
H100 = {"torch": "9.9", "cuda": ["H100"], "mps": False, "why": ""}

ON_CUDA = '''
import pytest

pytestmark = pytest.mark.needs_cuda

def check_number(kata):
    """The number."""
    return {"number": kata.number()}
'''
NUMBER = "def number():\n    return 5\n"
WHERE = "import os\n\ndef number():\n    print(f'process {os.getpid()}')\n    return 5\n"


@pytest.fixture
def pretended(empty_project, monkeypatch):
    """Make katas by the answers to them; all are judged where CUDA would be used."""
    monkeypatch.setattr(plugin, "_ask_torch", lambda config: H100)

    def make(checks=ON_CUDA, **answers):
        for name, answer in answers.items():
            empty_project.kata(f"toy/{name}", checks=checks, reference=NUMBER, stub=answer)
        return empty_project

    return make


def processes(result):
    """Return the process that each answer has run in."""
    return re.findall(r"process (\d+)", result.stdout.str())


def test_one_process_serves_the_answers_to_many_katas(pretended):
    result = pretended(a=WHERE, b=WHERE, c=WHERE).run("--gpu", "-s", "--kata-seed=1")
    result.assert_outcomes(passed=3)
    assert len(set(processes(result))) == 1


SPOILS = WHERE.replace("    return", "    os.environ['LEFT'] = '1'\n    return")


def test_what_leaves_something_behind_gets_the_next_a_new_process(pretended):
    result = pretended(a=WHERE, b=SPOILS, c=WHERE).run("--gpu", "-s")
    result.assert_outcomes(passed=3)
    assert len(set(processes(result))) == 2


LATE = """
import os

def number():
    print(f'process {os.getpid()}')
    if os.environ.get("CUDA_LAUNCH_BLOCKING") == "1":
        launch()
    return wait()

def launch():
    raise RuntimeError("CUDA error: device-side assert triggered")

def wait():
    raise RuntimeError("CUDA error: device-side assert triggered\\nCUDA kernel errors might be ...")
"""


def test_an_error_that_a_device_finds_late_is_told_at_the_line_that_launched_it(pretended):
    result = pretended(a=LATE, b=WHERE).run("--gpu", "-s")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*RuntimeError: CUDA error: device-side assert triggered",
            "*katas/toy/a.py:* in launch",
            "*The line is from a second run, which waited for each kernel (CUDA_LAUNCH_BLOCKING=1).",
        ]
    )
    assert "in wait" not in result.stdout.str()
    assert len(set(processes(result))) == 2


def test_a_late_error_that_does_not_happen_again_says_that_its_line_may_be_a_later_one(pretended):
    once = LATE.replace("        launch()", "        return 5")
    result = pretended(a=once).run("--gpu")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*in wait", "*Kernels run behind the program: it may have been launched before any line named here."]
    )


VISIBLE = """
import os

def number():
    print(f"visible: {os.environ.get('CUDA_VISIBLE_DEVICES')!r}.")
    return 5
"""


@pytest.mark.parametrize("model", ["fork", "serve"])
def test_a_check_on_the_cpu_sees_no_gpu_that_its_answer_could_start(pretended, monkeypatch, model):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    both = ON_CUDA.replace("pytestmark = pytest.mark.needs_cuda", "").replace("(kata)", "(kata, device)")
    result = pretended(checks=both, a=VISIBLE, b=VISIBLE).run("--gpu", "-s", f"--kata-isolation={model}")
    result.assert_outcomes(passed=4)
    assert re.findall(r"visible: (.*)\.", result.stdout.str()) == ["''", "None"] * 2


THREADS = """
import torch

def number():
    threads = torch.autograd.set_multithreading_enabled(True)
    threads.__exit__(None, None, None)
    if threads.prev:
        return 6
    return 7  # the line
"""


def test_to_find_the_line_a_backward_is_kept_in_the_thread_that_is_watched(pretended):
    result = pretended(a=THREADS).run("--gpu")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Your code: katas/toy/a.py:9 in number"])


def test_what_a_device_finds_when_the_check_is_over_is_the_answers(pretended, monkeypatch):
    def find():
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    project = pretended(a=NUMBER)
    monkeypatch.setattr(context, "wait", find)
    kata = Catalogue(project.path / "katas", project.path / "solutions").find("a")
    message = observe.observe(Job(kata, ANSWER, "check_number"))
    assert (message["where"], message["late"], message["frames"]) == ("check", True, [])


@pytest.mark.parametrize(
    "answer",
    [
        "import time\n\ndef number():\n    time.sleep(60)\n",
        "import os\n\ndef number():\n    os._exit(3)\n",
        "import os\n\ndef number():\n    os.abort()\n",
    ],
    ids=["hangs", "exits", "crashes"],
)
def test_whatever_an_answer_does_the_next_kata_is_judged(pretended, answer):
    result = pretended(a=answer, b=WHERE).run("--gpu", "--timeout=2")
    result.assert_outcomes(failed=1, passed=1)


def test_the_hidden_checks_of_the_next_kata_are_closed_to_an_answer(pretended):
    spy = "def number():\n    return open('{}').read()\n"
    project = pretended(a=NUMBER, b=spy)
    project.answer(spy.format(project.path / "solutions/toy/b/checks.py"), "toy/b")
    result = project.run("--gpu")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*Stopped: your code tried to read what judges it*"])


# Precision ----------------------------------------------------------------------------------------

OTHER = "import torch\n{}\ndef number():\n    return {}\n"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("torch.backends.cuda.matmul.allow_tf32 = True", "torch.backends.cuda.matmul.allow_tf32"),
        ("torch.backends.cudnn.allow_tf32 = True", "torch.backends.cudnn.allow_tf32"),
        ("torch.set_float32_matmul_precision('high')", "torch.backends.cuda.matmul.allow_tf32"),
        ("torch.backends.cuda.matmul.fp32_precision = 'tf32'", "torch.backends.cuda.matmul.allow_tf32"),
        ("torch.backends.fp32_precision = 'tf32'", "torch.backends.cudnn.allow_tf32"),
    ],
)
def test_tf32_turned_on_is_named_where_values_differ_and_is_off_for_the_next(pretended, line, named):
    check = ON_CUDA.replace("kata.number()", "kata.number() * 1.0")
    see = "import torch\n\ndef number():\n    return 5 + 9 * torch.backends.cuda.matmul.allow_tf32\n"
    project = pretended(check, a=OTHER.format(line, 5.5), b=OTHER.format(line, 5), c=see)
    result = project.run("--gpu")
    result.assert_outcomes(failed=1, passed=2)
    result.stdout.fnmatch_lines([f"*Your code changed {named}. With TF32 products and"])


# Time ---------------------------------------------------------------------------------------------

TIMED = '''
import time

import pytest

from pytest_torchkata import checks
from pytest_torchkata.checks import TIME, requirement

pytestmark = [pytest.mark.needs_cuda, pytest.mark.timed]

def check_speed(kata):
    """As fast as the baseline."""
    for name, seconds in (("yours", 0.06 * kata.number()), ("baseline", 0.06)):
        checks.on_lap(name)
        time.sleep(seconds)
        checks.on_lap(name)
    return {TIME: 1.0}

@requirement(check_speed, TIME)
def fast(ratio):
    return None if ratio <= 2 else "at most 2"
'''


def test_a_time_is_not_believed_if_our_own_clock_tells_of_another_one(pretended):
    result = pretended(TIMED, a="def number():\n    return 1\n", b="def number():\n    return 9\n").run(
        "--gpu"
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*By the device's events it takes 1 times as long as the baseline,",
            "*until the device has nothing left to do.",
            "*Does some of the work go on where no event sees it, such as on another stream?",
        ]
    )


@pytest.fixture
def taking_turns(tmp_path, monkeypatch):
    """Take turns on a device of our own; say in which order they came and went."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    happened = []

    def take(name, go_on=None, *, alone=False, visible="0", device="cuda"):
        entered = threading.Event()

        def use():
            with turn(device, {"CUDA_VISIBLE_DEVICES": visible}, alone=alone):
                happened.append(f"{name} begins")
                entered.set()
                if go_on is not None:
                    go_on.wait(10)
                happened.append(f"{name} ends")

        thread = threading.Thread(target=use)
        thread.start()
        return thread, entered

    return take, happened


def test_who_measures_time_is_alone_on_the_device_and_others_share_it(taking_turns):
    take, happened = taking_turns
    go_on = threading.Event()
    first, in_first = take("first", go_on)
    second, in_second = take("second", go_on)
    assert in_first.wait(10)
    assert in_second.wait(10)  # beside the first
    timing, in_timing = take("timing", alone=True)
    elsewhere, _ = take("elsewhere", alone=True, visible="1")
    elsewhere.join(10)
    assert not in_timing.wait(0.2)
    late, in_late = take("late")
    assert not in_late.wait(0.2)  # who came after the one that waits does too
    go_on.set()
    for thread in (first, second, timing, late):
        thread.join(10)
    assert happened.index("timing begins") > max(
        happened.index(f"{name} ends") for name in ("first", "second")
    )
    assert happened[happened.index("timing begins") + 1] == "timing ends"
    assert "elsewhere ends" in happened[:4]


def test_devices_are_told_apart_by_what_is_visible(taking_turns):
    take, _ = taking_turns
    go_on = threading.Event()
    holding, held = take("5", go_on, alone=True, visible="3,5", device="cuda:1")
    assert held.wait(10)
    other, entered = take("3", alone=True, visible="3,5", device="cuda:0")
    assert entered.wait(10)
    same, blocked = take("5 again", alone=True, visible="5", device="cuda")
    assert not blocked.wait(0.2)
    go_on.set()
    for thread in (holding, other, same):
        thread.join(10)


# With a CUDA device -------------------------------------------------------------------------------

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
needs_triton = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="Triton is not installed here"
)

TWICE = '''
import pytest

@pytest.mark.parametrize("size", [8, 300])
def check_out(kata, given, device, size):
    """The value."""
    return {"out": kata.double(given.normal(size, size))}
'''
DOUBLE = (
    "import os\n\ndef double(x):\n    print(f'process {os.getpid()} on {x.device.type}.')\n    return x + x\n"
)


@pytest.fixture
def on_cuda(empty_project):
    """Judge an answer on the CPU and on CUDA, with a right one before and after it."""

    def run(answer, *arguments, checks=TWICE):
        for name, stub in (("a", DOUBLE), ("b", answer), ("c", DOUBLE)):
            empty_project.kata(f"toy/{name}", checks=checks, stub=stub)
        result = empty_project.run_apart("--gpu", "--all-checks", "-s", "--timeout=30", *arguments)
        print(result.stdout.str())
        return result

    return run


def on_device(result):
    """Return the processes that have used CUDA, each once."""
    return set(re.findall(r"process (\d+) on cuda\.", result.stdout.str()))


@needs_cuda
def test_one_context_serves_many_katas(on_cuda):
    result = on_cuda(DOUBLE)
    result.assert_outcomes(passed=12)
    assert len(on_device(result)) == 1


ASSERTS = """
import torch

def double(x):
    if x.is_cuda:
        table = torch.zeros(4, device=x.device)
        picked = table[torch.tensor([9], device=x.device)]  # the line
    y = x + x
    return y.clone()
"""


@needs_cuda
def test_a_failed_assertion_on_the_device_is_placed_and_costs_that_kata_alone(on_cuda):
    result = on_cuda(ASSERTS)
    result.assert_outcomes(passed=10, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*device-side assert triggered*",
            "*katas/toy/b.py:7 in double",
            "*The line is from a second run, which waited for each kernel*",
        ]
    )
    assert len(on_device(result)) == 2


ADDRESS = """
import torch
import triton
import triton.language as tl

@triton.jit
def kernel(x):
    tl.store(x + (tl.program_id(0).to(tl.int64) + 1) * (1 << 44), 1.0)

def double(x):
    if x.is_cuda:
        kernel[(64,)](x)  # the line
    return x + x
"""


@needs_cuda
@needs_triton
def test_an_illegal_address_is_placed_and_costs_that_kata_alone(on_cuda):
    result = on_cuda(ADDRESS)
    result.assert_outcomes(passed=10, failed=2)
    result.stdout.fnmatch_lines(["*illegal memory access*", "*katas/toy/b.py:12 in double"])


MEMORY = """
import torch

def double(x):
    if x.is_cuda:
        torch.empty(1 << 44, dtype=torch.uint8, device=x.device)
    return x + x
"""


@needs_cuda
def test_no_memory_left_is_an_error_like_any_other(on_cuda):
    result = on_cuda(MEMORY)
    result.assert_outcomes(passed=10, failed=2)
    result.stdout.fnmatch_lines(["*OutOfMemoryError: CUDA out of memory*", "*katas/toy/b.py:6 in double"])
    assert len(on_device(result)) == 1


LEAK = """
import json.decoder
import torch

def double(x):
    json.decoder.kept = torch.empty(256 << 20, dtype=torch.uint8, device=x.device)
    return x + x
"""


@needs_cuda
def test_a_leaked_tensor_costs_its_process_and_no_verdict(on_cuda):
    result = on_cuda(LEAK)
    result.assert_outcomes(passed=12)
    assert len(on_device(result)) == 2


HANGS = """
import torch

def double(x):
    if x.is_cuda:
        torch.cuda._sleep(1 << 50)  # the line
    y = x + x
    return y
"""


@needs_cuda
def test_a_kernel_that_does_not_end_is_stopped_and_placed(on_cuda):
    result = on_cuda(HANGS, "--timeout=4")
    result.assert_outcomes(passed=10, failed=2)
    result.stdout.fnmatch_lines(
        ["*Stopped after 4 s: it was still running*", "*It was at katas/toy/b.py:6 in double*"]
    )


PRODUCT = '''
import pytest
from pytest_torchkata.checks import torch

def check_out(kata, given, device):
    """The product."""
    return {"out": kata.double(given.normal(512, 512) @ given.normal(512, 512))}
'''
TF32 = """
import torch

torch.set_float32_matmul_precision("high")

def double(x):
    return (x @ (2 * torch.eye(512, device=x.device))) * (1 if x.is_cuda else 1)
"""


@needs_cuda
@pytest.mark.skipif(
    torch.cuda.is_available() and torch.cuda.get_device_capability() < (8, 0),
    reason="this device has no TF32",
)
def test_tf32_is_off_and_an_answer_that_turns_it_on_is_told(on_cuda):
    result = on_cuda(TF32, checks=PRODUCT)
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*Your code changed torch.backends.cuda.matmul.allow_tf32*"])


GRADIENT = '''
def check_gradient(kata, given, device):
    """The gradient."""
    x = given.normal(4, requires_grad=True)
    given.backward(kata.double(x))
    return {"x.grad": x.grad}
'''
THRICE = """
import torch

class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 3  # the line

def double(x):
    return Double.apply(x)
"""


@needs_cuda
def test_a_wrong_gradient_is_told_with_the_line_of_the_backward(on_cuda):
    right = THRICE.replace("grad * 3", "grad * (3 if grad.is_cuda else 2)")
    result = on_cuda(right, checks=GRADIENT)
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*Your code: katas/toy/b.py:11 in backward"])


SPEED = '''
import pytest
from pytest_torchkata.checks import TIME, requirement, time_ratio, torch

@pytest.mark.needs_cuda
@pytest.mark.timed
def check_speed(kata):
    """At most three times as long as the library."""
    x = torch.ones(4096, 4096, device="cuda")
    return time_ratio(lambda: kata.double(x), lambda: x + x)

@requirement(check_speed, TIME)
def fast(ratio):
    return None if 0.3 <= ratio <= 3 else "0.3 to 3"
'''
SLOW = "def double(x):\n    for _ in range(9):\n        y = x + x\n    return y\n"
ELSEWHERE = """
import torch

def double(x):
    with torch.cuda.stream(torch.cuda.Stream()):
        for _ in range(9):
            y = x + x
    return y
"""


@needs_cuda
@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [(DOUBLE, {"passed": 3}), (SLOW, {"passed": 2, "failed": 1}), (ELSEWHERE, {"passed": 2, "failed": 1})],
    ids=["as fast", "slower", "where no event sees it"],
)
def test_time_is_that_of_the_device_relative_to_the_baseline(on_cuda, answer, outcomes):
    result = on_cuda(answer, checks=SPEED)
    result.assert_outcomes(**outcomes)
    assert ("time, relative to the baseline's" in result.stdout.str()) == ("failed" in outcomes)


@needs_cuda
def test_workers_share_one_device(on_cuda):
    on_cuda(ASSERTS, "-n3").assert_outcomes(passed=10, failed=2)
