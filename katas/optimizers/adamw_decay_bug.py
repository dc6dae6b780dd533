"""An AdamW that is not decoupled

This optimizer is meant to be AdamW. It trains, but three things about it are odd. Weights with
large gradients hardly decay at all, while others decay fast. A parameter that gets its first
gradient late starts with steps of the wrong size. And the settings of parameter groups have no
effect. Find out why, and repair it.

With the lr and the weight_decay of its group, each update of a parameter w is

    1. w is multiplied by 1 - lr * weight_decay
    2. w takes the step of Adam, lr * m_hat / (sqrt(v_hat) + eps)

where m and v are the moving averages of w.grad and of its square, with nothing added to it, and
m_hat and v_hat are the averages corrected for their start at zero.

Rules
    - params is an iterable of tensors, a generator too, or a list of dicts. Each dict has an
      iterable of tensors under "params" and may have "lr" and "weight_decay" of its own. What it
      does not have is taken from the arguments of the constructor.
    - A parameter whose grad is None is left out of that step: it does not move, it does not decay,
      and its correction does not advance. The correction counts the parameter's own updates.
    - A gradient of zeros is a gradient: the weight decays.
    - Parameters are changed in place, and gradients are not changed by step().
    - zero_grad() makes the gradients None or zero, as you like. Some may be None already.
    - Without Adam and AdamW of torch.optim, be it as classes or as functions.

Why it is asked: "AdamW is Adam with an L2 penalty" is a common answer and a wrong one. The penalty
is what Adam does with its weight_decay; the W stands for taking the decay out of the gradient.

Example, once it is repaired
    >>> a, b = (torch.tensor([1.0], requires_grad=True) for _ in range(2))
    >>> groups = [{"params": [a]}, {"params": [b], "weight_decay": 0.0}]
    >>> adamw = MyAdamW(groups, lr=0.1, weight_decay=0.5)
    >>> a.grad, b.grad = torch.tensor([100.0]), torch.tensor([100.0])
    >>> adamw.step()
    >>> a, b
    (tensor([0.8500], requires_grad=True), tensor([0.9000], requires_grad=True))
"""

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
        self.params = [p for group in groups for p in group["params"]]
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]
        self.t = 0

    @torch.no_grad()
    def step(self) -> None:
        beta1, beta2 = self.betas
        self.t += 1
        for p, m, v in zip(self.params, self.m, self.v, strict=True):
            if p.grad is None:
                continue
            g = p.grad + self.weight_decay * p
            m.mul_(beta1).add_(g, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            m_hat = m / (1 - beta1**self.t)
            v_hat = v / (1 - beta2**self.t)
            p.sub_(self.lr * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None
