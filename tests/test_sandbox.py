"""What one answer does stays with it, and nothing of it is left when the run is over."""

import itertools
import os
import re
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks.soak import processes
from pytest_torchkata import compare, explain, rules, sandbox, transport
from pytest_torchkata.kata import ANSWER, Job, Kata, Observed
from tests.conftest import REFERENCE, TOML, until

# State --------------------------------------------------------------------------------------------

PROBE = """
import colorsys, gc, os, random, sys, threading, warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def state():
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    y = F.relu(nn.ReLU()(nn.Identity()(x)))
    return {
        "dtype": x.dtype,
        "device": y.device,
        "graph": y.requires_grad,
        "inference": y.is_inference(),
        "relu": y,
        "sum": x.sum() + max([1, 2]),
        "random": [torch.rand(2), random.random(), np.random.rand()],
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomaly": torch.is_anomaly_enabled(),
        "matmul": torch.get_float32_matmul_precision(),
        "denormal": torch.tensor([1e-40]) * 2 > 0,
        "threads": [torch.get_num_threads(), threading.active_count()],
        "environment": [os.environ.get("MEDDLED"), "PATH" in os.environ],
        "directory": [Path.cwd().name, os.listdir()],
        "path": "meddled" in sys.path,
        "module": hasattr(colorsys, "rgb_to_hsv"),
        "recursion": sys.getrecursionlimit(),
        "filters": [(f[0], f[2].__name__) for f in warnings.filters],
        "gc": gc.isenabled(),
        "excepthook": sys.excepthook is sys.__excepthook__,
        "closed": sys.stdout.closed,
    }
"""

PROBE_CHECKS = '''
def check_state(kata):
    """The state of the process."""
    return kata.state()
'''

MEDDLING = {
    "default dtype": "torch.set_default_dtype(torch.float64)",
    "default device": "torch.set_default_device('meta')",
    "random state": "torch.manual_seed(0); random.seed(0); np.random.seed(0)",
    "grad mode": "torch.set_grad_enabled(False)",
    "inference mode": "sys.kept = torch.inference_mode(); sys.kept.__enter__()",
    "deterministic mode": "torch.set_deterministic_debug_mode('error')",
    "anomaly mode": "torch.autograd.set_detect_anomaly(True)",
    "matmul precision": "torch.set_float32_matmul_precision('medium')",
    "denormals": "torch.set_flush_denormal(True)",
    "threads of torch": "torch.set_num_threads(3)",
    "a thread": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "environment": "os.environ['MEDDLED'] = '1'; os.environ.pop('PATH')",
    "directory": "os.chdir('/')",
    "files": "open('left', 'w').close(); os.mkdir('here'); os.symlink('/', 'root')",
    "sys.path": "sys.path.insert(0, 'meddled')",
    "sys.modules": "sys.modules['colorsys'] = types.ModuleType('colorsys')",
    "a function of torch": "F.relu = torch.neg",
    "a method of Tensor": "torch.Tensor.sum = lambda self: self[0]",
    "a method of a module": "nn.ReLU.forward = lambda self, x: x * 5",
    "a hook on all modules": "nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 3)",
    "a function mode": "Mode().__enter__()",
    "a builtin": "builtins.max = min",
    "warnings filters": "warnings.simplefilter('error', ResourceWarning)",
    "recursion limit": "sys.setrecursionlimit(5000)",
    "garbage collection": "gc.disable()",
    "excepthook": "sys.excepthook = print",
    "closed stdout": "sys.stdout.close()",
    "an alarm": "signal.alarm(1000)",
    "a signal's handler": "signal.signal(signal.SIGUSR2, lambda *_: None)",
}

ONE_CHECK = '''
def check_value(kata, given):
    """The value."""
    return {"out": kata.double(given.normal(3))}
'''
SOME = ["default dtype", "a method of a module", "files"]
IMPORTS = """
import builtins, gc, os, random, signal, sys, threading, types, warnings
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode


class Mode(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {})) if func is not torch.Tensor.sum else args[0][0]
"""
MEDDLER = (
    IMPORTS
    + """
def double(x):
    MEDDLE
    raise ArithmeticError("meddled")
"""
)


def passed(result):
    """Return the ids of the checks that passed."""
    return re.findall(r"^PASSED katas/(.+)$", result.stdout.str(), re.MULTILINE)


