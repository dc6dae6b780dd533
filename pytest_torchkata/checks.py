"""What authors of katas import, in checks.py, wrong.py and right.py.

Take ``torch``, ``nn`` and ``F`` from here in checks.py: they load torch on first use, so that listing
katas stays instant.
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_torchkata.catalogue import Shows
from pytest_torchkata.kata import Requirement

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional as F

__all__ = [
    "TIME", "F", "Given", "best_time", "computations", "launches", "nn", "np", "operations", "peak_bytes",
    "questions", "raises", "requirement", "right", "saved_bytes", "shares", "time_ratio", "torch", "truth",
    "wrong",
]  # fmt: skip

_Definition = TypeVar("_Definition", bound=Callable[..., Any])


class _Lazy:
    """A module that is imported when something in it is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        # pytest asks everything in a module that it collects for __wrapped__ and _mock_name.
        if attribute.startswith("_") and self._name not in sys.modules:
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)


if not TYPE_CHECKING:
    np, torch, nn, F = map(_Lazy, ("numpy", "torch", "torch.nn", "torch.nn.functional"))


# Declarations -------------------------------------------------------------------------------------


def wrong(check: str, *, shows: Shows = "difference") -> Callable[[_Definition], _Definition]:
    """Declare a known-wrong answer: a class whose attributes take the place of the reference's.

    Its docstring is the sentence for the person who made this mistake. ``check`` is the check that must
    reject it, and ``shows`` how: by a difference, or, where that is the mistake, by an exception, a stop
    (an endless loop, a crash) or a broken rule. Both are read from the source and must be literals.
    """
    return lambda definition: definition


def right(definition: _Definition) -> _Definition:
    """Declare another right answer: a class whose attributes take the place of the reference's."""
    return definition


