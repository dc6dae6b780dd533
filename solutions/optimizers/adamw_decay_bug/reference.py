from collections.abc import Iterable

import torch
from torch import Tensor


class MyAdamW:
    def __init__(
        self,
        params: Iterable[Tensor] | list[dict],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        params = list(params)
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        defaults = {"lr": lr, "weight_decay": weight_decay}
        self.groups = [{**defaults, **group, "params": list(group["params"])} for group in groups]
        self.betas, self.eps = betas, eps
        self.state = {
            p: {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
            for group in self.groups
            for p in group["params"]
        }

    @torch.no_grad()
    def step(self) -> None:
        for group in self.groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._update(p, group["lr"], group["weight_decay"], self.state[p])

    def _update(self, p: Tensor, lr: float, weight_decay: float, state: dict) -> None:
        p.mul_(1 - lr * weight_decay)  # beside the gradient, so that v does not divide it
        p.sub_(lr * self._direction(p.grad, state))

    def _direction(self, g: Tensor, state: dict) -> Tensor:
        beta1, beta2 = self.betas
        state["t"] += 1  # its own: others may have had more gradients
        state["m"].mul_(beta1).add_(g, alpha=1 - beta1)
        state["v"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
        m_hat = state["m"] / (1 - beta1 ** state["t"])
        v_hat = state["v"] / (1 - beta2 ** state["t"])
        return m_hat / (v_hat.sqrt() + self.eps)

    def zero_grad(self) -> None:
        for p in self.state:
            p.grad = None
