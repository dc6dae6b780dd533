"""The audit hook stops an answer that reaches for what is none of its business, and nothing that is."""

# ruff: noqa: E501 (a snippet is one line)

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# It watches over itself as a child does, and runs snippets as if they were an answer, one after the other.
PROGRAM = """
import contextlib, io, json, os, sys, sysconfig
from pathlib import Path

import numpy, torch

from pytest_torchkata import confine, ward


class Stopped(BaseException):
    pass


def stop(what, where):
    raise Stopped(f"{where.line} {where.function}: {what}")


asked = json.load(sys.stdin)
file, work = asked["file"], Path(asked["work"])
os.chdir(work)
os.environ["TMPDIR"] = os.environ["HOME"] = str(work)
room = confine.Room(work, (), (Path("/dev/null"), Path("/dev/shm")))
ward.watch({file}.__contains__, room, Path(asked["hidden"]), stop, walled=asked["walled"])


def attempt(code):
    try:
        exec(compile(code, file, "exec"), {"__name__": "_kata.answer", "__file__": file, "hidden": asked["hidden"]})
    except Stopped as stopped:
        return f"stopped at {stopped}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


told = {}
for name, code in asked["attempts"].items():
    with contextlib.redirect_stdout(io.StringIO()):
        told[name] = attempt(code)
print("\\n" + json.dumps(told))
"""


@pytest.fixture
def attempt(short_path):
    """Run snippets of an answer under the hook; return how each of them ended."""
    root = short_path
    for name in ("katas/toy", "solutions/toy/double", "work"):
        (root / name).mkdir(parents=True)
    stub, hidden = root / "katas/toy/double.py", root / "solutions"
    stub.write_text("import torch\n")
    (root / "katas/toy/neighbour.py").write_text("SIZE = 3\n")
    (hidden / "toy/double/reference.py").write_text("def double(x):\n    return 2 * x\n")

    def run(attempts, walled=True):
        asked = {"file": str(stub), "work": str(root / "work"), "hidden": str(hidden), "walled": walled}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], input=json.dumps({**asked, "attempts": attempts}), cwd=ROOT,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


