"""What ``rules`` finds in a source, notices at run time, and says about it."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import textwrap
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torch.utils.checkpoint
from torch import nn
from torch.overrides import TorchFunctionMode

from pytest_torchkata import rules, ward
from pytest_torchkata.kata import BrokenRule

RELU = "torch.relu"
TENSOR_RELU = "torch.Tensor.relu"
TENSOR_SOFTMAX = "torch.Tensor.softmax"
LINEAR = "torch.nn.functional.linear"
SOFTMAX = "torch.nn.functional.softmax"
LINEAR_CLASS = "torch.nn.Linear"
CHECKPOINT = "torch.utils.checkpoint.checkpoint"
SCANNED = (RELU, TENSOR_RELU, TENSOR_SOFTMAX, LINEAR, LINEAR_CLASS, CHECKPOINT)


def test_the_public_names_are_those_listed() -> None:
    public = {
        name
        for name, thing in vars(rules).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == rules.__name__
    }
    assert public | {"RUN_TIME"} == set(rules.__all__)


def printed(code: str) -> str:
    """Run code in a new process, which must end well, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


def test_importing_the_module_does_not_import_torch() -> None:
    code = "import sys, pytest_torchkata.rules; print('torch' in sys.modules)"
    assert printed(code) == "False\n"


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        (RELU, torch.relu),
        (LINEAR, F.linear),
        (TENSOR_SOFTMAX, torch.Tensor.softmax),
        (LINEAR_CLASS, nn.Linear),
        (CHECKPOINT, torch.utils.checkpoint.checkpoint),
        ("torch.special.expit", torch.special.expit),
    ],
)
def test_resolve_returns_what_the_name_means(name: str, thing: Any) -> None:
    assert rules.resolve(name) is thing


def test_resolve_imports_a_submodule_that_nobody_has_imported() -> None:
    code = (
        "import sys, torch\n"
        "assert 'torch.utils.benchmark' not in sys.modules\n"
        "from pytest_torchkata.rules import resolve\n"
        "print(resolve('torch.utils.benchmark.Timer').__name__)"
    )
    assert printed(code) == "Timer\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "torch.nn.Linaer",
            "'torch.nn.Linaer' does not exist: torch.nn has no 'Linaer'. Did you mean torch.nn.Linear?",
        ),
        ("torch.qqqq.relu", "'torch.qqqq.relu' does not exist: torch has no 'qqqq'."),
        ("torch.relu.qqqq", "'torch.relu.qqqq' does not exist: torch.relu has no 'qqqq'."),
        ("torch.ops.aten.qqqq", "'torch.ops.aten.qqqq' does not exist: torch.ops.aten has no"),
        (
            "torch.classes.qqqq.x",
            "'torch.classes.qqqq.x' does not exist: torch.classes.qqqq has no",
        ),
        ("nn.Linear", "'nn.Linear' is not a dotted name of torch, such as 'torch.nn.Linear'."),
        ("torch", "'torch' is not a dotted name of torch, such as 'torch.nn.Linear'."),
        ("torch.", "'torch.' is not a dotted name of torch, such as 'torch.nn.Linear'."),
        ("", "'' is not a dotted name of torch, such as 'torch.nn.Linear'."),
    ],
)
def test_resolve_says_what_is_wrong_with_a_name(name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="torch") as raised:
        rules.resolve(name)
    assert str(raised.value).startswith(sentence)


def test_unknown_keeps_the_names_that_mean_nothing() -> None:
    assert rules.unknown([RELU, "torch.rleu", LINEAR_CLASS, "os.path"]) == ("torch.rleu", "os.path")
    assert rules.unknown([]) == ()


# In the source ------------------------------------------------------------------------------------


def found(source: str, *forbidden: str) -> list[tuple[str, int, str]]:
    broken = rules.scan(textwrap.dedent(source), "answer.py", forbidden or SCANNED)
    return [(rule.name, rule.line, rule.how) for rule in broken]


