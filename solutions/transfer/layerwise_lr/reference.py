from collections.abc import Iterable

from torch import nn


def layerwise_groups(model: nn.Module, stages: list[str], base_lr: float, decay: float) -> list[dict]:
    seen: set[int] = set()

    def take(parameters: Iterable[nn.Parameter]) -> list[nn.Parameter]:
        """Keep what is trainable and has not been taken, by identity: == compares elements."""
        taken = [p for p in parameters if p.requires_grad and id(p) not in seen]
        seen.update(map(id, taken))
        return taken

    last = len(stages) - 1
    groups = [
        {
            "params": take(model.get_submodule(stage).parameters()),
            "lr": base_lr * decay ** (last - index),
            "name": stage,
        }
        for index, stage in enumerate(stages)
    ]
    rest = {"params": take(model.parameters()), "lr": base_lr * decay ** max(last, 0), "name": "rest"}
    return [group for group in [rest, *groups] if group["params"]]