@pytest.mark.parametrize("model", ["fork", "serve"])
def test_state_reaches_neither_another_kata_nor_the_next_run(empty_project, model):
    # Another process that serves takes seconds to start; the next test looks at when there is one.
    meddling = SOME if model == "serve" else list(MEDDLING)
    probes = []
    for number, what in enumerate(meddling):
        meddler = MEDDLER.replace("MEDDLE", MEDDLING[what])
        empty_project.kata(f"toy/k{number:02}", stub=meddler, checks=ONE_CHECK)
        if what in SOME or what == meddling[-1]:
            probes.append(f"toy/k{number:02}probe")
            empty_project.kata(probes[-1], stub=PROBE, reference=PROBE, checks=PROBE_CHECKS, wrong="")
    result = empty_project.run(f"--kata-isolation={model}", "-rA")
    assert [probe for probe in probes if f"{probe}.py::check_state" not in passed(result)] == []
    assert len(re.findall(r"^ +ArithmeticError: meddled", result.stdout.str(), re.MULTILINE)) == len(meddling)
    result = empty_project.run_on(f"katas/{probes[0]}.py", f"--kata-isolation={model}")
    result.assert_outcomes(passed=1)


# Every job gets an empty directory and a seed; what a module is called is the answers' own affair.
ELSEWHERE = ("files", "random state", "sys.modules")
REPLACING = ("a function of torch", "a method of Tensor", "a method of a module", "a builtin")
HARMLESS = {
    "nothing": "pass",
    "an import": "import colorsys, xml.dom; from torch.utils import data",
    "a backward": "nn.Linear(2, 2)(torch.ones(2, requires_grad=True)).sum().backward()",
    "an optimizer": "torch.optim.Adam([torch.ones(2, requires_grad=True)]).step()",
    "random numbers": "torch.rand(2); random.random(); np.random.rand(); torch.manual_seed(3)",
    "a loader": "list(torch.utils.data.DataLoader([1, 2, 3], batch_size=2))",
    "a loader with a worker": (
        "list(torch.utils.data.DataLoader([1, 2, 3], num_workers=1));"
        "[thread.join(9) for thread in threading.enumerate() if thread.name == 'QueueFeederThread']"
    ),
    "numpy": "np.linalg.norm(torch.ones(3).numpy())",
    "no grad": "torch.no_grad()(torch.ones)(2)",
    "output": "print(torch.ones(2), file=sys.stderr); print(1)",
    "a class": "type('Mine', (nn.Module,), {})()",
    "an ended thread": "t = threading.Thread(target=print); t.start(); t.join()",
    "a warning": "warnings.warn('x')",
}
NOTICEABLE = {what: MEDDLING[what] for what in MEDDLING if what not in ELSEWHERE + REPLACING}
NOTICED = (
    IMPORTS
    + """
import importlib

state = importlib.import_module("pytest_" + "torchkata.state")

known = {}

def noticed(code):
    if code not in known:  # one case is repeated
        before = state.fingerprint()
        exec(code)
        known[code] = state.changes(before)[0]
    return known[code]
"""
)
NOTICED_CHECKS = f"""
import pytest

CASES = {{**{NOTICEABLE!r}, **{HARMLESS!r}}}


@pytest.mark.parametrize("what", CASES)
def check_noticed(kata, what):
    return {{"noticed": kata.noticed(CASES[what])}}
"""


def test_a_process_in_which_state_was_changed_is_known_as_such(empty_project):
    reference = f"def noticed(code):\n    return code not in {list(HARMLESS.values())!r}\n"
    empty_project.kata(stub=NOTICED, reference=reference, checks=NOTICED_CHECKS, wrong="")
    run = passed(empty_project.run("-rA", "--all-checks", "--kata-isolation=fork"))
    assert [
        what for what in [*NOTICEABLE, *HARMLESS] if f"toy/double.py::check_noticed[{what}]" not in run
    ] == []


@pytest.mark.parametrize("what", REPLACING)
def test_what_an_answer_has_replaced_is_told(empty_project, isolation, what):
    code = IMPORTS + f"\n\ndef double(x):\n    {MEDDLING[what]}\n    return x + x\n"
    result = empty_project.kata(stub=code, checks=ONE_CHECK).run(isolation)
    name = MEDDLING[what].partition(" =")[0].replace("F.", "torch.nn.functional.").replace("nn.ReLU", "*ReLU")
    result.stdout.fnmatch_lines([f"*Your code replaced *{name}, and left it so*"])
    result.assert_outcomes(failed=1)


