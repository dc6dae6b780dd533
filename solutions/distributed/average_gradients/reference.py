from collections.abc import Callable

import torch
import torch.distributed as dist
from torch import Tensor, nn


def broadcast_model(model: nn.Module, src: int = 0) -> None:
    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.detach(), src)  # detached: it writes into the same storage


def average_gradients(model: nn.Module) -> None:
    parameters = list(model.parameters())
    # Ranks must agree on what to reduce before they reduce it: a gradient that is missing on one
    # rank alone would otherwise pair up different parameters, or hang.
    found = torch.tensor([p.grad is not None for p in parameters], dtype=torch.int32)
    dist.all_reduce(found)
    for parameter, ranks in zip(parameters, found.tolist(), strict=True):
        if ranks == 0:
            continue
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        dist.all_reduce(parameter.grad)
        parameter.grad /= dist.get_world_size()


def train_step(
    model: nn.Module, x: Tensor, y: Tensor, loss_fn: Callable, optimizer: torch.optim.Optimizer
) -> float:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    average_gradients(model)
    optimizer.step()
    return _mean_over_ranks(loss.detach())


def _mean_over_ranks(value: Tensor) -> float:
    total = value.clone()
    dist.all_reduce(total)
    return total.item() / dist.get_world_size()
