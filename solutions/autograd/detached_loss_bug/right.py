import math

import torch
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class SoftplusOfTheMagnitude:
    """|d| + softplus(-2 |d|) - log 2, and a loop over the named parameters."""

    def penalized_loss(model, x, y, l2):
        loss = F.cross_entropy(model(x), y)
        for _, p in model.named_parameters():
            if p.requires_grad:
                loss = loss + l2 * (p**2).sum()
        return loss

    def log_cosh_loss(pred, target):
        d = (pred - target).abs()
        return torch.mean(d + F.softplus(-2.0 * d) - math.log(2.0))


@right
class OneLongVector:
    """All trainable parameters in one vector, and softplus without the magnitude."""

    def penalized_loss(model, x, y, l2):
        trainable = filter(lambda p: p.requires_grad, model.parameters())
        weights = torch.nn.utils.parameters_to_vector(trainable)
        return l2 * weights.dot(weights) + F.cross_entropy(model(x), y)

    def log_cosh_loss(pred, target):
        d = pred - target
        return (d + F.softplus(-2 * d) - math.log(2)).mean()


@right
class SquaredNorms:
    """Squared norms of the parameters, and log1p with the exponential of minus the magnitude."""

    def penalized_loss(model, x, y, l2):
        penalty = torch.tensor(0.0, device=x.device, dtype=x.dtype)
        for p in model.parameters():
            if p.requires_grad:
                penalty = penalty + p.norm() ** 2
        return F.cross_entropy(model(x), y) + l2 * penalty

    def log_cosh_loss(pred, target):
        d = torch.abs(pred - target)
        return (d + torch.log1p(torch.exp(-2 * d)) - math.log(2)).sum() / d.numel()