LEAKING = """
import torch

def double(x):
    torch.utils.leaked = 2 * x.detach()
    return 2 * x
"""
SPYING = """
import torch

def double(x):
    return getattr(torch.utils, "leaked", x)
"""


def test_an_answer_does_not_see_what_the_reference_has_computed(project, isolation):
    project.kata("toy/spy", reference=LEAKING, stub=SPYING)
    result = project.run_on("katas/toy/spy.py", isolation, "--all-checks")
    result.assert_outcomes(passed=1, failed=2)  # the shape is that of x
    result.stdout.fnmatch_lines(["*out *expected*yours*"])


# The end ------------------------------------------------------------------------------------------

STARTING = """
import os, signal, threading

def double(x):
    for start in (lambda: None, os.setsid):
        if os.fork() == 0:
            start()
            signal.pause()
    if os.fork() == 0:
        if os.fork() == 0:  # an orphan
            os.setsid()
            signal.pause()
        os._exit(0)
    threading.Thread(target=threading.Event().wait).start()
    {then}
    return 2 * x
"""


def start(project, then):
    return project.kata("toy/start", stub=STARTING.format(then=then), checks=ONE_CHECK)


@pytest.fixture
def temporary(project, monkeypatch):
    """The only directory for temporary files."""
    path = project.path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return path


@pytest.mark.own_children
def test_nothing_is_left_of_a_run(project, temporary, isolation):
    start(project, "").run_on("katas/toy/start.py", isolation).assert_outcomes(passed=1)
    until(lambda: not list(processes(str(temporary))))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("isolation", "ours"), [("fork", 3), ("serve", 4)])
def test_nothing_is_left_of_a_run_that_was_killed(project, temporary, isolation, ours):
    start(project, "sum(iter(int, 1))")
    arguments = ["katas/toy/start.py", f"--kata-isolation={isolation}", "--timeout=0"]
    run = project.pytester.popen([sys.executable, "-m", "pytest", *arguments], stdin=None)
    until(lambda: len(list(processes(str(temporary)))) >= ours + 3)
    run.kill()
    run.communicate()
    until(lambda: not list(processes(str(temporary))))
    until(lambda: not list(temporary.iterdir()))


TELLING = """
import os

def double(x):
    print("processes:", os.getpgid(os.getppid()), os.getppid(), os.getpid())
    return 2 * x
"""


def told(result):
    result.assert_outcomes(passed=3)
    lines = re.findall(r"^processes: (.*)$", result.stdout.str(), re.MULTILINE)
    return [int(pid) for line in lines for pid in line.split()]


@pytest.mark.parametrize(("isolation", "who"), [("fork", 1), ("serve", 2)])
def test_a_child_that_was_killed_from_outside_is_replaced(project, isolation, who):
    project.answer(TELLING)
    before = told(project.run(f"--kata-isolation={isolation}", "-rA"))
    os.kill(before[who], signal.SIGKILL)
    assert not set(before) & set(told(project.run(f"--kata-isolation={isolation}", "-rA")))


def test_an_answer_that_kills_its_parent_costs_one_kata(project, isolation):
    project.answer("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nraise ValueError\n")
    project.kata("toy/other", stub=REFERENCE)
    result = project.run(isolation)
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.own_children
@pytest.mark.own_programs
@pytest.mark.parametrize(
    "error", ["ImportError('libtorch.so: no such file')", "SystemExit('no torch today')"]
)
def test_a_torch_that_cannot_be_imported_is_told_once(project, monkeypatch, isolation, error):
    (project.path / "here/torch").mkdir(parents=True)
    (project.path / "here/torch/__init__.py").write_text(f"raise {error}\n")
    monkeypatch.syspath_prepend(project.path / "here")
    result = project.kata("toy/other").run(isolation)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    said = error.split("'")[1]
    lines = [line for line in result.outlines if line.startswith("The process that runs katas")]
    assert len(lines) == 1
    assert said in lines[0]
    assert lines[0].endswith(f"Does this work?  {sys.executable} -c 'import torch'")
    result.stdout.fnmatch_lines(["*Interrupted: no kata can be run*"])
    result.assert_outcomes(failed=1)


