import itertools
import pickle
import subprocess
import sys
import warnings

import pytest
import torch
from torch import nn

from pytest_torchkata import checks
from pytest_torchkata.checks import Given, raises, requirement, right, shares, snippets, truth, wrong

PRECISIONS = ("float64", "float32", "bfloat16", "float16")
DRAWS = {
    "normal": lambda given: given.normal(3, 4, mean=1, std=2),
    "uniform": lambda given: given.uniform(3, 4, low=-1, high=5),
    "integers": lambda given: given.integers(-3, 9, (50,)),
    "permutation": lambda given: given.permutation(50),
    "tensor": lambda given: given.tensor([0.1, -2.3]),
    "like": lambda given: given.like(given.tensor([[1.0], [2.0]])),
    "fill": lambda given: given.fill(nn.Linear(3, 2)).weight,
}


# Given --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_seed_draws_the_same_again_and_another_seed_something_else(draw):
    assert torch.equal(draw(Given(7)), draw(Given(7)))
    same = torch.equal(draw(Given(7)), draw(Given(8)))
    assert same == (draw is DRAWS["tensor"])  # fixed values


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_every_precision_gets_the_same_values_up_to_rounding(draw, dtype):
    exact, drawn = draw(Given(7, dtype="float64")), draw(Given(7, dtype=dtype))
    expected = getattr(torch, dtype) if exact.is_floating_point() else torch.int64
    assert drawn.dtype == expected
    assert torch.equal(drawn, exact.to(expected))


@pytest.mark.parametrize(
    ("draw", "dtype"),
    [
        *itertools.product(DRAWS, PRECISIONS),
        *itertools.product(["normal", "uniform", "tensor", "like"], ["complex64"]),
    ],
)
def test_in_float64_carries_exactly_the_values_of_the_lower_precision(draw, dtype):
    given = Given(7, dtype=dtype)
    low, precise = DRAWS[draw](given), DRAWS[draw](given.in_float64())
    widened = {torch.int64: torch.int64, torch.complex64: torch.complex128}
    assert precise.dtype == widened.get(low.dtype, torch.float64)
    assert torch.equal(precise, low.to(precise.dtype))


def test_values_are_drawn_on_the_cpu_and_then_moved():
    # The meta device stands for any other: it has no generator and keeps no values.
    given = Given(7, device="meta")
    floating = [given.normal(2), given.uniform(2), given.tensor([1.0])]
    assert {t.device.type for t in [*floating, given.integers(0, 3, (2,)), given.permutation(2)]} == {"meta"}
    assert {p.device.type for p in given.fill(nn.Linear(2, 2)).parameters()} == {"meta"}


def test_randomness_of_an_answer_shifts_nothing():
    given = Given(7)
    first = given.normal(3)
    torch.rand(5)
    torch.manual_seed(1)
    again = Given(7)
    assert torch.equal(first, again.normal(3))
    assert torch.equal(given.normal(3), again.normal(3))


def test_one_draw_follows_another():
    given = Given(7)
    assert not torch.equal(given.normal(3), given.normal(3))


def test_travels_to_another_process_from_its_start():
    given = Given(7, dtype="float16")
    first = given.normal(3)
    assert torch.equal(pickle.loads(pickle.dumps(given)).normal(3), first)


@pytest.mark.parametrize("name", ["normal", "uniform"])
def test_a_draw_takes_a_dtype_and_a_gradient_of_its_own(name):
    drawn = getattr(Given(7), name)(2, 3, dtype=torch.float16, requires_grad=True)
    assert (drawn.dtype, drawn.requires_grad, drawn.is_leaf) == (torch.float16, True, True)
    assert not getattr(Given(7), name)(2).requires_grad


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_a_complex_draw_has_an_imaginary_part(dtype):
    given = Given(7, dtype=dtype)
    for drawn in (given.normal(50), given.uniform(50), given.like(given.tensor([0.5j] * 50))):
        assert drawn.dtype == getattr(torch, dtype)
        assert drawn.imag.std() > 0.2
        assert not torch.equal(drawn.imag, drawn.real)


