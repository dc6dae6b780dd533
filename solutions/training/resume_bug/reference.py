from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn


def fit(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: object,
    batches_for_epoch: Callable[[int], list],
    loss_fn: Callable,
    epochs: int,
    path: str | Path,
    resume: bool = False,
) -> list[float]:
    start = 0
    if resume:
        checkpoint = torch.load(path)
        # Into the objects that there are: new parameters would be strangers to the optimizer.
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
        torch.set_rng_state(checkpoint["random"])
        start = checkpoint["epoch"] + 1  # that one is finished

    history = []
    for epoch in range(start, epochs):
        model.train()
        losses = []
        for x, y in batches_for_epoch(epoch):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        history.append(sum(losses) / len(losses))
        checkpoint = {
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "random": torch.get_rng_state(),
        }
        torch.save(checkpoint, path)
    return history