@pytest.mark.own_children
@pytest.mark.own_programs
def test_a_torch_that_takes_too_long_is_told(project, monkeypatch, isolation):
    monkeypatch.setattr(sandbox, "STARTUP", 0.0)
    result = project.run(isolation)
    result.stdout.fnmatch_lines(["*could not start: it took more than 0 s. Does this work?*"])
    result.assert_outcomes(failed=1)


WANDERS = """
import os

def double(x):
    os.makedirs("runs/1")
    os.chdir("runs/1")
    os.removedirs("../../runs/1")
    return x + x
"""


def test_whatever_directory_an_answer_leaves_its_repetition_begins_in_an_empty_one(empty_project):
    empty_project.kata(checks=ONE_CHECK, stub=WANDERS).run().assert_outcomes(passed=1)


def test_children_that_end_again_and_again_are_told(project, monkeypatch):
    monkeypatch.setattr(sandbox, "_run_on", lambda children, job: [])
    result = project.run()
    result.stdout.fnmatch_lines(
        ["The process that runs katas ended before it could begin. Is the memory full[?]"]
    )
    result.assert_outcomes(failed=1)


BLIND = """
import contextlib, os

for fd in range(3, 64):
    with contextlib.suppress(OSError):
        {}

def double(x):
    {}
"""


@pytest.mark.parametrize(
    ("what", "then"), [("os.close(fd)", "while True: pass"), ("os.write(fd, b'\\xff' * 64)", "return 2 * x")]
)
def test_an_answer_that_meddles_with_our_streams_costs_one_kata(project, isolation, what, then):
    project.answer(BLIND.format(what, then)).kata("toy/other", stub=REFERENCE)
    result = project.run(isolation, "--timeout=1")
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.no_fnmatch_line("*Traceback*")


# Output, memory -----------------------------------------------------------------------------------


def test_what_the_processes_of_an_answer_print_is_shown_too(project, isolation):
    code = "import os\ndef double(x):\n    if not os.fork():\n        os.write(1, b'said\\n')\n"
    project.answer(code + "        os.write(2, b'cried\\n')\n        os._exit(0)\n    os.wait()\n")
    result = project.run(isolation)
    result.stdout.fnmatch_lines(["*Captured output call*", "said", "cried"])
    assert "cried" not in result.stderr.str()


LARGE = "import torch\ndef double(x):\n    torch.empty(1 << 30, dtype=torch.uint8)\n    return 2 * x\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is counted on Linux only")
@pytest.mark.parametrize(
    ("setting", "option", "fits"),
    [
        (None, None, True),
        (None, "0.25", False),
        ("0.25", None, False),
        ("0.25", "2", True),
        ("0.25", "0", True),
    ],
)
def test_the_memory_of_an_answer_is_limited_as_asked(project, setting, option, fits):
    project.ini("-p no:cacheprovider", **({"torchkata_limits": f"memory={setting}"} if setting else {}))
    project.answer(LARGE)
    result = project.run(*([f"--kata-limit=memory={option}"] if option else []))
    result.assert_outcomes(**({"passed": 3} if fits else {"failed": 1}))
    if not fits:
        result.stdout.fnmatch_lines(["*Stopped for lack of memory*", "*double.py:3 in double*"])


@pytest.mark.parametrize("value", ["-1", "lots", "nan"])
@pytest.mark.parametrize("place", ["option", "setting"])
def test_a_memory_that_cannot_be_is_told(project, place, value):
    if place == "setting":
        project.ini(torchkata_limits=f"memory={value}")
    result = project.run(*([f"--kata-limit=memory={value}"] if place == "option" else []))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*memory*{value}*"])
    result.stderr.no_fnmatch_line("*Traceback*")


# Ranks --------------------------------------------------------------------------------------------

RANKS_TOML = TOML.replace("implement", "distributed")
TOTAL = """
import torch
import torch.distributed as dist

def total(x, rank):
    {}
    dist.all_reduce(x)
    return x
"""
RANKS = '''
import pytest

@pytest.mark.ranks({ranks})
def check_total(kata, given, rank):
    """The total over all ranks."""
    return {{"total": kata.total(given.normal(3) * rank, rank), "rank": rank}}
'''


