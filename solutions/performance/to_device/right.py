import torch
from torch.utils._pytree import tree_map

from pytest_torchkata.checks import right


@right
class TreeMap:
    """torch's own walk over nested containers, told that a packed sequence is none."""

    def to_device(batch, device, non_blocking=False):
        def move(leaf):
            return leaf.to(device, non_blocking=non_blocking) if hasattr(leaf, "to") else leaf

        return tree_map(move, batch, is_leaf=lambda node: hasattr(node, "to"))

    def pick_device():
        found = [
            ("cuda", torch.cuda.is_available()),
            ("mps", torch.backends.mps.is_available()),
            ("cpu", True),
        ]
        return torch.device(next(name for name, available in found if available))


@right
class TensorsFirst:
    """Tensors first, and every container by its own rule."""

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if isinstance(value, torch.Tensor):
                return value.to(device, non_blocking=non_blocking)
            if hasattr(value, "to") and callable(value.to):
                return value.to(device)
            if isinstance(value, dict):
                return dict(zip(value, map(move, value.values()), strict=True))
            if isinstance(value, tuple) and hasattr(value, "_asdict"):
                return value._make(map(move, value))
            if isinstance(value, list):
                return [move(item) for item in value]
            if isinstance(value, tuple):
                return tuple(move(item) for item in value)
            return value

        return move(batch)

    def pick_device():
        if torch.cuda.device_count() > 0:
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