def requirement(
    check: Callable[..., Any], name: str, *, within: float | None = None
) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Say what an observation of ``check`` must satisfy, instead of equality with the reference.

    The decorated function gets the observed value (tensors as NumPy arrays) and those of the case's
    parameters that it names; it returns None, or what was expected, in words: "about 0.3".
    ``within``: how far two runs of the same code may be apart; it lets a known mistake be recognised.
    """

    def declare(judge: Callable[..., str | None]) -> Callable[..., str | None]:
        known = getattr(check, "requirements", ())
        check.requirements = (*known, Requirement(name, within, judge))  # type: ignore[attr-defined]
        return judge

    return declare


# Inputs -------------------------------------------------------------------------------------------


class Given:
    """Draws a check's inputs from its own generator, so that an answer's use of randomness shifts nothing.

    Values are drawn in float64 (or complex128) and rounded to ``dtype``, so that they are the same on every
    device and, up to rounding, in every precision.
    """

    def __init__(self, seed: int, device: str = "cpu", dtype: str = "float32", precise: bool = False) -> None:
        self._seed = seed
        self._device = device
        self._dtype = dtype
        self._precise = precise
        self._generator: torch.Generator | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_generator": None}  # a generator starts in the process that draws

    def in_float64(self) -> Given:
        """Return the same inputs, carried in float64."""
        return Given(self._seed, self._device, self._dtype, precise=True)

    def anew(self, seed: int) -> Given:
        """Return one that draws from ``seed``, and has drawn nothing yet."""
        return Given(seed, self._device, self._dtype, precise=self._precise)

    def normal(
        self,
        *size: int,
        mean: float = 0.0,
        std: float = 1.0,
        dtype: torch.dtype | None = None,
        requires_grad: bool = False,
    ) -> torch.Tensor:
        """Draw a tensor of shape ``size`` from a normal distribution."""
        drawn = torch.randn(size, dtype=self._wide(dtype), generator=self._draws())
        return self._finish(drawn * std + mean, dtype, requires_grad)

    def uniform(
        self,
        *size: int,
        low: float = 0.0,
        high: float = 1.0,
        dtype: torch.dtype | None = None,
        requires_grad: bool = False,
    ) -> torch.Tensor:
        """Draw a tensor of shape ``size``, uniform in [low, high)."""
        drawn = torch.rand(size, dtype=self._wide(dtype), generator=self._draws())
        return self._finish(drawn * (high - low) + low, dtype, requires_grad)

    def integers(self, low: int, high: int, size: tuple[int, ...] = ()) -> torch.Tensor:
        """Draw an int64 tensor of shape ``size``, from ``low`` to ``high - 1``."""
        return torch.randint(low, high, size, generator=self._draws()).to(self._device)

    def permutation(self, n: int) -> torch.Tensor:
        """Draw an order of 0 to ``n - 1``, as int64."""
        return torch.randperm(n, generator=self._draws()).to(self._device)

    def tensor(
        self, values: Any, *, dtype: torch.dtype | None = None, requires_grad: bool = False
    ) -> torch.Tensor:
        """Return fixed floating values with the dtype and on the device of the case."""
        return self._finish(torch.tensor(values, dtype=self._wide(dtype)), dtype, requires_grad)

    def like(self, tensor: torch.Tensor) -> torch.Tensor:
        """Draw a tensor with the shape, dtype and device of ``tensor``: an upstream gradient."""
        drawn = torch.randn(tensor.shape, dtype=self._wide(tensor.dtype), generator=self._draws())
        if self._precise:  # the values that the lower precision gets
            low = self._torch_dtype()
            drawn = drawn.to(low.to_complex() if tensor.is_complex() else low.to_real())
        return drawn.to(device=tensor.device, dtype=tensor.dtype)

    def backward(self, out: torch.Tensor, grad_output: torch.Tensor | None = None) -> None:
        """Send an upstream gradient back through ``out``: the one given, else one drawn for it.

        It is ``out.backward(grad_output)``, which however imports SymPy, at half a second, to look at it.
        """
        upstream = self.like(out) if grad_output is None else grad_output
        (out * upstream.conj()).sum().real.backward()

    def fill(self, module: nn.Module, std: float = 0.5) -> nn.Module:
        """Set every parameter, in the order of their names, and move the module to device and dtype."""
        module.to(device=self._device, dtype=self._wide(None) if self._precise else self._torch_dtype())
        with torch.no_grad():
            for _, parameter in sorted(module.named_parameters()):
                parameter.copy_(self.normal(*parameter.shape, std=std))
        return module

    def _draws(self) -> torch.Generator:
        if self._generator is None:
            self._generator = torch.Generator().manual_seed(self._seed)
        return self._generator

    def _wide(self, dtype: torch.dtype | None) -> torch.dtype:
        """Return what to draw in: a complex number has two parts."""
        return torch.complex128 if (dtype or self._torch_dtype()).is_complex else torch.float64

    def _torch_dtype(self) -> torch.dtype:
        dtype: torch.dtype = getattr(torch, self._dtype)
        return dtype

    def _finish(self, drawn: torch.Tensor, dtype: torch.dtype | None, requires_grad: bool) -> torch.Tensor:
        rounded = drawn.to(dtype or self._torch_dtype())
        if self._precise and (rounded.is_floating_point() or rounded.is_complex()):
            rounded = rounded.to(self._wide(dtype))
        return rounded.to(self._device).requires_grad_(requires_grad)


# Observing ----------------------------------------------------------------------------------------


def raises(kind: type[BaseException], call: Callable[[], object]) -> str:
    """Call ``call`` and say whether it raised ``kind``, for use as an observation.

    NotImplementedError passes through: what is not written yet must not look like a refusal.
    """
    try:
        call()
    except NotImplementedError:
        raise
    except kind:
        return f"raises {kind.__name__}" if kind is not Exception else "raises"
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    return "does not raise"


def shares(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether both tensors live in the same storage."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


def truth(questions: str) -> dict[str, Any]:
    """Run the questions of a predict kata and return the answer to each.

    A question is a line ``key:`` and an indented snippet; the value of the snippet's last line is the
    answer. Each snippet runs in a namespace of its own with ``torch``, ``nn``, ``F``, ``np``,
    ``shares(a, b)`` and ``raises(f)``, here the name of the exception class that calling f raises, or None.
    """
    return dict(_truth(questions))


@functools.cache  # a reference is run anew for every case, and there is a case for every question
def _truth(questions: str) -> dict[str, Any]:
    return {key: _last_value(snippet) for key, snippet in snippets(questions).items()}


def snippets(questions: str) -> dict[str, str]:
    """Split the text of a predict kata's questions into key and snippet."""
    found: dict[str, list[str]] = {}
    for line in questions.strip().splitlines():
        if line.startswith("    "):
            found[list(found)[-1]].append(line[4:])
        elif line.strip():
            found[line.strip().removesuffix(":")] = []
    return {key: "\n".join(lines) for key, lines in found.items()}


