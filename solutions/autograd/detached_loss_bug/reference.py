import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def penalized_loss(model: nn.Module, x: Tensor, y: Tensor, l2: float) -> Tensor:
    loss = F.cross_entropy(model(x), y)
    # Tensors all the way: what becomes a number on the way has no gradient any more.
    penalty = sum(p.square().sum() for p in model.parameters() if p.requires_grad)
    return loss + l2 * penalty


def log_cosh_loss(pred: Tensor, target: Tensor) -> Tensor:
    difference = pred - target
    # cosh(d) = (exp(d) + exp(-d)) / 2 overflows early; logaddexp takes the larger part out first.
    return (torch.logaddexp(difference, -difference) - math.log(2)).mean()