def test_like_follows_the_tensor_in_the_dtype_and_the_case_in_the_precision():
    spectrum = torch.zeros(3, dtype=torch.complex128)
    low, precise = Given(7).like(spectrum), Given(7).in_float64().like(spectrum)
    assert torch.equal(low.to(torch.complex64), precise.to(torch.complex64))
    assert torch.equal(precise, precise.to(torch.complex64).to(torch.complex128))


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_backward_is_the_one_of_torch(dtype):
    given = Given(7, dtype=dtype)
    x, upstream = given.normal(2, 3, requires_grad=True), given.normal(2, 3)
    (expected,) = torch.autograd.grad(x * x, x, upstream)
    given.backward(x * x, upstream)
    assert torch.allclose(x.grad, expected)


def test_backward_draws_an_upstream_gradient():
    x, y = (Given(7).normal(2, 3, requires_grad=True) for _ in range(2))
    given = Given(8)
    given.backward(3 * x)
    assert torch.equal(x.grad, 3 * Given(8).like(x))
    given.backward(3 * y)
    assert not torch.equal(x.grad, y.grad)


def test_distributions_are_what_they_are_called():
    given = Given(7)
    normal, uniform = given.normal(4000, mean=3, std=2), given.uniform(4000, low=-2, high=4)
    assert (normal.mean() - 3).abs() < 0.2
    assert (normal.std() - 2).abs() < 0.2
    assert -2 <= uniform.min() < -1.9
    assert 3.9 < uniform.max() < 4
    assert set(given.integers(1, 4, (100,)).tolist()) == {1, 2, 3}
    assert sorted(given.permutation(9).tolist()) == list(range(9))
    assert given.integers(0, 3).shape == ()


def test_fill_goes_by_name_and_not_by_the_order_of_definition():
    class One(nn.Module):
        def __init__(self, *names):
            super().__init__()
            for name in names:
                setattr(self, name, nn.Linear(2, 3))

    left, right = One("a", "b"), One("b", "a")
    given = Given(7), Given(7)
    for (name, p), (other, q) in zip(
        sorted(given[0].fill(left).named_parameters()),
        sorted(given[1].fill(right).named_parameters()),
        strict=True,
    ):
        assert name == other
        assert torch.equal(p, q)


def test_fill_sets_every_parameter_and_keeps_it_trainable():
    module = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3))
    before = [p.clone() for p in module.parameters()]
    assert Given(7, dtype="float64").fill(module) is module
    for parameter, old in zip(module.parameters(), before, strict=True):
        assert parameter.dtype == torch.float64
        assert parameter.requires_grad
        assert not torch.equal(parameter.float(), old)


# Observing ----------------------------------------------------------------------------------------


def throw(error):
    raise error


@pytest.mark.parametrize(
    ("call", "seen"),
    [
        (lambda: None, "does not raise"),
        (lambda: throw(ValueError("x")), "raises ValueError"),
        (lambda: throw(UnicodeError("x")), "raises ValueError"),  # a kind of ValueError
        (lambda: throw(TypeError("no")), "raises TypeError: no"),
    ],
)
def test_raises_says_what_was_raised(call, seen):
    assert raises(ValueError, call) == seen


def test_any_exception_may_do():
    assert raises(Exception, lambda: throw(TypeError("no"))) == "raises"


@pytest.mark.parametrize("error", [NotImplementedError, KeyboardInterrupt])
def test_what_is_not_written_yet_is_no_refusal(error):
    with pytest.raises(error):
        raises(Exception, lambda: throw(error()))


def test_shares():
    x = torch.zeros(3, 4)
    assert shares(x, x[1:].t())
    assert not shares(x, x.clone())


QUESTIONS = """
size:
    x = torch.zeros(2, 3)

    x.t().shape
of_nothing:
    raises(lambda: torch.zeros(2).view(3))
fine:
    raises(lambda: (nn.Identity(), F.relu, np.pi))
alias:
    x = torch.zeros(2)
    shares(x, x[:1])
"""


def test_snippets_are_split_by_key():
    assert list(snippets(QUESTIONS)) == ["size", "of_nothing", "fine", "alias"]
    assert snippets(QUESTIONS)["size"] == "x = torch.zeros(2, 3)\nx.t().shape"


def test_truth_is_what_the_snippets_give():
    expected = {"size": (3, 2), "of_nothing": "RuntimeError", "fine": None, "alias": True}
    assert truth(QUESTIONS) == expected


def test_a_question_sees_nothing_of_another():
    with pytest.raises(NameError):
        truth("a:\n    x = 1\n    x\nb:\n    x")


def test_the_last_line_must_be_a_value():
    with pytest.raises(AssertionError, match="the last line must be an expression: 'x = 1'"):
        truth("a:\n    x = 1")