@pytest.mark.parametrize(
    ("source", "name", "line", "how"),
    [
        # imports and their aliases
        ("import torch\ntorch.relu(x)", RELU, 2, "torch.relu"),
        ("import torch as t\nt.relu(x)", RELU, 2, "t.relu"),
        ("import torch.nn.functional as F\nF.linear(x, w)", LINEAR, 2, "F.linear"),
        (
            "import torch.nn.functional\ntorch.nn.functional.linear(x, w)",
            LINEAR,
            2,
            "torch.nn.functional.linear",
        ),
        ("from torch import nn\nnn.Linear(2, 3)", LINEAR_CLASS, 2, "nn.Linear"),
        ("from torch.nn import functional as G\nG.linear(x, w)", LINEAR, 2, "G.linear"),
        ("from torch.nn import Linear as L\nL(2, 3)", LINEAR_CLASS, 2, "L"),
        ("from torch.nn import *\nLinear(2, 3)", LINEAR_CLASS, 2, "Linear"),
        ("from torch.nn.functional import *\nlinear(x, w)", LINEAR, 2, "linear"),
        ("def f(x):\n    from torch import relu\n    return relu(x)", RELU, 3, "relu"),
        ("def f(x):\n    import torch as t\n    return lambda: t.relu(x)", RELU, 3, "t.relu"),
        ("def f():\n    global r\n    from torch import relu as r\nr(x)", RELU, 4, "r"),
        ("try:\n    from torch import relu\nexcept E:\n    relu = None\nrelu(x)", RELU, 5, "relu"),
        ("import torch\nnn = torch.nn\nnn.Linear(2, 3)", LINEAR_CLASS, 3, "nn.Linear"),
        ("from torch.utils.checkpoint import checkpoint as c\nc(f, x)", CHECKPOINT, 2, "c"),
        (
            "import torch.utils.checkpoint as c\nc.checkpoint(f, x)",
            CHECKPOINT,
            2,
            "c.checkpoint",
        ),
        # the same thing by another name
        (
            "import torch\ntorch.nn.modules.linear.Linear(2, 3)",
            LINEAR_CLASS,
            2,
            "torch.nn.modules.linear.Linear",
        ),
        ("import torch\ntorch._C._nn.linear(x, w)", LINEAR, 2, "torch._C._nn.linear"),
        ("import torch\ntorch.ops.aten.relu(x)", RELU, 2, "torch.ops.aten.relu"),
        ("import torch\ntorch.ops.aten.relu_.default(x)", RELU, 2, "torch.ops.aten.relu_"),
        # a reference that calls nothing
        ("import torch\nrelu = torch.relu", RELU, 2, "torch.relu"),
        ("from torch import nn\nBase = nn.Linear", LINEAR_CLASS, 2, "nn.Linear"),
        ("from torch import nn\nclass A(nn.Linear):\n    pass", LINEAR_CLASS, 2, "nn.Linear"),
        ("from torch import nn\nnn.Linear.forward(m, x)", LINEAR_CLASS, 2, "nn.Linear"),
        ("import torch\nACTIVATIONS = {\n    'relu': torch.relu,\n}", RELU, 3, "torch.relu"),
        ("import torch\n@torch.relu\ndef f(): pass", RELU, 2, "torch.relu"),
        ("import torch\ndef f(act=torch.relu): pass", RELU, 2, "torch.relu"),
        ("import torch\n[torch.relu(y) for y in ys]", RELU, 2, "torch.relu"),
        ("import torch\nf'{torch.relu(x)}'", RELU, 2, "torch.relu"),
        ("import torch\nf'''é{{\n é{x:{torch.relu(x)}}'''", RELU, 3, "torch.relu"),
        ("from torch._C._nn import *\nlinear(x, w)", LINEAR, 2, "linear"),
        ("from torch.nn.modules.linear import *\nLinear(2, 3)", LINEAR_CLASS, 2, "Linear"),
        # methods
        ("x.relu()", TENSOR_RELU, 1, "x.relu"),
        ("(x @ w).softmax(-1)", TENSOR_SOFTMAX, 1, "(x @ w).softmax"),
        ("x[0].relu()", TENSOR_RELU, 1, "x[0].relu"),
        ("list(map(x.relu, y))", TENSOR_RELU, 1, "x.relu"),
        ("self.norm(x).relu()", TENSOR_RELU, 1, "self.norm(x).relu"),
        ("import torch\ntorch.Tensor.relu(x)", TENSOR_RELU, 2, "torch.Tensor.relu"),
        ("from torch import Tensor\nmap(Tensor.relu, xs)", TENSOR_RELU, 2, "Tensor.relu"),
        ("(\n    x.view(2)\n    .relu()\n)", TENSOR_RELU, 3, "….relu"),
        (f"f({'x + ' * 20}x).relu()", TENSOR_RELU, 1, "….relu"),
        # getattr with a name in it
        ("import torch\ngetattr(torch, 'relu')(x)", RELU, 2, "getattr(torch, 'relu')"),
        ("getattr(x, 'relu')()", TENSOR_RELU, 1, "getattr(x, 'relu')"),
        ("getattr(\n    x,\n    'relu')()", TENSOR_RELU, 1, 'getattr(…, "relu")'),
        ("import torch\ngetattr(torch.nn, 'Linear', 0)", LINEAR_CLASS, 2, None),
        ("import torch\ngetattr(x, 'y', torch.relu)", RELU, 2, "torch.relu"),
        # spelling
        ("import ｔorch\nｔorch.ｒelu(x)", RELU, 2, "ｔorch.ｒelu"),
        ("import torch\nä = 'ö'; torch.relu(ä)", RELU, 2, "torch.relu"),
    ],
)
def test_scan_finds_a_use(source: str, name: str, line: int, how: str | None) -> None:
    [(got_name, got_line, got_how)] = found(source)
    assert (got_name, got_line) == (name, line)
    assert how is None or got_how == how


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nimport torch.nn.functional as F\nfrom torch.nn import Linear",  # unused
        "from torch.nn import *",
        "def relu(x):\n    return x.clamp(min=0)\nrelu(1)",
        "import torch\ndef f(torch):\n    return torch.linear(x)",
        "from torch import relu\ndef f(relu):\n    return relu(1)",
        "from torch import relu\ndef f():\n    relu = abs\n    return relu(1)",
        "from torch import relu\nlambda relu: relu(1)",
        "from torch import relu\n[relu for relu in xs]",
        "from torch.nn import *\nclass Linear:\n    pass\nLinear()",
        "import torch\n'torch.relu and x.relu()'",
        "def f():\n    '''Do without torch.relu(x).'''\n    # torch.relu(x)",
        "from torch import nn\nrelu = 3\nx.linear + nn.functional.relu(x)",  # not listed
        "import torch\ntorch.clamp(x, min=0)",
        "import torchvision as torch\ntorch.relu(x)",
        "import numpy as np\nnp.relu(x)\nnp.linalg.softmax(x)",
        "from .torch import relu\nrelu(x)",
        "from . import torch\ntorch.relu(x)",
        # a type that is named, not used
        "from torch import nn\ndef f(m: nn.Linear) -> nn.Linear:\n    n: nn.Linear = m",
        # attributes of the answer's own
        "self.relu(x)\ncls.relu\nctx.relu\nself.block.softmax(x)",
        "super().relu(x)",
        "class Value:\n    def relu(self): ...\ndef f(value):\n    return value.relu()",
        "class Block:\n    def __init__(self, m):\n        self.softmax = m\nblock.softmax(x)",
        "class Layout:\n    relu: int\nlayout.relu",
        "x.relu = 3",
        # none of our business
        "getattr(x, name)()",
        "import torch\ngetattr(torch, 're' + 'lu')",
        "import torch\ntorch.nothing.relu(x)",
        "import torch\ntorch.pi.relu",
        "import torch.nothing as n\nn.relu(x)",
        "from torch.nothing import *\nrelu(x)",
        "from torch import relu\ndef f():\n    try: ...\n    except E as relu: relu(x)",
        "import torch\ntorch.there_is_nothing_with_a_name_as_long_as_this.relu(x)",
        "import torch\ntorch.ops.aten.nothing(x)",
    ],
)
def test_scan_leaves_alone(source: str) -> None:
    assert found(source) == []


def test_a_class_does_not_lend_its_names_to_its_methods() -> None:
    source = "from torch import relu\nclass A:\n    relu = 1\n    def f(self):\n        relu(x)"
    assert found(source) == [(RELU, 5, "relu")]