@functools.cache  # a check may ask again when the file can no longer be read
def questions(checks: str) -> tuple[str, ...]:
    """Return the keys of the QUESTIONS in the reference.py beside a checks.py, without running either."""
    return tuple(snippets(question_text(Path(checks).parent)))


def question_text(solution: Path) -> str:
    """Return the QUESTIONS in the reference.py of a solution's folder."""
    for node in ast.parse((solution / "reference.py").read_bytes()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "QUESTIONS":
            return str(ast.literal_eval(node.value))
    raise ValueError(f"there is no QUESTIONS in {solution / 'reference.py'}")


def _last_value(snippet: str) -> Any:
    tree = ast.parse(snippet)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), f"the last line must be an expression: {snippet!r}"
    space: dict[str, Any] = {
        name: importlib.import_module(module)
        for name, module in (
            ("torch", "torch"),
            ("nn", "torch.nn"),
            ("F", "torch.nn.functional"),
            ("np", "numpy"),
        )
    }
    space |= {"shares": shares, "raises": _exception_name}
    exec(compile(tree, "<question>", "exec"), space)  # noqa: S102 (our own snippets)
    return eval(compile(ast.Expression(last.value), "<question>", "eval"), space)  # noqa: S307


def _exception_name(call: Callable[[], object]) -> str | None:
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


# Measuring ----------------------------------------------------------------------------------------


def best_time(call: Callable[[], object], repeat: int = 5) -> float:
    """Return the seconds of the fastest of ``repeat`` calls, after one that is not counted."""
    import time

    with torch._C.DisableTorchFunction():  # the watch for forbidden names would be timed too
        call()
        times = []
        for _ in range(repeat):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
    return min(times)


TIME = "time, relative to the baseline's"
"""The name of what ``time_ratio`` observes."""


def _ignore(lap: str) -> None:
    """Do nothing at the beginning and the end of a lap."""


on_lap: Callable[[str], None] = _ignore
"""Called at the beginning and at the end of what a clock outside this process measures as well."""