def test_questions_are_read_without_running_them(tmp_path):
    (tmp_path / "reference.py").write_text(f'raise SystemExit\nQUESTIONS = """{QUESTIONS}"""\n')
    assert checks.questions(str(tmp_path / "checks.py")) == ("size", "of_nothing", "fine", "alias")


def test_a_reference_without_questions_is_named(tmp_path):
    (tmp_path / "reference.py").write_text("ANSWERS = {}\n")
    with pytest.raises(ValueError, match=r"there is no QUESTIONS in .*reference.py"):
        checks.questions(str(tmp_path / "checks.py"))


# Declarations -------------------------------------------------------------------------------------


def test_requirements_gather_on_their_check():
    def check_rate():
        """A check."""

    @requirement(check_rate, "rate", within=0.1)
    def about(value):
        return None if value < 1 else "below 1"

    @requirement(check_rate, "other")
    def never(value):
        return "something else"

    assert [(r.name, r.within, r.judge) for r in check_rate.requirements] == [
        ("rate", 0.1, about),
        ("other", None, never),
    ]
    assert about(2) == "below 1"


def test_declarations_leave_what_they_declare():
    class Answer: ...

    assert wrong("check_x", shows="stop")(Answer) is Answer
    assert right(Answer) is Answer


# Measuring ----------------------------------------------------------------------------------------

KIB = 1024


def kib(n):
    return torch.zeros(n * KIB // 4)


X = kib(64)
MEMORY = {
    "nothing": (lambda: None, 0),
    "a view": (lambda x=X: x[1:], 0),
    "in place": (lambda x=X: x.add_(1), 0),
    "a result": (lambda: kib(64), 64),
    "two at a time": (lambda: (kib(64), kib(32)), 96),
    "one after another": (lambda: [None for _ in range(3) if kib(64) is None], 64),
    "a temporary of an expression": (lambda x=X: x + 1 + 1, 128),
    "a view keeps its storage": (lambda: (kib(64)[:1], kib(64)[:1]), 128),
}


@pytest.mark.parametrize("case", MEMORY)
def test_peak_bytes_counts_storages_alive_together(case):
    call, expected = MEMORY[case]
    assert checks.peak_bytes(call) == expected * KIB


def test_peak_bytes_counts_a_backward():
    x = kib(64).requires_grad_()
    assert checks.peak_bytes(lambda: x.exp()) == 64 * KIB
    # The result that exp keeps, and the gradient.
    assert 128 * KIB <= checks.peak_bytes(lambda: x.exp().sum().backward()) < 192 * KIB


def test_saved_bytes_counts_each_storage_once():
    x, w = kib(64).requires_grad_(), kib(64).requires_grad_()
    assert checks.saved_bytes(lambda: x + w) == 0
    assert checks.saved_bytes(lambda: x.exp()) == 64 * KIB
    assert checks.saved_bytes(lambda: x * x) == 64 * KIB
    assert checks.saved_bytes(lambda: x * w) == 128 * KIB
    assert checks.saved_bytes(lambda: x.exp() * w) == 128 * KIB  # exp keeps what the product keeps


def test_operations_are_named():
    x = torch.zeros(2, 3)
    assert checks.operations(lambda: (x @ x.t()).relu_()) == ["aten.t", "aten.mm", "aten.relu_"]


def test_best_time_is_the_fastest_after_one_that_does_not_count(monkeypatch):
    ticks = iter([0, 5, 10, 12, 20, 27])
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    calls = []
    assert checks.best_time(lambda: calls.append(1), repeat=3) == 2
    assert len(calls) == 4


# Loading ------------------------------------------------------------------------------------------


def test_importing_it_imports_no_torch():
    program = """
import sys
from pytest_torchkata.checks import *
from pytest_torchkata import checks, catalogue, collect, plugin
for name in ("torch", "nn", "F", "np"):
    getattr(getattr(checks, name), "__wrapped__", None)
late = {"torch", "numpy", "fsrs", "psutil", "pytest_torchkata.sandbox", "pytest_torchkata.compare"}
assert not late & set(sys.modules), late & set(sys.modules)
assert torch.zeros(2).shape == (2,) and nn.Linear and F.relu and np.pi
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_everything_public_is_there():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        missing = [name for name in checks.__all__ if not hasattr(checks, name)]
    assert not missing
