from collections.abc import Callable

import torch
from torch import Tensor, nn


def train_step(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_fn: Callable,
    optimizer: torch.optim.Optimizer,
    max_norm: float,
) -> float:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    with torch.no_grad():  # the graph is used up: what is saved in it may change now
        for parameter in model.parameters():
            if parameter.dim() == 2:
                norms = parameter.norm(dim=1, keepdim=True)
                # A row of zeros gives infinity here, which becomes 1.
                parameter.mul_((max_norm / norms).clamp(max=1.0))
    return loss.item()
