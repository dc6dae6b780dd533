from collections.abc import Callable

import torch
from torch import nn


def fit(
    model: nn.Module,
    train_batches: list,
    val_batches: list,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    epochs: int,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        model.train()  # in the loop: the validation of the epoch before has left eval mode
        for x, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in val_batches:
                total += loss_fn(model(x), y).item() * len(x)
                count += len(x)
        losses.append(total / count)
    return losses
