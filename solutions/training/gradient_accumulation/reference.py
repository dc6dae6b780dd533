from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn


def accumulated_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    micro_batches: list[tuple[Tensor, Tensor]],
) -> float:
    return _step(model, optimizer, loss_fn, micro_batches, max_norm=None)


def train_with_accumulation(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    accumulation_steps: int,
    max_norm: float | None = None,
) -> int:
    steps = 0
    group = []  # inputs only: to hold them is cheap, compared with their graphs
    for batch in loader:
        group.append(batch)
        if len(group) == accumulation_steps:
            _step(model, optimizer, loss_fn, group, max_norm)
            steps += 1
            group = []
    if group:
        _step(model, optimizer, loss_fn, group, max_norm)
        steps += 1
    return steps


def _step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    group: list[tuple[Tensor, Tensor]],
    max_norm: float | None,
) -> float:
    total = sum(len(x) for x, _ in group)
    mean = 0.0
    optimizer.zero_grad()
    for x, y in group:
        loss = loss_fn(model(x), y) * (len(x) / total)  # its share of the mean over all samples
        loss.backward()  # adds to the gradients, and frees the graph
        mean += loss.item()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return mean