@pytest.fixture
def together(empty_project):
    """A kata of several ranks, with the first lines of its answer."""

    def make(code, ranks=2):
        empty_project.kata(
            stub=TOTAL.format(code),
            reference=TOTAL.format(""),
            toml=RANKS_TOML,
            checks=RANKS.format(ranks=ranks),
        )
        return empty_project

    return make


def test_ranks_run_at_once_and_meet(together, isolation):
    together("x = x + 0").run(isolation).assert_outcomes(passed=1)


def test_a_difference_names_its_rank(together):
    result = together("x = x + (rank == 1) * 0.5").run()
    result.stdout.fnmatch_lines(["*rank 0: total *expected*", "*rank 1: total *expected*"])


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("raise ValueError('mine')", ["*ValueError: mine*", "*double.py:7 in total on rank {}"]),
        ("import os; os._exit(3)", ["*ended its process (status 3)*"]),
        ("import faulthandler; faulthandler._sigsegv()", ["*SIGSEGV*", "*double.py:7 in total on rank {}."]),
    ],
)
def test_the_rank_that_fails_by_itself_is_told(together, rank, does, said):
    result = together(f"if rank == {rank}:\n        {does}").run()
    result.stdout.fnmatch_lines([line.format(rank) for line in said])


def test_ranks_that_wait_for_each_other_are_told_each_with_its_place(together):
    result = together("if rank == 1:\n        while True: pass").run("--timeout=1")
    result.stdout.fnmatch_lines(
        [
            "*Stopped after 1 s*",
            "*It was at katas/toy/double.py:8 in total on rank 0, line 7 in total on rank 1.",
        ]
    )


# Replies ------------------------------------------------------------------------------------------

STEP = {"line": 3, "function": "f", "text": "", "returned": "None"}
REPLIES = {
    "observed": {"values": {"x": 1.5}, "precise": None, "seconds": 0.1, "applied": True, "steps": [STEP]},
    "raised": {
        "where": "subject",
        "type": "ValueError",
        "bases": ["ValueError"],
        "message": "no",
        "frames": [{"line": 3, "function": "f", "text": "f()"}],
        "steps": [STEP],
        "broken": [{"name": "torch.relu", "line": 3, "how": "called at run time"}],
    },
    "memory": {"detail": "too much", "frames": []},
}
STRANGE = [
    None, True, 0, -1, 10**400, float("nan"), "", "text", "\ud800", b"bytes", [], {}, {"a": 1}, {1: 2},
    [None], [{}], [[1]], [3], ["SyntaxError"], [STEP], [{"line": "x", "function": 3, "text": None}], "memory",
]  # fmt: skip


def understood(reply):
    """Return all that is made of a reply, as one text."""
    kata = Kata("toy/double", Path("double.py"), Path("double"))
    run = sandbox.understand({"stack": [], **reply}, Job(kata, ANSWER, "check"))
    if not isinstance(run, Observed):
        return "\n".join(explain.run(run, kata))
    differences = compare.compare({"x": 1.5}, run.values)
    place = explain.place(run.steps, differences)
    return "\n".join([*(d.text for d in differences), *rules.message(run.broken, "double.py"), str(place)])


def reply_with(message, **changes):
    return {"how": "exit", "status": 0, "result": transport.encode(message), "output": b""} | changes


@pytest.mark.parametrize("kind", REPLIES)
def test_whatever_a_child_sends_is_put_into_words(kind):
    good = {"kind": kind, "broken": [], **REPLIES[kind]}
    assert "could not be read" not in understood(reply_with(good))
    for name, strange in itertools.product([*good, "extra"], STRANGE):
        understood(reply_with(good | {name: strange})).encode()
        understood(reply_with({key: value for key, value in good.items() if key != name})).encode()
    for name, strange in itertools.product(["how", "status", "result", "output", "cut"], STRANGE):
        understood(reply_with(good, **{name: strange})).encode()


def test_a_message_that_is_none_does_not_count():
    words = "What the process that ran your code sent could not be read, so it does not count."
    for message in ({}, {"kind": "passed"}, [], None, {"kind": "observed", "values": 3}):
        assert understood(reply_with(message)) == words
    assert understood(reply_with({}, result=b"noise")) == words