HONEST = {
    "namedtuple": "from collections import namedtuple; namedtuple('P', 'x y')(1, 2)",
    "a typed tuple": "import typing\nclass P(typing.NamedTuple):\n    x: int\nP(1)._replace(x=2)",
    "a dataclass": "from dataclasses import *\n@dataclass(frozen=True, slots=True)\nclass P:\n    x: int\nreplace(P(1))",
    "an enum": "import enum\nE = enum.Enum('E', 'A B')\nclass F(enum.Flag):\n    A = enum.auto()",
    "typing": "import typing\nT = typing.TypeVar('T')\nclass G(typing.Generic[T]): ...\nG[int]\ntyping.TypedDict('D', {})",
    "a protocol": "import typing\n@typing.runtime_checkable\nclass P(typing.Protocol):\n    x: int\nisinstance(1, P)",
    "an abstract class": "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...",
    "a warning": "import warnings\nwarnings.warn('x')\nwarnings.simplefilter('ignore')\n"
    "with warnings.catch_warnings(record=True):\n    warnings.warn('y', DeprecationWarning, stacklevel=2)",
    "logging": "import logging\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('no')\n"
    "logging.getLogger(__name__).warning('x', stack_info=True)",
    "a traceback": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError as error:\n"
    "    traceback.print_exc(); traceback.format_exc(); traceback.format_exception(error)",
    "a stack": "import traceback; traceback.print_stack()",
    "the last exception": "import sys\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    sys.exc_info()[1]",
    "a signature": "import inspect; inspect.signature(lambda x, y=1: x).parameters",
    "its own source": "import inspect\ndef f(x):\n    return x\ninspect.getfullargspec(f)",
    "a class's members": "import inspect, torch; inspect.getmembers(torch.nn.Linear); inspect.isclass(int)",
    "wraps": "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(*a):\n        return f(*a)\n    return g\nd(len)([])",
    "caches": "import functools\n@functools.lru_cache\ndef f(x):\n    return x\nf(1)\n@functools.singledispatch\n"
    "def g(x): ...\ng.register(int, f)",
    "a context": "import contextlib\n@contextlib.contextmanager\ndef c():\n    yield 1\nwith c(): ...",
    "gc": "import gc; gc.collect(); gc.disable(); gc.enable(); gc.get_count(); gc.freeze(); gc.unfreeze()",
    "weak references": "import weakref, torch; weakref.finalize(torch.nn.ReLU(), print)",
    "sizes": "import sys; sys.getsizeof(1); sys.getrefcount(1); sys.intern('x'); sys.setrecursionlimit(3000)",
    "eval": "eval('1 + 1'); exec('x = 1'); compile('1', '<x>', 'eval')",
    "ast": "import ast; ast.literal_eval('[1]')",
    "threads": "import threading\nt = threading.Thread(target=print); t.start(); t.join()",
    "a pool": "from concurrent.futures import ThreadPoolExecutor as P\nwith P(2) as p: list(p.map(abs, [1]))",
    "asyncio": "import asyncio\nasync def f():\n    return 1\nasyncio.run(f())",
    "processes": "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: p.map(abs, [1, 2])",
    "a loader": "import torch.utils.data as d\nlist(d.DataLoader(range(6), 2, num_workers=2))",
    "a forking answer": "import os\npid = os.fork()\nif not pid: os._exit(0)\nos.waitpid(pid, 0)",
    "files": "from pathlib import Path\np = Path('a'); p.mkdir(); (p / 'b').write_text('x'); (p / 'b').rename('c')\n"
    "Path('c').read_text(); Path('c').unlink(); list(Path().iterdir()); Path('d').symlink_to('a'); p.chmod(0o755)",
    "removing": "import os, shutil\nos.makedirs('x/y/z'); shutil.rmtree('x')",
    "copying": "import shutil\nopen('f', 'w').close(); shutil.copy2('f', 'g'); shutil.move('g', 'h')",
    "a database": "import sqlite3; sqlite3.connect('db').execute('create table t (x)'); sqlite3.connect(':memory:')",
    "temporary files": "import tempfile\nwith tempfile.TemporaryDirectory() as d, tempfile.NamedTemporaryFile() as f: ...",
    "saving": "import json, pickle, torch\nwith open('j', 'w') as f: json.dump([], f)\n"
    "with open('p', 'wb') as f: pickle.dump({}, f)\nwith open('p', 'rb') as f: pickle.load(f)\n"
    "torch.save(torch.ones(2), 't'); torch.load('t')",
    "numpy's files": "import numpy as np; np.save('n.npy', np.ones(2)); np.load('n.npy', mmap_mode='r')",
    "the null device": "open('/dev/null', 'w').write('x')",
    "reading Python": "import os; open(os.__file__).read(1)",
    "reading itself": "open(__file__).read()",
    "its neighbours": "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\nimport neighbour",
    "further modules": "import sympy, torch.fx, unittest, unittest.mock, csv, doctest, pdb, cProfile, xml.dom.minidom",
    "more of torch": "import torch.distributions, torch.testing, torch.utils.checkpoint, torch.func, torch.export",
    "ctypes by others": "import uuid, multiprocessing.shared_memory, numpy.ctypeslib; uuid.uuid4()",
    "an array of numpy": "import torch; torch.ones(2).numpy().ctypes.data",
    "mocks": "from unittest import mock\nwith mock.patch('math.pi', 3): ...",
    "a compiled function": "import torch\ntorch.compile(lambda x: x + 1, backend='eager')(torch.ones(2))",
    "a traced function": "import torch, torch.fx\ntorch.fx.symbolic_trace(torch.nn.Linear(2, 2))",
    "a script": "import torch\ntorch.jit.trace(lambda x: x + 1, torch.ones(2))",
    "vmap": "import torch\ntorch.func.vmap(torch.func.grad(lambda x: x * x))(torch.ones(3))",
    "a custom function": "import torch\nclass F(torch.autograd.Function):\n    @staticmethod\n"
    "    def forward(ctx, x):\n        return x\n    @staticmethod\n    def backward(ctx, g):\n        return g\n"
    "F.apply(torch.ones(1, requires_grad=True)).backward()",
    "an operator": "import torch\n@torch.library.custom_op('mine::twice', mutates_args=())\n"
    "def twice(x: torch.Tensor) -> torch.Tensor:\n    return 2 * x\ntwice(torch.ones(1))",
    "an optimizer": "import torch\np = torch.ones(1, requires_grad=True); p.grad = p.detach()\ntorch.optim.Adam([p]).step()",
    "a checkpoint": "import torch, torch.utils.checkpoint as c\n"
    "c.checkpoint(torch.relu, torch.ones(1, requires_grad=True), use_reentrant=False).backward()",
    "anomalies": "import torch\nwith torch.autograd.detect_anomaly(check_nan=False):\n"
    "    torch.ones(1, requires_grad=True).exp().backward()",
    "a profile": "import torch\nwith torch.profiler.profile() as p: torch.ones(1) + 1",
    "benchmarks": "import timeit, torch.utils.benchmark as b\nb.Timer('1 + 1').timeit(2); timeit.timeit('1', number=2)",
    "mypy-like annotations": "from __future__ import annotations\nimport typing\ndef f(x: int) -> str: ...\ntyping.get_type_hints(f)",
    "the host": "import platform, socket, os; platform.system(); socket.gethostname(); os.cpu_count()",
    "a pair of sockets": "import socket; socket.socketpair()",
    "a module made here": "import types, sys; sys.modules['made'] = types.ModuleType('made'); import made",
    "copies": "import copy, torch; copy.deepcopy(torch.nn.Linear(2, 2)); copy.copy([])",
    "no such file": "try:\n    open('nothing')\nexcept FileNotFoundError: ...",
    "where it is": "import os; os.getcwd(); os.path.realpath('x'); os.stat(__file__); os.listdir(); os.walk('.')",
    "the clock": "import time; time.time(); time.perf_counter(); time.sleep(0)",
    "randomness": "import secrets, random; secrets.token_hex(); random.SystemRandom().random()",
}


