from collections.abc import Callable

import torch
from torch import Tensor, nn


def backward_in_pieces(
    model: nn.Module, loss_fn: Callable, x: Tensor, y: Tensor, min_size: int = 1
) -> tuple[float, int]:
    parameters = [p for p in model.parameters() if p.requires_grad]

    def attempt(rows: slice) -> tuple[float, tuple[Tensor | None, ...]]:
        # A function of its own: its names end with it. And no backward(), which would leave half of
        # its gradients behind if it failed.
        loss = loss_fn(model(x[rows]), y[rows]) * (len(x[rows]) / len(x))
        return loss.item(), torch.autograd.grad(loss, parameters, allow_unused=True)

    sums: dict[nn.Parameter, Tensor] = {}  # kept apart from grad until all rows are through
    total, start, size = 0.0, 0, len(x)
    while start < len(x):
        try:
            loss, grads = attempt(slice(start, start + size))
        except torch.OutOfMemoryError:
            size = min(size, len(x) - start) // 2
            if size < min_size:
                raise
            continue  # which ends the block, and with it the error and the frames that it holds
        for parameter, grad in zip(parameters, grads, strict=True):
            if grad is not None:
                sums[parameter] = sums.get(parameter, 0) + grad
        total += loss
        start += size
    for parameter, grad in sums.items():
        parameter.grad = grad if parameter.grad is None else parameter.grad + grad
    return total, size
