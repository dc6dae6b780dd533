"""What one answer does stays with it, and nothing of it is left when the run is over."""

import re

import pytest

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
    "no directory": "os.rmdir(os.getcwd())",
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
}

ONE_CHECK = '''
def check_value(kata, given):
    """The value."""
    return {"out": kata.double(given.normal(3))}
'''
SOME = ["default dtype", "a method of a module", "files"]
IMPORTS = """
import builtins, gc, os, random, sys, threading, types, warnings
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
HARMLESS = {
    "nothing": "pass",
    "an import": "import colorsys, xml.dom; from torch.utils import data",
    "a backward": "nn.Linear(2, 2)(torch.ones(2, requires_grad=True)).sum().backward()",
    "an optimizer": "torch.optim.Adam([torch.ones(2, requires_grad=True)]).step()",
    "random numbers": "torch.rand(2); random.random(); np.random.rand(); torch.manual_seed(3)",
    "a loader": "list(torch.utils.data.DataLoader([1, 2, 3], batch_size=2))",
    "numpy": "np.linalg.norm(torch.ones(3).numpy())",
    "no grad": "torch.no_grad()(torch.ones)(2)",
    "output": "print(torch.ones(2), file=sys.stderr); print(1)",
    "a class": "type('Mine', (nn.Module,), {})()",
    "an ended thread": "t = threading.Thread(target=print); t.start(); t.join()",
    "a warning": "warnings.warn('x')",
}
NOTICEABLE = {what: MEDDLING[what] for what in MEDDLING if what not in ELSEWHERE}
NOTICED = (
    IMPORTS
    + """
from pytest_torchkata import state

def noticed(code):
    before = state.fingerprint()
    exec(code)
    return state.differs(before)
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
