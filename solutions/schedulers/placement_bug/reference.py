from collections.abc import Callable, Iterable

import torch
from torch import nn


def train(
    model: nn.Module,
    loader: Iterable,
    loss_fn: Callable,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    batch_scheduler: object | None = None,
    epoch_scheduler: object | None = None,
    plateau: object | None = None,
    validate: Callable[[nn.Module], float] | None = None,
) -> list[float]:
    rates = []
    for _ in range(epochs):
        model.train()  # the validation of the epoch before may have ended in eval mode
        for x, y in loader:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            rates.append(optimizer.param_groups[0]["lr"])  # what the next line uses
            optimizer.step()
            if batch_scheduler is not None:
                batch_scheduler.step()
        if epoch_scheduler is not None:
            epoch_scheduler.step()
        if plateau is not None:
            plateau.step(validate(model))
    return rates
