from collections.abc import Iterable

import torch
from torch import Tensor


class MySGD:
    lr: float

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        if lr < 0:
            raise ValueError(f"lr must be at least 0, got {lr}")
        if nesterov and momentum == 0:
            raise ValueError("nesterov needs momentum")
        self.params = list(params)  # a generator can be read only once
        self.lr, self.momentum, self.weight_decay, self.nesterov = lr, momentum, weight_decay, nesterov
        # From zero the first velocity is the first g as well.
        self.velocities = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self) -> None:
        for p, velocity in zip(self.params, self.velocities, strict=True):
            if p.grad is None:
                continue
            g = p.grad + self.weight_decay * p  # a new tensor: p.grad is not ours to change
            velocity.mul_(self.momentum).add_(g)
            p.sub_(self.lr * (g + self.momentum * velocity if self.nesterov else velocity))

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None