def test_honest_work_is_not_stopped(attempt):
    told = attempt(HONEST)
    assert {name: end for name, end in told.items() if end != "ok"} == {}


PROCESS = "look through the process that runs it, or trace it"
STOPPED = {
    # What looks through the process.
    "a frame": ("import sys\nsys._getframe(1)", 2, PROCESS),
    "a frame of a function": ("import sys\ndef f():\n    return sys._getframe(1)\nf()", 3, PROCESS),
    "by inspect": ("import inspect\ninspect.stack()", 2, PROCESS),
    "by inspect, this one": ("import inspect\n\ninspect.currentframe()", 3, PROCESS),
    "by an alias": ("import sys\nlook = getattr(sys, '_get' + 'frame')\nlook()", 3, PROCESS),
    "of a library's making": ("import sys, functools\nfunctools.partial(sys._getframe, 1)()", 2, PROCESS),
    "by a map": ("import sys\nlist(map(sys._getframe, [0, 1]))", 2, PROCESS),
    "all frames": ("import sys\nsys._current_frames()", 2, PROCESS),
    "all objects": ("import gc\ngc.get_objects()", 2, PROCESS),
    "referrers": ("import gc\ngc.get_referrers(1)", 2, PROCESS),
    "referents": ("import gc\ngc.get_referents(1)", 2, PROCESS),
    "a tracer": ("import sys\nsys.settrace(lambda *a: None)", 2, PROCESS),
    "a profiler": ("import sys\nsys.setprofile(lambda *a: None)", 2, PROCESS),
    "another hook": ("import sys\nsys.addaudithook(print)", 2, PROCESS),
    "the frame of an exception": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    e.__traceback__.tb_frame", 4,
        "take code and frames apart (tb_frame)",
    ),
    # What takes code apart.
    "a function's code": ("def f(): ...\nf.__code__", 2, "take code and frames apart (__code__)"),
    "code of its making": ("c = compile('', '<x>', 'exec')\nc.replace(co_name='y')", 2, "take code and frames"),
    "marshal": ("import marshal\nmarshal.loads(b'N')", 2, "take code and frames apart (marshal.loads)"),
    # Files.
    "the solution": ("open(hidden + '/toy/double/reference.py')", 1, "read what judges it"),
    "by a path": ("import pathlib\npathlib.Path(hidden, 'toy/double/reference.py').read_text()", 2, "read what"),
    "by dots": ("open(__file__ + '/../../../solutions/toy/double/reference.py')", 1, "read what judges it"),
    "by a list": ("import os\nos.listdir(hidden)", 2, "read what judges it"),
    "by a walk": ("import os\nlist(os.walk(hidden))", 2, "read what judges it"),
    "by a descriptor": ("import os\nos.open('toy', 0, dir_fd=os.open(hidden, os.O_PATH))", 2, "read what"),
    "by a library": ("import tokenize\ntokenize.open(hidden + '/toy/double/reference.py')", 2, "read what"),
    "by linecache": ("import linecache\nlinecache.getline(hidden + '/toy/double/reference.py', 1)", 2, "read"),
    "by the importer": (
        "import importlib.util as u\ns = u.spec_from_file_location('r', hidden + '/toy/double/reference.py')\n"
        "s.loader.exec_module(u.module_from_spec(s))", 3, "read what judges it",
    ),
    "by a link": (
        "import os\nos.symlink(hidden, 'link')\nopen('link/toy/double/reference.py')", 2, "read what judges it",
    ),
    "writing": ("open(__file__, 'a')", 1, "change files outside of the directory that it starts in"),
    "creating": ("open(__file__ + '.new', 'w')", 1, "change files outside"),
    "creating natively": ("import os\nos.open(__file__ + '.new', os.O_CREAT | os.O_RDWR)", 2, "change files"),
    "removing": ("import os\nos.remove(__file__)", 2, "change files outside"),
    "removing a folder": ("import os, shutil\nshutil.rmtree(os.path.dirname(__file__))", 2, "change files"),
    "renaming": ("import os\nos.rename(__file__, 'mine')", 2, "change files outside"),
    "renaming outwards": ("import os\nopen('o', 'w').close()\nos.rename('o', __file__)", 3, "change files"),
    "linking": ("import os\nos.link('o', __file__ + '.o')", 2, "change files outside"),
    "a mode": ("import os\nos.chmod(__file__, 0)", 2, "change files outside"),
    "a time": ("import os\nos.utime(__file__)", 2, "change files outside"),
    "truncating": ("import os\nos.truncate(__file__, 0)", 2, "change files outside"),
    "a folder": ("import os\nos.mkdir(__file__ + '.d')", 2, "change files outside"),
    "through a link": ("import os\nos.symlink(__file__, 'own')\nopen('own', 'w')", 3, "change files outside"),
    "a database": ("import sqlite3\nsqlite3.connect(__file__ + '.db')", 2, "change files outside"),
    # The network, programs, native code, the judges.
    "an address": ("import socket\nsocket.getaddrinfo('localhost', 80)", 2, "use the network"),
    "a connection": ("import socket\nsocket.socket().connect(('127.0.0.1', 9))", 2, "use the network"),
    "a server": ("import socket\nsocket.socket().bind(('127.0.0.1', 0))", 2, "use the network"),
    "a page": ("import urllib.request as r\nr.urlopen('http://127.0.0.1:9')", 2, "use the network"),
    "a program": ("import subprocess\nsubprocess.run(['true'])", 2, "start other programs"),
    "a shell": ("import os\nos.system('true')", 2, "start other programs"),
    "becoming one": ("import os\nos.execv('/bin/true', ['true'])", 2, "start other programs"),
    "a spawned one": ("import os\nos.posix_spawn('/bin/true', ['true'], {})", 2, "start other programs"),
    "native code": ("import ctypes\nctypes.CDLL(None)", 2, "call native code or reach into memory"),
    "memory": ("import ctypes\nctypes.string_at(id(1), 8)", 2, "call native code or reach into memory"),
    "memory by an address": ("import ctypes\nctypes.c_int.from_address(id(1))", 2, "call native code"),
    "the judge": ("import pytest_torchkata.compare", 1, "import what judges it"),
    # In the hands of others.
    "in a thread": (
        "import threading\nerrors = []\ndef f():\n    try:\n        open(hidden + '/x')\n"
        "    except BaseException as e:\n        errors.append(e)\n"
        "t = threading.Thread(target=f); t.start(); t.join()\nraise errors[0]", 5, "read what judges it",
    ),
    "as a callback": ("import sys\nsorted([2, 1], key=lambda x: sys._getframe())", 2, PROCESS),
    "in a destructor": ("class D:\n    def f(self):\n        open(hidden + '/x')\nD().f()", 3, "read what judges it"),
    "in text": ("exec('open(hidden + \"/x\")')", 1, "read what judges it"),
}  # fmt: skip


