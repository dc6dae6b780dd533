from collections.abc import Callable, Iterable

import torch
from torch import nn


@torch.no_grad()  # as a decorator it restores the caller's mode, whatever happens inside
def evaluate(
    model: nn.Module, loader: Iterable, criterion: Callable, device: torch.device | str
) -> tuple[float, float]:
    model.eval()
    total, correct, count = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        total += criterion(logits, y).item() * len(y)  # the criterion's mean, times its samples
        correct += (logits.argmax(dim=1) == y).sum().item()
        count += len(y)
    if count == 0:
        raise ValueError("the loader yields no samples")
    return total / count, correct / count


def validate(
    model: nn.Module, loader: Iterable, loss_fn: Callable, device: torch.device | str
) -> tuple[float, float]:
    return evaluate(model, loader, loss_fn, device)
