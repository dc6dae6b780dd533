"""Wrong answers that need no author: the reference with its results spoilt.

Every kata's checks must notice each of them wherever it changes anything.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

__all__ = ["REFLEXES", "Reflex"]

REFLEXES = ("zeros", "constant", "input", "detached", "half")
_RETURNING = ("forward", "apply", "__getitem__")
"""The methods whose results a caller uses, in classes."""


class Reflex:
    """Spoils what the functions and classes of a reference return."""

    def __init__(self, name: str) -> None:
        self._change: Callable[[Any, list[Any]], Any] = globals()[f"_{name}"]
        self.applied = False
        """Whether any result was changed."""

    def apply(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """Return the same names, spoilt."""
        return {name: self._spoil(value) for name, value in names.items()}

    def _spoil(self, value: Any) -> Any:
        if not isinstance(value, type):
            return self._wrap(value) if callable(value) else value
        spoilt = {name: self._wrap_method(value, name) for name in _RETURNING if hasattr(value, name)}
        return type(value)(value.__name__, (value,), spoilt)

    def _wrap_method(self, owner: type, name: str) -> Any:
        if name == "apply":  # of an autograd Function, called on the class
            return staticmethod(self._wrap(owner.apply))  # type: ignore[attr-defined]
        if name == "forward" and hasattr(owner, "apply") and hasattr(owner, "backward"):
            return owner.__dict__.get(name)
        return self._wrap(getattr(owner, name))

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def spoilt(*args: Any, **kwargs: Any) -> Any:
            from torch.utils._pytree import tree_leaves, tree_map

            inputs = tree_leaves((args, kwargs))
            return tree_map(lambda leaf: self._leaf(leaf, inputs), function(*args, **kwargs))

        return spoilt

    def _leaf(self, leaf: Any, inputs: list[Any]) -> Any:
        import torch

        if isinstance(leaf, float) or (isinstance(leaf, torch.Tensor) and leaf.is_floating_point()):
            changed = self._change(leaf, inputs)
            self.applied = self.applied or not _equal(leaf, changed)
            return changed
        return leaf


def _equal(left: float | torch.Tensor, right: float | torch.Tensor) -> bool:
    import torch

    if not isinstance(left, torch.Tensor) or not isinstance(right, torch.Tensor):
        return left is right or bool(left == right)
    same = left.shape == right.shape and torch.allclose(left, right, rtol=0, atol=0, equal_nan=True)
    return left.requires_grad == right.requires_grad and same


def _zeros(result: Any, inputs: list[Any]) -> Any:
    return 0.0 if isinstance(result, float) else (result * 0).nan_to_num()


def _constant(result: Any, inputs: list[Any]) -> Any:
    return _zeros(result, inputs) + 1


def _input(result: Any, inputs: list[Any]) -> Any:
    import torch

    shape = getattr(result, "shape", None)
    same = (i for i in inputs if isinstance(i, torch.Tensor) and i.shape == shape)
    return next((i for i in same if i.dtype == result.dtype), result)


def _detached(result: Any, inputs: list[Any]) -> Any:
    return result if isinstance(result, float) else result.detach()


def _half(result: Any, inputs: list[Any]) -> Any:
    import torch

    if isinstance(result, float):
        return torch.tensor(result).half().item()
    return result.half().to(result.dtype)
