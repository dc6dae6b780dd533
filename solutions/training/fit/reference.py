import math
from collections.abc import Callable, Iterable

import torch
from torch import nn


def fit(
    model: nn.Module,
    train_loader: Iterable,
    val_loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    device: torch.device | str,
    epochs: int,
    max_grad_norm: float | None = None,
) -> dict[str, list[float]]:
    model.to(device)
    history = {"train_loss": [], "val_loss": [], "val_acc": []}
    for epoch in range(epochs):
        model.train()
        total, count = 0.0, 0
        for batch, (x, y) in enumerate(train_loader):
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            value = loss.item()
            if not math.isfinite(value):
                raise RuntimeError(f"the loss is {value} in epoch {epoch}, batch {batch}")
            loss.backward()
            if max_grad_norm is not None:  # between backward, which makes them, and step, which uses them
                nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
            optimizer.step()
            total += value * len(x)
            count += len(x)
        history["train_loss"].append(total / count)

        val_loss, val_acc = _evaluate(model, val_loader, loss_fn, device)
        history["val_loss"].append(val_loss)
        history["val_acc"].append(val_acc)
    return history


@torch.no_grad()
def _evaluate(
    model: nn.Module, loader: Iterable, loss_fn: Callable, device: torch.device | str
) -> tuple[float, float]:
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        total += loss_fn(logits, y).item() * len(x)
        right += (logits.argmax(dim=1) == y).sum().item()
        count += len(x)
    return total / count, right / count
