"""The comparison of katas, for anybody's test suite."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_torchkata.compare import compare, describe, incomparable, named
from pytest_torchkata.kata import Difference, Observations

if TYPE_CHECKING:
    import torch

__all__ = ["assert_matches_reference"]


def assert_matches_reference(
    candidate: Callable[..., object],
    reference: Callable[..., object],
    *inputs: object,
    grad: bool = True,
    seed: int = 0,
) -> None:
    """Assert that a candidate gives what a reference gives, gradients included.

    Both are called with the same positional inputs, each with a copy of its own (tensors detached
    and cloned, everything else deep-copied), and from the same random seed; torch's random state is
    as before afterwards. ``functools.partial`` or a lambda binds what should not be an input. What
    is compared, as a kata compares it:

    - the output: a tensor, a number, text, None, or lists, tuples and dicts of these. Tensors must
      have the same type, shape, dtype, device, layout and ``requires_grad``, be NaN or infinite in
      the same places, and have the same values;
    - with ``grad``, the gradient of every floating or complex tensor among the inputs, nested ones
      included, for one random cotangent of all floating outputs. Such inputs get
      ``requires_grad=True``; without ``grad`` they have it as given;
    - the inputs after the call, so that one changed in place does not go unnoticed;
    - where both are ``nn.Module`` with parameters, or buffers, of the same names: the gradients of
      the parameters, and the buffers after the call. Both run as copies, with the weights they
      have: load equal ones first, as by ``candidate.load_state_dict(reference.state_dict())``.

    The tolerance is measured: it follows from the dtype and from how far the reference is from
    itself in float64. So the reference runs once more, with inputs, weights and torch's default
    dtype in float64; where it cannot, the dtype alone decides.

    Gradients are named after the parameters of the reference's signature (``logits.grad``).

    Raises ``AssertionError`` with one line for every difference, and ``TypeError`` if either side
    is not callable or the reference returns something that cannot be compared. What the candidate
    or the reference raise is passed on.
    """
    __tracebackhide__ = True
    for role, function in (("candidate", candidate), ("reference", reference)):
        if not callable(function):
            raise TypeError(f"the {role} must be callable, not {describe(function)}")
    trial = _Trial.of(candidate, reference, inputs, grad, seed)
    expected = trial.observe(reference)
    if kind := incomparable(expected):
        raise TypeError(
            f"the reference returned a {kind}, which cannot be compared; "
            "return tensors, numbers, text, None, or lists, tuples and dicts of these"
        )
    differences = compare(expected, trial.observe(candidate), trial.observe_precisely(reference))
    if differences:
        raise AssertionError(_report(candidate, reference, differences))


@dataclass(frozen=True)
class _Trial:
    """What candidate and reference are called with, and what is looked at afterwards."""

    inputs: Mapping[str, object]
    parameters: Sequence[str]
    """The names of parameters whose gradients are compared."""
    buffers: Sequence[str]
    grad: bool
    seed: int

    @classmethod
    def of(
        cls,
        candidate: Callable[..., object],
        reference: Callable[..., object],
        inputs: Sequence[object],
        grad: bool,
        seed: int,
    ) -> _Trial:
        names = _input_names(reference, len(inputs))
        return cls(
            inputs=dict(zip(names, inputs, strict=True)),
            parameters=_common(candidate, reference, "named_parameters") if grad else (),
            buffers=_common(candidate, reference, "named_buffers"),
            grad=grad,
            seed=seed,
        )

    def observe(self, function: Callable[..., object], precisely: bool = False) -> Observations:
        """Call a copy with copies of the inputs; what is seen travels like a kata's."""
        __tracebackhide__ = True
        import torch

        from pytest_torchkata.transport import decode, encode

        function = _copied_function(function, precisely)
        inputs = {name: self._copied(value, precisely) for name, value in self.inputs.items()}
        with _seeded(self.seed), torch.set_grad_enabled(self.grad or torch.is_grad_enabled()):
            output = function(*inputs.values())
            if self.grad:
                _backward(output, self.seed)
        seen: Observations = decode(encode(self._seen(function, inputs, output)))
        return seen

    def observe_precisely(self, function: Callable[..., object]) -> Observations | None:
        """Observe in float64, or not at all: not everything runs in float64."""
        import torch

        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            return self.observe(function, precisely=True)
        except Exception:
            return None
        finally:
            torch.set_default_dtype(before)

    def _copied(self, value: object, precisely: bool) -> object:
        """Copy an input, down to its tensors, so that no side shares memory with another."""
        import torch

        if isinstance(value, torch.Tensor):
            tensor = value.detach().clone()
            if precisely:
                tensor = _upcast(tensor)
            return tensor.requires_grad_(value.requires_grad or (self.grad and _floats(tensor)))
        if isinstance(value, (list, tuple)):
            items = [self._copied(item, precisely) for item in value]
            kind: Any = type(value)
            return kind(*items) if hasattr(value, "_fields") else kind(items)  # a namedtuple
        if isinstance(value, dict):
            return {key: self._copied(item, precisely) for key, item in value.items()}
        return copy.deepcopy(value)

    def _seen(
        self, function: Callable[..., object], inputs: Mapping[str, object], output: object
    ) -> dict[str, object]:
        import torch

        seen: dict[str, object] = {"output": output}
        leaves = [leaf for name, value in inputs.items() for leaf in _tensors(name, value)]
        if self.grad:
            seen |= {f"{name}.grad": leaf.grad for name, leaf in leaves if _floats(leaf)}
        seen |= {f"{name} after the call": leaf.detach() for name, leaf in leaves}
        if isinstance(function, torch.nn.Module):
            parameters = dict(function.named_parameters())
            buffers = dict(function.named_buffers())
            seen |= {f"{_other(name, inputs)}.grad": parameters[name].grad for name in self.parameters}
            seen |= {f"{_other(name, inputs)} after the call": buffers[name] for name in self.buffers}
        return seen


