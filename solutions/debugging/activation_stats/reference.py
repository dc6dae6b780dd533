import copy
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn


def activation_stats(model: nn.Module, x: Tensor) -> dict[str, dict[str, float]]:
    stats: dict[str, dict[str, float]] = {}

    def recorder(name: str) -> Callable:
        def hook(module: nn.Module, inputs: tuple, output: Tensor) -> None:
            # Numbers at once: a tensor that is kept may be changed in place by the next layer.
            stats[name] = {
                "mean": output.mean().item(),
                "std": output.std().item() if output.numel() > 1 else 0.0,
                "zeros": (output == 0).float().mean().item(),
            }

        return hook

    model = copy.deepcopy(model)  # takes the hooks with it, and what the run does to buffers
    for name, module in model.named_modules():
        if next(module.children(), None) is None:
            module.register_forward_hook(recorder(name))
    with torch.no_grad():
        model(x)
    return stats


def diagnose(
    stats: dict[str, dict[str, float]], low: float = 1e-3, high: float = 1e3, dead: float = 0.95
) -> dict[str, str]:
    found = {}
    for name, layer in stats.items():
        if not math.isfinite(layer["std"]) or layer["std"] > high:
            found[name] = "exploding"
        elif layer["std"] < low:
            found[name] = "vanishing"
        elif layer["zeros"] >= dead:
            found[name] = "dead"
    return found
