import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def first_nonfinite(model: nn.Module, *inputs: Tensor) -> str | None:
    if not _finite(inputs):
        return "input"
    culprits: list[str] = []

    def look_at(name: str) -> Callable:
        def hook(module: nn.Module, args: tuple, output: object) -> None:
            if _finite(args) and not _finite(output):
                culprits.append(name)

        return hook

    model = copy.deepcopy(model)  # takes the hooks with it, and what the run does to buffers
    for name, module in model.named_modules():
        module.register_forward_hook(look_at(name))
    with torch.no_grad(), torch.random.fork_rng():
        model(*inputs)
    return culprits[0] if culprits else None  # hooks run as modules finish: inner ones first


def _finite(value: object) -> bool:
    if isinstance(value, Tensor):
        return bool(value.isfinite().all())
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(_finite, value))
    return True