def test_a_method_is_found_only_if_the_method_is_listed() -> None:
    assert found("x.relu()", RELU) == []
    assert found("import torch\ntorch.relu(x)", TENSOR_RELU) == []


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import torch\ntorch._weight_norm(x, x)", "torch._weight_norm"),
        ("import torch\nwith torch._C.DisableTorchFunction(): ...", "torch._C.DisableTorchFunction"),
        ("import torch as t\nt._VF.exp(x)", "t._VF.exp"),
        ("from torch.overrides import _pop_mode as p\np()", "p"),
        ("import torch._refs as r\nr.exp(x)", "r.exp"),
        ("import torch\nrefs = torch._refs; refs.exp(x)", "torch._refs"),
        ("import torch\ngetattr(torch, '_weight_norm')(x)", "getattr(torch, '_weight_norm')"),
        ("import importlib\nimportlib.import_module('torch._refs').exp(x)", "'torch._refs'"),
        ("import sys\nsys.modules['torch.nn._reduction']", "'torch.nn._reduction'"),
    ],
)
def test_scan_finds_private_parts_of_torch(source: str, how: str) -> None:
    assert (rules.PRIVATE, 2, how) in found(source)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ntorch.__version__; torch.nn.Module.__init__(self)",
        "import numpy as np\nnp._core.x; self._torch; x._version",
        "'Without torch._softmax.'\n'torch'; '_C'",
        "from torch import exp as _e\n_e(x)",
    ],
)
def test_a_name_of_ones_own_with_an_underscore_is_no_part_of_torch(source: str) -> None:
    assert [name for name, *_ in found(source) if name == rules.PRIVATE] == []


def test_scan_reports_each_name_once_a_line_in_the_order_of_lines() -> None:
    source = """
        import torch
        import torch.nn.functional as F
        def last(x):
            return F.linear(F.linear(x, x), torch.relu(x))
        def first(x):
            return torch.relu(x)
    """
    assert found(source) == [
        (LINEAR, 5, "F.linear"),
        (RELU, 5, "torch.relu"),
        (RELU, 7, "torch.relu"),
    ]


def test_a_name_that_this_torch_lacks_is_found_by_its_spelling() -> None:
    source = "import torch\ntorch.from_the_future(x)"
    assert found(source, "torch.from_the_future") == [("torch.from_the_future", 2, "torch.from_the_future")]


@pytest.mark.parametrize(
    "source",
    [
        b"# -*- coding: latin-1 -*-\nimport torch\n'\xe4'; torch.relu(x)\n",
        b"\xef\xbb\xbfimport torch\n\ntorch.relu(x)\n",
        b"import torch\r\n\r\ntorch.relu(x)\r\n",
        b"import torch\r\rtorch.relu(x)\r",
    ],
)
def test_scan_reads_bytes_as_python_does(source: bytes) -> None:
    assert rules.scan(source, "answer.py", [RELU]) == (BrokenRule(RELU, 3, "torch.relu"),)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ntorch.relu(",
        "import torch; torch.relu(x)\0",
        b"\xff\xfe torch.relu",
        b"# coding: nothing\ntorch.relu",
        "import torch; torch.relu('\ud800')",
    ],
)
def test_a_source_that_does_not_parse_breaks_no_rule(source: bytes | str) -> None:
    assert rules.scan(source, "answer.py", SCANNED) == ()


def test_scan_warns_of_nothing() -> None:
    # Warnings are errors here; an invalid escape and a deprecated name would each be one.
    assert found("import torch\n'\\d'; torch.relu(x)") == [(RELU, 2, "torch.relu")]