def _input_names(reference: Callable[..., object], count: int) -> list[str]:
    """Name the inputs as the reference does, as far as it names them."""
    import torch

    target = reference.forward if isinstance(reference, torch.nn.Module) else reference
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):  # a builtin such as torch.add
        parameters = []
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [one.name for one in parameters if one.kind in by_place]
    return [*names, *(f"input {i}" for i in range(len(names), count))][:count]


def _other(name: str, inputs: Mapping[str, object]) -> str:
    """Tell a module's own tensor from an input of the same name."""
    return f"self.{name}" if name in inputs else name


def _common(candidate: object, reference: object, which: str) -> tuple[str, ...]:
    """List the names of a module's tensors, where the other is a module with the same ones."""
    import torch

    if not (isinstance(candidate, torch.nn.Module) and isinstance(reference, torch.nn.Module)):
        return ()
    names = [tuple(name for name, _ in getattr(one, which)()) for one in (reference, candidate)]
    return names[0] if sorted(names[0]) == sorted(names[1]) else ()


def _copied_function(function: Callable[..., object], precisely: bool) -> Callable[..., object]:
    """Copy a module, so that it keeps its gradients and running statistics; functions stay."""
    import torch

    if not isinstance(function, torch.nn.Module):
        return function
    module = copy.deepcopy(function)
    module.zero_grad(set_to_none=True)
    return module.double() if precisely else module


def _floats(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def _upcast(tensor: torch.Tensor) -> torch.Tensor:
    import torch

    if tensor.is_complex():
        return tensor.to(torch.complex128)
    return tensor.double() if tensor.is_floating_point() else tensor


def _tensors(name: str, value: object) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield every tensor in a nested value, with its name."""
    import torch

    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _tensors(f"{name}[{i}]", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _tensors(named(name, key), item)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed torch, and put its random state back afterwards."""
    import torch

    # Naming the devices keeps fork_rng from warning of them, and from starting CUDA.
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def _backward(output: object, seed: int) -> None:
    """Send a random cotangent back through all outputs that carry a graph."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    outputs = [tensor for _, tensor in _tensors("output", output) if _floats(tensor)]
    # Drawn for every output, attached or not, so that both sides get the same ones.
    cotangents = [_cotangent(tensor, generator) for tensor in outputs]
    attached = [pair for pair in zip(outputs, cotangents, strict=True) if pair[0].requires_grad]
    if attached:
        torch.autograd.backward([one for one, _ in attached], [other for _, other in attached])


def _cotangent(output: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw eighths between 1/8 and 2, of either sign: every dtype holds them exactly.

    Drawn as floats they would be rounded differently for the run in float64.
    """
    import torch

    eighths = torch.randint(1, 17, output.shape, generator=generator)
    signs = 2 * torch.randint(0, 2, output.shape, generator=generator) - 1
    return (eighths * signs).to(output.device, output.dtype) / 8


def _report(candidate: object, reference: object, differences: Sequence[Difference]) -> str:
    width = max(len(one.name) for one in differences)
    title = f"{_called(candidate)} does not match {_called(reference)}:"
    return "\n".join([title, *(f"  {one.name:<{width}}   {one.text}" for one in differences)])


def _called(function: object) -> str:
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__
