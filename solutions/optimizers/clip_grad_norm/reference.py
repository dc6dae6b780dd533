from collections.abc import Iterable

import torch
from torch import Tensor


def clip_grad_norm(params: Iterable[Tensor], max_norm: float) -> float:
    grads = [p.grad for p in params if p.grad is not None]  # a generator can be read only once
    if not grads:
        return 0.0
    # The norm of the norms is the norm of the long vector, and nothing is copied.
    norm = torch.stack([g.norm() for g in grads]).norm().item()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm


def clip_grad_value(params: Iterable[Tensor], clip_value: float) -> None:
    for p in params:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)