def time_ratio(
    yours: Callable[[], object], baseline: Callable[[], object], repeat: int = 20
) -> dict[str, float]:
    """Return the time that ``yours`` takes on the current CUDA device, in units of ``baseline``'s.

    It is an observation by the name of ``TIME``, for a check with the mark ``timed``. Both are warmed up,
    then called in turn. Before each call the device's cache is emptied, and the call is timed by a pair of
    events; the median of ``repeat`` counts. Afterwards as many calls of each as take some 50 ms are timed
    by the clock of the process that judges, whose ratio must not be a different one.
    """
    calls = {"yours": yours, "baseline": baseline}
    cache = torch.cuda.get_device_properties(torch.cuda.current_device()).L2_cache_size
    filling = torch.empty(4 * max(cache, 1 << 20), dtype=torch.uint8, device="cuda")
    events: dict[str, list[tuple[Any, Any]]] = {name: [] for name in calls}
    with torch._C.DisableTorchFunction():  # the watch for forbidden names would be timed too
        for call in calls.values():
            for _ in range(3):
                call()
        for _ in range(repeat):
            for name, call in calls.items():
                filling.zero_()
                start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
                start.record()
                call()
                end.record()
                events[name].append((start, end))
        torch.cuda.synchronize()
        times = {
            name: statistics.median(start.elapsed_time(end) for start, end in pairs)
            for name, pairs in events.items()
        }
        calls_in_lap = max(1, min(1000, int(50 / max(1e-3, *times.values()))))
        for name, call in calls.items():
            on_lap(name)
            for _ in range(calls_in_lap):
                call()
            torch.cuda.synchronize()
            on_lap(name)
    return {TIME: times["yours"] / max(times["baseline"], 1e-6)}


def saved_bytes(call: Callable[[], object]) -> int:
    """Return how many bytes autograd keeps for the backward of what ``call`` computes, by storage."""
    storages: dict[int, int] = {}
    kept: list[torch.Tensor] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        kept.append(tensor)  # alive, so that no storage's address is used twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = call()
    del result
    return sum(storages.values())


def operations(call: Callable[[], object]) -> list[str]:
    """Return the names of the operations that ``call`` makes torch carry out, as in "aten.mm"."""
    from torch.utils._python_dispatch import TorchDispatchMode

    names: list[str] = []

    class Recorder(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            names.append(str(func.overloadpacket))
            return func(*args, **(kwargs or {}))

    with Recorder():  # type: ignore[no-untyped-call]
        call()
    return names


def computations(call: Callable[[], object]) -> list[str]:
    """Return the names of the operations by which ``call`` has torch compute, each once."""
    names = {name for name in operations(call) if not _MOVING.fullmatch(name.removeprefix("aten."))}
    return sorted(names)


_MOVING = re.compile(
    r"(new_)?(empty|zeros|ones|full)(_like|_strided)?|fill_|zero_|copy_|clone|_to_copy|constant_pad_nd|set_"
    r"|resize_|alias|detach|view|_unsafe_view|_reshape_alias|as_strided|slice|select|split|unbind|t|transpose"
    r"|permute|squeeze|unsqueeze|expand|lift_fresh|is_pinned"
)
"""Operations that make memory, name it or copy it."""


def launches(call: Callable[[], object]) -> int:
    """Count the kernels of Triton that ``call`` launches, in the interpreter or compiled."""
    from triton.runtime.jit import KernelInterface

    count = 0
    original = KernelInterface.__getitem__

    def counted(self: Any, grid: Any) -> Any:
        nonlocal count
        count += 1
        return original(self, grid)

    KernelInterface.__getitem__ = counted
    try:
        call()
    finally:
        KernelInterface.__getitem__ = original
    return count


def peak_bytes(call: Callable[[], object]) -> int:
    """Return the most bytes that tensors made during ``call`` held at one time, its result included."""
    import weakref

    from torch.utils._python_dispatch import TorchDispatchMode

    live: dict[int, int] = {}
    peak = 0

    class Meter(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            nonlocal peak
            result = func(*args, **(kwargs or {}))
            known = {_address(a) for a in torch.utils._pytree.tree_leaves((args, kwargs)) if _holds(a)}
            for leaf in torch.utils._pytree.tree_leaves(result):
                if _holds(leaf) and (key := _address(leaf)) not in known and key not in live:
                    storage = leaf.untyped_storage()
                    live[key] = storage.nbytes()
                    weakref.finalize(storage, live.pop, key, None)
            peak = max(peak, sum(live.values()))
            return result

    with Meter():  # type: ignore[no-untyped-call]
        result = call()
    del result
    return peak


def _holds(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.layout == torch.strided


def _address(tensor: torch.Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