def not_as_said(attempt, attempts):
    told = attempt({name: code for name, (code, _, _) in attempts.items()})
    wrong = {}
    for name, (_, line, words) in attempts.items():
        place, _, what = told[name].partition(": ")
        if not (place.startswith(f"stopped at {line} ") and what.startswith(words)):
            wrong[name] = told[name]
    return wrong


def test_what_no_answer_may_do_is_stopped_where_it_is_done(attempt):
    assert not_as_said(attempt, STOPPED) == {}


MISSED = {
    "a database by an address": (
        "import sqlite3\nsqlite3.connect('file:' + __file__ + '.db?x=:memory:', uri=True)", 2, "change files",
    ),
    "a socket of another": (
        "import socket\nsocket.socket(socket.AF_UNIX).connect('/run/x.sock')", 2, "speak to another program",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSED)
def test_what_else_should_be_stopped(attempt, name):
    assert not_as_said(attempt, {name: MISSED[name]}) == {}


def test_the_function_is_told(attempt):
    told = attempt({"it": "def double(x):\n    return open(hidden)\n\ndouble(1)"})
    assert told == {"it": "stopped at 2 double: read what judges it"}


def test_where_nothing_else_holds_programs_a_library_starts_none(attempt):
    code = "import platform, torch\nfrom torch.utils import cpp_extension\ncpp_extension.check_compiler_is_gcc('c++')"
    program = "import torch.utils.collect_env as c\nassert c.run('true')[0] == 0, 'refused'"
    assert attempt({"program": program}) == {"program": "ok"}
    assert attempt({"program": program, "other": code}, walled=False)["program"] != "ok"


KERNEL = """
import os, sys
import triton, triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

@triton.jit
def kernel(x, n, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(x + at, tl.load(x + at, mask=at < n) * 2, mask=at < n)

source = ASTSource(kernel, {"x": "*fp32", "n": "i32", "BLOCK": "constexpr"}, constexprs={"BLOCK": 64})
assert triton.compile(source, target=GPUTarget("cuda", 80, 32)).asm["cubin"]
"""
OWN_COMPILER = """
with open("ptxas", "w") as file:
    file.write("#!/bin/sh\\necho release 12.8, V12.8.0")
os.environ["TRITON_PTXAS_PATH"] = os.path.abspath("ptxas")
"""


@pytest.mark.parametrize("walled", [True, False])
def test_triton_may_compile_a_kernel(attempt, short_path, walled):
    pytest.importorskip("triton", reason="needs Triton")
    (short_path / "katas/toy/double.py").write_text(KERNEL)  # where Triton reads the kernel's source
    assert attempt({"a kernel": KERNEL}, walled=walled) == {"a kernel": "ok"}


def test_triton_may_not_be_given_another_program_for_a_compiler(attempt, short_path):
    pytest.importorskip("triton", reason="needs Triton")
    code = KERNEL.replace("source = ", f"{OWN_COMPILER}source = ")
    (short_path / "katas/toy/double.py").write_text(code)
    told = attempt({"a script": code}, walled=False)["a script"]
    assert told == "PermissionError: an answer may not start other programs"
