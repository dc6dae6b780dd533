from collections.abc import Iterable

import torch
from torch import Tensor


class MyAdam:
    lr: float

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = list(params)  # a generator can be read only once
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]
        self.updates = [0] * len(self.params)

    @torch.no_grad()
    def step(self) -> None:
        beta1, beta2 = self.betas
        for i, (p, m, v) in enumerate(zip(self.params, self.m, self.v, strict=True)):
            if p.grad is None:
                continue
            g = p.grad + self.weight_decay * p  # a new tensor: p.grad is not ours to change
            m.mul_(beta1).add_(g, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            self.updates[i] += 1
            p.sub_(self._step(m, v, self.updates[i]))

    def _step(self, m: Tensor, v: Tensor, t: int) -> Tensor:
        # The factors of t values, (1 - beta) * beta ** k, sum to 1 - beta ** t.
        beta1, beta2 = self.betas
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return self.lr * m_hat / (v_hat.sqrt() + self.eps)

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None
