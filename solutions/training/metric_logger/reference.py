from collections.abc import Callable, Iterable

import torch
from torch import nn


def train_with_logging(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    writer: object,
    epochs: int,
    log_every: int = 1,
) -> int:
    step = 0  # goes on from epoch to epoch
    for epoch in range(epochs):
        total, count = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            if step % log_every == 0:
                writer.add_scalar("train/loss", loss.item(), step)
                # Read before the step, which may change it.
                writer.add_scalar("train/lr", optimizer.param_groups[0]["lr"], step)
            optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
            step += 1
        writer.add_scalar("epoch/loss", total / count, epoch)
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                # A copy: detach alone shares its memory with the parameter, which moves on.
                writer.add_histogram(name, parameter.detach().clone(), epoch)
    return step
