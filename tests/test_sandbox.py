"""What one answer does stays with it, and nothing of it is left when the run is over."""

import pytest

# State --------------------------------------------------------------------------------------------

PROBE = """
import builtins, gc, locale, os, random, signal, sys, threading, warnings
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
        "sum": x.sum() + len([1, 2]),
        "random": [torch.rand(2), random.random(), np.random.rand()],
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomaly": torch.is_anomaly_enabled(),
        "matmul": torch.get_float32_matmul_precision(),
        "denormal": torch.tensor([1e-40]) * 2 > 0,
        "printed": str(torch.tensor([1.23456])),
        "threads": [torch.get_num_threads(), threading.active_count()],
        "environment": [os.environ.get("MEDDLED"), "PATH" in os.environ],
        "directory": [Path.cwd().name, os.listdir()],
        "path": "meddled" in sys.path,
        "module": getattr(sys.modules["colorsys"], "__file__", None) if "colorsys" in sys.modules else None,
        "recursion": sys.getrecursionlimit(),
        "filters": [(f[0], f[2].__name__) for f in warnings.filters],
        "gc": gc.isenabled(),
        "signal": str(signal.getsignal(signal.SIGTERM)),
        "hooks": [sys.excepthook is sys.__excepthook__, sys.getswitchinterval(), sys.displayhook is None],
        "streams": [sys.stdout.closed, os.fstat(1) is None],
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
    "inference mode": "torch.inference_mode().__enter__()",
    "deterministic mode": "torch.use_deterministic_algorithms(True)",
    "anomaly mode": "torch.autograd.set_detect_anomaly(True)",
    "matmul precision": "torch.set_float32_matmul_precision('medium')",
    "denormals": "torch.set_flush_denormal(True)",
    "print options": "torch.set_printoptions(precision=1)",
    "threads of torch": "torch.set_num_threads(3)",
    "a thread": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "environment": "os.environ['MEDDLED'] = '1'; os.environ.pop('PATH')",
    "directory": "os.chdir('/')",
    "no directory": "os.rmdir(os.getcwd())",
    "files": "open('left', 'w').close(); os.mkdir('here'); os.symlink('/', 'root')",
    "sys.path": "sys.path.insert(0, 'meddled')",
    "sys.modules": "sys.modules['colorsys'] = types.ModuleType('colorsys'); sys.modules['torch.nn.functional'] = None",
    "a function of torch": "F.relu = torch.neg",
    "a method of Tensor": "torch.Tensor.sum = lambda self: self[0]",
    "a method of a module": "nn.ReLU.forward = lambda self, x: x * 5",
    "a hook on all modules": "nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 3)",
    "a function mode": "Mode().__enter__()",
    "a builtin": "builtins.len = lambda x: 7",
    "a switch": "sys.setswitchinterval(1)",
    "warnings filters": "warnings.simplefilter('error', ResourceWarning)",
    "recursion limit": "sys.setrecursionlimit(5000)",
    "garbage collection": "gc.disable()",
    "a signal handler": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "excepthook": "sys.excepthook = print",
    "closed stdout": "sys.stdout.close()",
    "closed descriptors": "os.close(1); os.close(2)",
}

MEDDLER = """
import builtins, gc, os, random, signal, sys, threading, types, warnings
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

class Mode(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {{}})) if func is not torch.Tensor.sum else args[0][0]

def double(x):
    {}
    return 2 * x
"""


@pytest.mark.parametrize("what", MEDDLING)
def test_state_reaches_neither_another_kata_nor_the_next_run(project, isolation, what):
    project.kata("toy/probe", stub=PROBE, reference=PROBE, checks=PROBE_CHECKS, wrong="")
    project.answer(MEDDLER.format(MEDDLING[what]))
    for files in (("katas",), ("katas/toy/probe.py",)):
        result = project.run_on(*files, isolation, "-rA")
        result.stdout.fnmatch_lines(["PASSED katas/toy/probe.py::check_state"])
