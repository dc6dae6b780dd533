import torch
from torch.nn import functional as F

from pytest_torchkata.checks import right


def verify(logits, targets, reduction):
    if reduction not in {"mean", "sum", "none"}:
        raise ValueError(f"unknown reduction: {reduction}")
    if logits.size() != targets.size():
        raise ValueError(f"shapes: {logits.size()}, {targets.size()}")


def finish(loss, reduction):
    return {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}[reduction](loss)


@right
class Softplus:
    """softplus(-x) + (1 - y) * x, with the weight on the softplus as well."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        log_weight = 1 if pos_weight is None else 1 + (pos_weight - 1) * targets
        return finish((1 - targets) * logits + log_weight * F.softplus(-logits), reduction)


@right
class Maximum:
    """max(x, 0) - x * y + log1p(exp(-|x|)); torch.maximum shares the gradient between equals."""

    def bce_with_logits(x, y, pos_weight=None, reduction="mean"):
        verify(x, y, reduction)
        rest = torch.log1p(torch.exp(-x.abs()))
        if pos_weight is None:
            return finish(torch.maximum(x, torch.zeros_like(x)) - x * y + rest, reduction)
        weight = 1 + (pos_weight - 1) * y
        return finish((1 - y) * x + weight * (torch.maximum(-x, torch.zeros_like(x)) + rest), reduction)


@right
class LogAddExp:
    """logaddexp with zero is softplus."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        zero = torch.zeros_like(logits)
        weight = torch.ones_like(logits) if pos_weight is None else pos_weight
        positive = weight * targets * torch.logaddexp(zero, -logits)
        return finish(positive + (1 - targets) * torch.logaddexp(zero, logits), reduction)


@right
class SoftplusMinusProduct:
    """softplus(x) - x * y: exact up to the rounding of x."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        if pos_weight is None:
            return finish(F.softplus(logits) - logits * targets, reduction)
        softplus = F.softplus(logits)
        loss = pos_weight * targets * (softplus - logits) + (1 - targets) * softplus
        return finish(loss, reduction)


@right
class PlainLogarithm:
    """log(1 + exp(-|x|)), and a maximum that shares its gradient."""

    def bce_with_logits(x, y, pos_weight=None, reduction="mean"):
        verify(x, y, reduction)
        softplus = torch.maximum(x, torch.zeros_like(x)) + torch.log(1 + torch.exp(-torch.abs(x)))
        positive = y * (softplus - x)
        if pos_weight is not None:
            positive = positive * pos_weight
        return finish(positive + (1 - y) * softplus, reduction)
