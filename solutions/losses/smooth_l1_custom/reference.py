import torch
from torch import Tensor


def smooth_l1_custom(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    if beta < 0:
        raise ValueError(f"beta must be at least 0, got {beta}")
    distance = (pred - target).abs()
    if beta == 0:  # not in torch.where: the branch that it discards still gets a gradient, 0 / 0
        return distance.mean()
    quadratic = 0.5 * distance**2 / beta
    return torch.where(distance < beta, quadratic, distance - 0.5 * beta).mean()


def huber(pred: Tensor, target: Tensor, delta: float = 1.0) -> Tensor:
    if delta <= 0:
        raise ValueError(f"delta must be positive, got {delta}")
    distance = (pred - target).abs()
    linear = delta * (distance - 0.5 * delta)
    return torch.where(distance <= delta, 0.5 * distance**2, linear).mean()