def test_scan_does_not_run_the_source(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    rules.scan(f"open({str(trace)!r}, 'w')", "answer.py", SCANNED)
    assert not trace.exists()


@pytest.mark.parametrize(
    "source",
    [
        "'-' * 100_000 + '1'",
        "'(' * 100_000 + '1' + ')' * 100_000",
        "'x' + '.a' * 50_000",
        "'import torch; torch' + '.a' * 50_000",
        "'import torch; torch' + '.functional.torch' * 300",
        "'x' + '.a()' * 50_000",
        "'x' + '.relu()' * 900",
        "'+'.join(['x'] * 50_000)",
        "'lambda:' * 50_000 + '1'",
        "'getattr(' * 90 + 'x' + ', \"relu\")' * 90",
        "'a = torch\\n' + '\\n'.join(f'a{i+1} = a{i}' for i in range(20_000))",
        "'[' * 50_000",
        "'if x:\\n ' * 50_000",
    ],
)
def test_scan_survives_a_deep_source(source: str) -> None:
    code = (
        "from pytest_torchkata.rules import scan\n"
        f"print(len(scan({source}, 'answer.py', ['torch.relu', 'torch.Tensor.relu'])) < 10)"
    )
    # In a process of its own: what goes wrong here overflows the C stack.
    assert printed(code) == "True\n"


@pytest.mark.parametrize("deep", ["-" * 1200, "lambda: " * 400, "x.a()" + ".a()" * 1200 + " + "])
def test_a_tree_too_deep_for_recursion_is_read_to_its_end(deep: str) -> None:
    assert found(f"import torch\n{deep}torch.relu(x)", RELU) == [(RELU, 2, "torch.relu")]


# At run time --------------------------------------------------------------------------------------

HEAD = "import torch, importlib, functools\nimport torch.nn.functional as F\nfrom torch import nn\n"
"""Three lines, so that the first line of a snippet is line 4."""


class Subject:
    """A learner's file, and what a watch over it records."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.module = types.ModuleType(path.stem)
        self.module.__file__ = str(path)

    def write(self, snippet: str) -> Subject:
        self.path.write_text(HEAD + textwrap.dedent(snippet).lstrip("\n"), encoding="utf-8")
        return self

    def load(self) -> types.ModuleType:
        code = compile(self.path.read_text(encoding="utf-8"), str(self.path), "exec")
        exec(code, self.module.__dict__)
        return self.module

    def is_subject(self, file: str) -> bool:
        return file == str(self.path)

    def watch(self, *forbidden: str, strict: bool = False) -> Any:
        return rules.watch(forbidden, self.is_subject, strict)

    def lines(self, snippet: str, *forbidden: str, strict: bool = False) -> list[tuple[str, int]]:
        """Load the snippet, call its ``run(x)`` under a watch, and return names and lines."""
        run = self.write(snippet).load().run
        with self.watch(*forbidden, strict=strict) as broken:
            run(torch.randn(3, 3))
        return [(rule.name, rule.line) for rule in broken]


@pytest.fixture
def subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    subject = Subject(tmp_path / "my_answer.py")
    monkeypatch.setitem(sys.modules, subject.module.__name__, subject.module)
    return subject


@pytest.mark.parametrize(
    ("snippet", "name"),
    [
        ("D = {'r': torch.relu}\ndef run(x): D['r'](x)", RELU),
        ("def run(x): getattr(torch, 're' + 'lu')(x)", RELU),
        ("def run(x): vars(torch)['relu'](x)", RELU),
        ("def run(x): importlib.import_module('torch').relu(x)", RELU),
        ("def run(x): importlib.import_module('torch.nn.functional').softmax(x, -1)", SOFTMAX),
        ("def run(x): eval('torch.relu(x)')", RELU),
        (
            "def run(x): exec('def f(x): return torch.relu(x)\\nf(x)', {**globals(), 'x': x})",
            RELU,
        ),
        ("def run(x): (lambda x: torch.relu(x))(x)", RELU),
        ("def run(x): functools.reduce(torch.add, map(torch.relu, [x, x]))", RELU),
        ("def run(x): functools.partial(F.softmax, dim=-1)(x)", SOFTMAX),
        ("def run(x): torch._VF.relu(x)", RELU),
        ("def run(x): torch._C._nn.linear(x, x)", LINEAR),
        ("def run(x): torch.ops.aten.relu(x)", RELU),
        ("def run(x): torch.ops.aten.relu.default(x)", RELU),
        ("def run(x): torch.ops.aten._softmax(x, -1, False)", SOFTMAX),
        ("def run(x): torch.ops.aten.special_expit(x)", "torch.special.expit"),
        ("def run(x): torch.special.expit(x)", "torch.special.expit"),
        ("def run(x): getattr(x, 're' + 'lu')()", TENSOR_RELU),
        ("def run(x): nn.Parameter(x).relu()", TENSOR_RELU),
        ("def run(x): x @ x", "torch.Tensor.matmul"),
        ("def run(x): x.stride()", "torch.Tensor.stride"),
        ("def run(x): x.data", "torch.Tensor.data"),
        ("def run(x): setattr(x, 'data', x)", "torch.Tensor.data"),
        ("def run(x): torch.empty(3)", "torch.empty"),
        ("def run(x): torch.tensor(3)", "torch.tensor"),
        ("def run(x): F.max_pool2d(x[None], 2)", "torch.nn.functional.max_pool2d"),
        (
            "D = {'m': F.max_pool2d}\ndef run(x): D['m'](x[None], 2)",
            "torch.nn.functional.max_pool2d",
        ),
        ("def run(x): F.sigmoid(x)", "torch.nn.functional.sigmoid"),
        ("def run(x): nn.init.normal_(x)", "torch.nn.init.normal_"),
        ("def run(x): nn.init.calculate_gain('relu')", "torch.nn.init.calculate_gain"),
        ("def run(x): torch.func.vjp(torch.sin, x)", "torch.func.vjp"),
        ("def run(x): torch.func.vmap(lambda row: torch.relu(row))(x)", RELU),
        ("def run(x): torch.func.grad(lambda x: torch.relu(x).sum())(x)", RELU),
        ("def run(x): nn.Tanh().state_dict()", "torch.nn.Module.state_dict"),
        (
            "def run(x): torch.utils.checkpoint.checkpoint(torch.sin, x, use_reentrant=0)",
            CHECKPOINT,
        ),
        (
            "f, X = torch.sin, torch.ones(3, requires_grad=True)\n"
            "def run(x): torch.utils.checkpoint.CheckpointFunction.apply(f, 1, X)",
            "torch.utils.checkpoint.CheckpointFunction",
        ),
        ("def run(x): vars(nn)['Linear'](2, 3)", LINEAR_CLASS),
        ("def run(x): torch.nn.modules.linear.Linear(2, 3)", LINEAR_CLASS),
        ("def run(x): torch.optim.Adam([x])", "torch.optim.Adam"),
        ("def run(x): torch.utils.data.Subset[int]([1], [0])", "torch.utils.data.Subset"),
        ("def run(x): type('Mine', (nn.Linear,), {})(2, 3)", LINEAR_CLASS),
    ],
)
def test_watch_notices_what_runs_under_another_name(subject: Subject, snippet: str, name: str) -> None:
    last = 4 + snippet.count("\n")
    assert subject.lines(snippet, name) == [(name, last)]


@pytest.mark.parametrize(
    ("snippet", "forbidden"),
    [
        ("def run(x): torch.clamp(x, min=0)", RELU),
        ("def run(x): D = {'r': torch.relu}", RELU),
        ("def run(x): x.relu()", RELU),
        ("def run(x): torch.softmax(x, -1)", SOFTMAX),
        ("def run(x): nn.Sequential(nn.Linear(3, 3), nn.Softmax(-1))(x)", SOFTMAX),
        ("def run(x): nn.MultiheadAttention(4, 2)(*torch.randn(3, 5, 4))", LINEAR),
        ("def run(x): nn.MultiheadAttention(4, 2)", LINEAR_CLASS),
        ("def run(x): F.gumbel_softmax(x)", "torch.Tensor.softmax"),
        ("def run(x): torch.optim.AdamW([x])", "torch.optim.Adam"),
        ("def run(x): nn.Linear(2, 3)", "torch.nn.Module"),
        ("def run(x): print(x)", "torch.cat"),
        ("def run(x): torch.ops.prims.exp(x)", "torch.exp"),
        ("class Mine(nn.LSTM): pass\ndef run(x): Mine(2, 3)", "torch.nn.RNNBase"),
    ],
)
def test_watch_allows(subject: Subject, snippet: str, forbidden: str) -> None:
    assert subject.lines(snippet, forbidden) == []


@pytest.mark.parametrize(
    ("snippet", "forbidden", "helper"),
    [
        (
            "def run(x): nn.MultiheadAttention(4, 2)(*torch.randn(3, 5, 4))",
            LINEAR,
            "MultiheadAttention.forward",
        ),
        ("def run(x): nn.MultiheadAttention(4, 2)", LINEAR_CLASS, "MultiheadAttention.__init__"),
        ("def run(x): F.gumbel_softmax(x)", "torch.Tensor.softmax", "gumbel_softmax"),
        ("def run(x): nn.Linear(3, 3)(x)", LINEAR, "Linear.forward"),
        ("def run(x): nn.Linear(2, 3)", "torch.nn.Module", "Linear.__init__"),
    ],
)
def test_a_helper_of_torch_counts_if_strict(
    subject: Subject, snippet: str, forbidden: str, helper: str
) -> None:
    run = subject.write(snippet).load().run
    with subject.watch(forbidden, strict=True) as broken:
        run(torch.randn(3, 3))
    assert broken == [BrokenRule(forbidden, 4, f"{rules.RUN_TIME} by {helper}")]


def test_strictly_a_subclass_of_a_subclass_counts_too(subject: Subject) -> None:
    mine = subject.write("class Mine(nn.LSTM): pass").load().Mine
    with subject.watch("torch.nn.RNNBase", strict=True) as broken:
        mine(2, 3)
    assert [rule.line for rule in broken] == [4]


@pytest.mark.parametrize("strict", [False, True])
def test_what_the_check_does_itself_is_not_the_subjects(subject: Subject, strict: bool) -> None:
    run = subject.write("def run(f, x): return f(x)").load().run
    with subject.watch(RELU, LINEAR, LINEAR_CLASS, CHECKPOINT, strict=strict) as broken:
        layer = nn.Linear(3, 3)
        x = layer(torch.randn(3, 3))
        torch.utils.checkpoint.checkpoint(torch.relu, x, use_reentrant=False)
        run(lambda x: torch.relu(x), x)
        run(lambda x: nn.Linear(3, 3)(x), x)
    assert broken == []


def test_another_thread_of_the_check_is_not_the_subjects(subject: Subject) -> None:
    with subject.watch(LINEAR_CLASS) as broken:
        thread = threading.Thread(target=nn.Linear, args=(2, 3))
        thread.start()
        thread.join()
    assert broken == []


def test_what_the_subject_does_while_it_is_loaded_counts(subject: Subject) -> None:
    subject.write("y = eval('torch.re' 'lu')(torch.ones(3))")
    with subject.watch(RELU) as broken:
        subject.load()
    assert broken == [BrokenRule(RELU, 4, rules.RUN_TIME)]


@pytest.mark.parametrize(
    "backward",
    ["y.backward()", "torch.autograd.grad(y, x)", "torch.autograd.backward(y)"],
)
def test_watch_sees_into_a_custom_backward(subject: Subject, backward: str) -> None:
    snippet = f"""
        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return F.softmax(torch._VF.relu(grad), -1)

        def run(x):
            x.requires_grad_()
            x.register_hook(lambda grad: torch._C._nn.linear(grad, grad))
            y = Double.apply(x).sum()
            {backward}
    """
    assert subject.lines(snippet, RELU, SOFTMAX, LINEAR) == [
        (RELU, 11),
        (SOFTMAX, 11),
        (LINEAR, 15),
    ]


def test_watch_sees_what_a_checkpoint_runs_again(subject: Subject) -> None:
    snippet = """
        calls = []
        def block(x):
            calls.append(1)
            return torch._VF.relu(x) if len(calls) > 1 else x.clamp(min=0)
        def run(x):
            x.requires_grad_()
            f = torch.utils.checkpoint.checkpoint
            f(block, x, use_reentrant=True).sum().backward()
    """
    assert subject.lines(snippet, RELU) == [(RELU, 7)]


def test_watch_sees_with_another_mode_and_with_a_subclass(subject: Subject) -> None:
    snippet = """
        class Mine(torch.Tensor):
            pass
        def run(x):
            with torch.device("cpu"):
                F.softmax(x, -1)
            y = F.softmax(x.as_subclass(Mine), -1)
            assert type(y) is Mine
    """
    assert subject.lines(snippet, SOFTMAX) == [(SOFTMAX, 8), (SOFTMAX, 9)]


@pytest.mark.parametrize("forbidden", [(), (RELU,)])
def test_a_class_that_overrides_torch_is_asked_as_ever(subject: Subject, forbidden: tuple[str, ...]) -> None:
    snippet = """
        seen = []
        class Mine(torch.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                seen.append(func.__name__)
                torch._VF.relu(torch.ones(3))
                return super().__torch_function__(func, types, args, kwargs or {})
        class Other:
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return "other"
        class Shy(torch.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return NotImplemented
        def run(x):
            x = x.as_subclass(Mine)
            made = [x + 1, torch.softmax(x, -1), F.softmax(x, -1), x.data, nn.Parameter(x.detach()) * x]
            assert [type(each) for each in made] == [Mine] * 5
            assert seen[:4] == ["add", "softmax", "softmax", "__get__"]
            assert torch.exp(Other()) == "other"
            try:
                torch.exp(x.as_subclass(Shy))
            except TypeError:
                return
            assert False
    """
    assert subject.lines(snippet, *forbidden) == [(name, 9) for name in forbidden]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_compiled_answer_is_left_in_one_graph(subject: Subject) -> None:
    subject.lines(
        """
        def f(x):
            return F.softmax(torch.relu(x), -1).sum()
        def run(x):
            x.requires_grad_()
            torch.compile(f, backend="eager", fullgraph=True)(x).backward()
        """,
        *(RELU, SOFTMAX, LINEAR_CLASS, CHECKPOINT),
    )


def test_a_method_in_python_that_calls_its_own_name_in_c_ends(subject: Subject) -> None:
    # TensorBase.unflatten asks for overrides of Tensor.unflatten, which has called it.
    snippet = """
        def run(x):
            assert x.unflatten(1, (3, 1)).shape == (3, 3, 1)
            assert x.split([1, 2])[1].shape == (2, 3)
            return x.unique(), 1 - x, x.norm()
    """
    assert subject.lines(snippet, RELU) == []


def test_the_answer_computes_what_it_computes_unwatched(subject: Subject) -> None:
    snippet = """
        def run(x):
            layer = torch.nn.modules.linear.Linear(3, 2, bias=False)
            x.requires_grad_()
            y = F.max_pool2d(F.softmax(layer(x), dim=-1)[None], kernel_size=1)
            y.square().sum().backward()
            return y, x.grad, torch.sigmoid(x), 1 - x
    """
    run = subject.write(snippet).load().run
    x = torch.randn(3, 3)
    torch.manual_seed(0)
    plain = run(x.clone())
    torch.manual_seed(0)
    names = (SOFTMAX, LINEAR_CLASS, LINEAR, "torch.nn.functional.max_pool2d", "torch.sigmoid")
    with subject.watch(*names) as broken:
        watched = run(x.clone())
    assert len(broken) == 4
    for a, b in zip(plain, watched, strict=True):
        assert torch.equal(a, b)


@pytest.mark.filterwarnings("ignore")
def test_an_exported_answer_is_exported(subject: Subject) -> None:
    snippet = """
        class Answer(nn.Module):
            def forward(self, x):
                return F.softmax(torch.relu(x), -1)
        def run(x):
            torch.export.export(Answer(), (x,)).module()(x)
    """
    subject.lines(snippet, RELU, SOFTMAX, LINEAR_CLASS)


# Where a mode of torch's does not see


@pytest.mark.parametrize(
    ("snippet", "line"),
    [
        ("def run(x): torch.overrides.redispatch_function(torch.relu, (), (x,), {})", 4),
        ("def run(x):\n    torch.compiler.is_dynamo_compiling = lambda: True\n    torch.relu(x)", 6),
        ("def run(x): torch.compile(lambda x: torch.relu(x), backend='eager')(x)", 4),
        ("@torch.compile(backend='eager')\ndef f(x): torch.relu(x)\ndef run(x): f(x)", 5),
        ("def run(x): torch.jit.trace(lambda x: torch.relu(x), x)(x)", 4),
        ("def run(x): torch.func.vmap(torch.relu)(x)", 4),
        ("class M(nn.Module): forward = staticmethod(torch.relu)\ndef run(x): M()(x)", 5),
        ("def run(x): torch.zeros(1).apply_(lambda v: torch.relu(x) is x)", 4),
        (
            "def run(x):\n"
            "    with torch.autograd.graph.saved_tensors_hooks(torch.relu, torch.relu):\n"
            "        x.requires_grad_().exp()",
            6,
        ),
    ],
)
def test_watch_sees_where_torch_would_not_show_it(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, snippet: str, line: int
) -> None:
    monkeypatch.setattr(torch.compiler, "is_dynamo_compiling", torch.compiler.is_dynamo_compiling)
    run = subject.write(snippet)
    with subject.watch(RELU) as broken:
        run.load().run(torch.randn(3, 3))
    assert [(rule.name, rule.line) for rule in broken] == [(RELU, line)]


@pytest.mark.parametrize(
    "call",
    [
        "getattr(torch, '_' + 'softmax')(x, -1, False)",
        "getattr(torch.ops.aten, '_' + 'softmax')(x, -1, False)",
        "torch.exp(x) if getattr(torch._C, 'Disable' + 'TorchFunction')() else 0",
        "getattr(torch.overrides, '_push' + '_mode')(getattr(torch.overrides, '_pop' + '_mode')())",
    ],
)
def test_private_parts_count_under_a_computed_name(subject: Subject, call: str) -> None:
    assert subject.lines(f"def run(x): {call}", LINEAR_CLASS) == [(rules.PRIVATE, 4)]


@pytest.mark.parametrize("name", ["torch.jit.CompilationUnit", "torch.jit.load"])
def test_what_cannot_be_watched_counts(subject: Subject, name: str) -> None:
    snippet = f"""
        def run(x):
            try:
                {name}("no source")
            except Exception:
                pass
    """
    assert subject.lines(snippet, RELU) == [(name, 6)]


def test_a_process_that_the_answer_starts_counts(subject: Subject) -> None:
    snippet = "import subprocess, sys\ndef run(x): subprocess.run([sys.executable, '-c', ''])"
    assert ("another process", 5) in subject.lines(snippet, RELU)


@pytest.mark.parametrize(
    "start",
    [
        "t = threading.Thread(target=lambda: torch.relu(x)); t.start(); t.join()",
        "t = Mine(); t.start(); t.join()",
        "futures.ThreadPoolExecutor(1).submit(torch.relu, x).result()",
        "\n            with pool.ThreadPool(1) as p: p.apply(torch.relu, (x,))",
        "e = threading.Event(); _thread.start_new_thread(lambda: (torch.relu(x), e.set()), ()); e.wait()",
    ],
)
def test_a_thread_of_the_answer_is_watched(subject: Subject, start: str) -> None:
    snippet = f"""
        import _thread, threading
        from concurrent import futures
        from multiprocessing import pool
        class Mine(threading.Thread):
            def run(self):
                torch.relu(torch.ones(3))
        def run(x):
            {start}
    """
    assert [name for name, _ in subject.lines(snippet, RELU)] == [RELU]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_the_check_compiles_is_compiled(subject: Subject) -> None:
    f = subject.write("def f(x):\n    return F.softmax(torch.relu(x), -1).sum()").load().f
    x = torch.randn(3, 3, requires_grad=True)
    with subject.watch(RELU, SOFTMAX, LINEAR_CLASS, CHECKPOINT):
        assert isinstance(torch.jit.trace(f, x), torch.jit.ScriptFunction)
        torch.compile(f, backend="eager", fullgraph=True)(x).backward()


def test_code_that_the_answer_made_is_its_own(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    run = subject.write("exec('def run(x): return torch.relu(x)')").load().run
    monkeypatch.setitem(ward.made, id(run.__code__), run.__code__)
    with subject.watch(RELU) as broken:
        run(torch.ones(3))
    assert broken == [BrokenRule(RELU, 0, rules.RUN_TIME)]


def test_a_file_in_the_directory_of_the_job_is_the_answers(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    space: dict[str, Any] = {"torch": torch}
    exec(compile("def run(x): return torch.relu(x)", str(Path.cwd() / "helper.py"), "exec"), space)
    with subject.watch(RELU) as broken:
        space["run"](torch.ones(3))
    assert broken == [BrokenRule(RELU, 0, rules.RUN_TIME)]


@pytest.mark.parametrize("handed", ["K", "functools.partial(K)", "functools.partial(F.relu)"])
def test_what_is_forbidden_cannot_be_handed_over(subject: Subject, handed: str) -> None:
    subject.write(f"K = vars(nn)['Linear']\nMyLinear = {handed}")
    names = (LINEAR_CLASS, "torch.nn.functional.relu")
    with rules.watch(names, subject.is_subject, names=["MyLinear"]) as broken:
        subject.load()
    assert [rule.line for rule in broken] == [0]


# Classes


FILLED = """
            nn.Module.__init__(self)
            self.weight, self.bias = torch.ones(3, 3), None
"""


@pytest.mark.parametrize(
    "mine",
    [
        "class Mine(nn.Module):\n    forward = K.forward\n    def __init__(self):FILLED",
        "class Mine(K):\n    def __init__(self):FILLED",
        "class Mine(nn.Module):\n    def __init__(self):FILLED            self.__class__ = K",
        "class Mine(nn.Module):\n    def __init__(self):FILLED    def forward(s, x): return K.forward(s, x)",
        "def Mine():\n            self = K.__new__(K)FILLED            return self",
        "import copy\nOLD = K(3, 3)\ndef Mine(): return copy.deepcopy(OLD)",
    ],
)
def test_a_method_counts_on_what_was_never_made(subject: Subject, mine: str) -> None:
    subject.write("K = vars(nn)['Linear']\n" + mine.replace("FILLED", FILLED))
    with subject.watch(LINEAR_CLASS) as broken:
        subject.load().Mine()(torch.ones(3, 3))
    assert {rule.name for rule in broken} == {LINEAR_CLASS}


def test_what_the_check_makes_and_copies_may_be_called(subject: Subject) -> None:
    run = subject.write("def run(layer, x): return layer(x)").load().run
    with subject.watch(LINEAR_CLASS, "torch.optim.SGD", "torch.utils.data.TensorDataset") as broken:
        layer = nn.Linear(3, 3)
        for each in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            run(each, torch.ones(3, 3))
        data = copy.copy(torch.utils.data.TensorDataset(torch.ones(3)))
        run(data.__getitem__, 0)
        torch.optim.SGD(layer.parameters()).step()
    assert broken == []


@pytest.mark.parametrize(
    ("definition", "line"),
    [
        ("class Mine(BASE): pass", 6),
        ("class Mine(BASE):\n    def forward(self, x):\n        return x", 6),
        ("class Mine(BASE):\n    def __init__(self, a, b):\n        super().__init__(a, b)", 8),
        ("class Mine(BASE):\n    def __init__(self, a, b):\n        BASE.__init__(self, a, b)", 8),
        ("class Mixin: pass\nclass Mine(Mixin, BASE): pass", 7),
        ("class Base(BASE): pass\nclass Mine(Base): pass", 6),
    ],
)
def test_a_subclass_counts_whoever_makes_an_instance(subject: Subject, definition: str, line: int) -> None:
    mine = subject.write(f"BASE = vars(nn)['Linear']\n\n{definition}").load().Mine
    with subject.watch(LINEAR_CLASS) as broken:
        mine(2, 3)
        mine(2, 3)
    assert broken == [BrokenRule(LINEAR_CLASS, line, rules.RUN_TIME)]


def test_a_subclass_of_somebody_else_does_not_count(subject: Subject) -> None:
    class Mine(nn.Linear):
        pass

    with subject.watch(LINEAR_CLASS) as broken:
        Mine(2, 3)
    assert broken == []


def test_a_subclass_whose_source_is_gone_has_no_line(subject: Subject) -> None:
    mine = subject.write("Mine = type('Mine', (nn.Linear,), {})").load().Mine
    with subject.watch(LINEAR_CLASS) as broken:
        mine(2, 3)
    assert broken == [BrokenRule(LINEAR_CLASS, 0, rules.RUN_TIME)]


def test_a_class_without_an_init_of_its_own_keeps_its_errors(subject: Subject) -> None:
    snippet = """
        def run(x):
            nn.Parameter(x)
            try:
                torch.utils.checkpoint.CheckpointError(1, wrong=2)
            except TypeError:
                return
            assert False
    """
    names = ("torch.nn.Parameter", "torch.utils.checkpoint.CheckpointError", "torch.Generator")
    assert subject.lines(snippet, *names) == [(names[0], 5), (names[1], 7)]


def test_an_init_called_on_a_stranger_raises_what_it_raises(subject: Subject) -> None:
    run = subject.write("def run(x): nn.Linear.__init__(object(), 2, 3)").load().run
    with subject.watch(LINEAR_CLASS) as broken, pytest.raises(TypeError, match="super"):
        run(None)
    assert [rule.line for rule in broken] == [4]


# The record


def test_each_name_is_recorded_once_a_line(subject: Subject) -> None:
    snippet = "def run(x):\n    for _ in range(3):\n        torch.relu(x)\n    torch.relu(x)"
    assert subject.lines(snippet, RELU) == [(RELU, 6), (RELU, 7)]


def test_a_second_name_for_the_same_thing_is_not_recorded(subject: Subject) -> None:
    names = ("torch.distributions.kl_divergence", "torch.distributions.kl.kl_divergence")
    snippet = """
        import torch.distributions as d
        def run(x): d.kl_divergence(d.Normal(0., 1.), d.Normal(0., 1.))
    """
    assert subject.lines(snippet, *names) == [(names[0], 5)]


def test_the_record_has_an_end(subject: Subject) -> None:
    body = "\n".join(["    torch.relu(x)"] * 50)
    assert len(subject.lines(f"def run(x):\n{body}", RELU)) == 20


def test_a_name_that_this_torch_lacks_is_not_watched(subject: Subject) -> None:
    snippet = "def run(x): torch._VF.relu(x)"
    assert subject.lines(snippet, "torch.from_the_future", RELU) == [(RELU, 4)]


# Afterwards


FORBIDDEN = (
    *(RELU, TENSOR_RELU, LINEAR, SOFTMAX, LINEAR_CLASS, CHECKPOINT),
    *("torch.nn.Softmax", "torch.nn.ReLU", "torch.nn.Module", "torch.nn.Module.state_dict"),
    *("torch.optim.Adam", "torch.enable_grad", "torch.utils.checkpoint.CheckpointFunction"),
    *("torch.func.vjp", "torch.nn.functional.max_pool2d", "torch.autograd.grad"),
    *("torch.utils.data.DistributedSampler", "torch.utils.data.distributed.DistributedSampler"),
    *("torch.Tensor.backward", "torch.nn.Parameter", "torch.compile", "torch.save"),
)


def state() -> dict[tuple[object, str], object]:
    """Return everything that hangs on a module or forbidden class of torch."""
    places: dict[object, Any] = {
        name: vars(module)
        for name, module in sys.modules.items()
        if name.split(".")[0] == "torch" and isinstance(module, types.ModuleType)
    }
    classes = [thing for name in FORBIDDEN if isinstance(thing := rules.resolve(name), type)]
    places.update({kind: vars(kind) for kind in [*classes, torch.Tensor, torch.autograd.Function]})
    return {
        (place, name): thing
        for place, space in places.items()
        for name, thing in space.items()
        if name != "__warningregistry__"
    }


@pytest.fixture
def restored() -> Iterator[None]:
    state()  # resolving may import
    before = state()
    modes = torch._C._len_torch_function_stack()
    yield
    after = state()
    assert after.keys() == before.keys()
    assert [key for key, thing in after.items() if before[key] is not thing] == []
    assert torch._C._len_torch_function_stack() == modes


def busy(subject: Subject, end: str) -> Callable[..., Any]:
    snippet = f"""
        def run(x):
            x.requires_grad_()
            vars(nn)['Linear'](3, 3)(F.softmax(F.max_pool2d(x[None], 1), -1)).sum().backward()
            {end}
    """
    run: Callable[..., Any] = subject.write(snippet).load().run
    return run


@pytest.mark.usefixtures("restored")
def test_nothing_is_left_in_torch(subject: Subject) -> None:
    run = busy(subject, "return")
    with subject.watch(*FORBIDDEN) as broken:
        run(torch.randn(3, 3))
    assert {rule.line for rule in broken} == {6}


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("1 / 0", ZeroDivisionError),
        ("raise KeyboardInterrupt", KeyboardInterrupt),
        ("F.softmax(None, -1)", AttributeError),
        ("F.linear(x, torch.ones(2, 2))", RuntimeError),
        ("torch.autograd.grad(x.sum(), [x, 3])", RuntimeError),
        ("(lambda f: f(f, x))(lambda f, x: f(f, torch.relu(x)))", RecursionError),
    ],
)
def test_an_exception_passes_and_nothing_is_left_in_torch(
    subject: Subject, end: str, kind: type[BaseException]
) -> None:
    run = busy(subject, end)
    with pytest.raises(kind), subject.watch(*FORBIDDEN):
        run(torch.randn(3, 3))


@pytest.mark.usefixtures("restored")
def test_an_exception_in_a_backward_passes(subject: Subject) -> None:
    snippet = """
        class Broken(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2
            @staticmethod
            def backward(ctx, grad):
                raise ValueError("mine")
        def run(x):
            Broken.apply(x.requires_grad_()).sum().backward()
    """
    run = subject.write(snippet).load().run
    with pytest.raises(ValueError, match="mine"), subject.watch(*FORBIDDEN):
        run(torch.randn(3, 3))


@pytest.mark.usefixtures("restored")
def test_a_watch_that_cannot_start_leaves_nothing(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_mode", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError), subject.watch(*FORBIDDEN):
        pytest.fail("it started")


def test_a_stand_in_that_the_subject_kept_is_silent_afterwards(subject: Subject) -> None:
    snippet = "from torch.utils.checkpoint import checkpoint as kept\n"
    subject.write(snippet + "def run(x): return kept(torch.sin, x, use_reentrant=False)")
    with subject.watch(CHECKPOINT) as broken:
        run = subject.load().run
    assert torch.equal(run(torch.zeros(3)), torch.zeros(3))
    assert broken == []


@pytest.mark.usefixtures("restored")
def test_without_a_rule_nothing_is_put_into_torch(subject: Subject) -> None:
    before, modes = state(), torch._C._len_torch_function_stack()
    with subject.watch() as broken:
        inside = state()
        assert torch._C._len_torch_function_stack() == modes
    assert broken == []
    assert all(inside[key] is thing for key, thing in before.items())


def test_a_mode_of_the_answer_is_not_in_the_way(subject: Subject) -> None:
    snippet = """
        from torch.overrides import TorchFunctionMode
        seen = []
        class Mine(TorchFunctionMode):
            def __torch_function__(self, func, types, args=(), kwargs=None):
                seen.append(func.__name__)
                return func(*args, **(kwargs or {}))
        def run(x):
            with Mine():
                F.softmax(x, -1)
            assert seen == ["softmax"]
    """
    assert [name for name, _ in subject.lines(snippet, SOFTMAX)] == [SOFTMAX]
    assert issubclass(subject.module.Mine, TorchFunctionMode)


# In words -----------------------------------------------------------------------------------------


def test_the_message_for_a_name_in_the_source() -> None:
    broken = [BrokenRule(LINEAR, 31, "F.linear")]
    assert rules.message(broken, "katas/layers/my_linear.py") == (
        "The rule: without torch.nn.functional.linear.",
        "katas/layers/my_linear.py:31 uses it as F.linear",
    )


def test_the_message_for_the_full_name_does_not_repeat_it() -> None:
    assert rules.message([BrokenRule(RELU, 7, RELU)], "a.py") == (
        "The rule: without torch.relu.",
        "a.py:7 uses it",
    )


@pytest.mark.parametrize(
    ("name", "short"),
    [
        (LINEAR, "F.linear"),
        (LINEAR_CLASS, "nn.Linear"),
        (TENSOR_RELU, "Tensor.relu"),
        ("torch.optim.Adam", "torch.optim.Adam"),
    ],
)
def test_the_message_for_what_ran_under_another_name(name: str, short: str) -> None:
    assert rules.message([BrokenRule(name, 31, rules.RUN_TIME)], "a.py") == (
        f"The rule: without {name}.",
        f"a.py:31 reaches it when it runs ({short} under another name)",
    )


def test_the_message_names_the_helper_of_torch() -> None:
    how = f"{rules.RUN_TIME} by MultiheadAttention.forward"
    assert rules.message([BrokenRule(LINEAR, 31, how)], "a.py")[1] == (
        "a.py:31 reaches it when it runs (torch's MultiheadAttention.forward calls F.linear)"
    )


def test_the_message_without_a_line_names_the_file() -> None:
    assert rules.message([BrokenRule(LINEAR_CLASS, 0, rules.RUN_TIME)], "a.py")[1] == (
        "a.py reaches it when it runs (nn.Linear under another name)"
    )


def test_the_message_says_each_name_and_line_once() -> None:
    broken = [
        BrokenRule(RELU, 9, rules.RUN_TIME),
        BrokenRule(RELU, 3, rules.RUN_TIME),
        BrokenRule(LINEAR, 5, "F.linear"),
        BrokenRule(RELU, 3, "t.relu"),
    ]
    assert rules.message(broken, "a.py") == (
        "The rule: without torch.nn.functional.linear.",
        "a.py:5 uses it as F.linear",
        "The rule: without torch.relu.",
        "a.py:3 uses it as t.relu",
        "a.py:9 reaches it when it runs (torch.relu under another name)",
    )


@pytest.mark.parametrize(
    ("places", "last"),
    [
        (5, "a.py:5 uses it as t.relu"),
        (6, "and so does line 6"),
        (7, "and so do lines 6 and 7"),
        (9, "and so do lines 6, 7, 8 and 9"),
    ],
)
def test_many_places_are_told_in_one_line(places: int, last: str) -> None:
    broken = [BrokenRule(RELU, line, "t.relu") for line in range(1, places + 1)]
    assert rules.message(broken, "a.py")[-1] == last


def test_the_message_for_a_look_inside() -> None:
    (rule,) = rules.internals("import sys\nsys._getframe().f_back", "a.py")
    assert rules.message([rule], "a.py") == (
        "No answer may look into the process that runs it, or change it.",
        "a.py:2 uses f_back",
    )


def test_no_broken_rule_needs_no_words() -> None:
    assert rules.message([], "a.py") == ()
