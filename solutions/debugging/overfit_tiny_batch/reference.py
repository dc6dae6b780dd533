import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def overfit_tiny_batch(
    model: nn.Module, loss_fn: Callable, x: Tensor, y: Tensor, steps: int = 200, lr: float = 1e-2
) -> tuple[float, float]:
    model = copy.deepcopy(model)  # the caller's model is not touched from here on
    before = _loss(model, loss_fn, x, y)
    trainable = [p for p in model.parameters() if p.requires_grad]
    if not trainable:  # Adam would refuse an empty list
        return before, before
    optimizer = torch.optim.Adam(trainable, lr=lr)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
    return before, _loss(model, loss_fn, x, y)


@torch.no_grad()
def _loss(model: nn.Module, loss_fn: Callable, x: Tensor, y: Tensor) -> float:
    model.eval()
    return loss_fn(model(x), y).item()
