import torch

from pytest_torchkata.checks import right


@right
class Clamped:
    """The part below the threshold by clamping; huber as delta times smooth L1."""

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError("beta must not be negative")
        d = torch.abs(pred - target)
        if beta == 0:
            return d.mean()
        low = d.clamp(max=beta)
        return (low * (d - 0.5 * low) / beta).mean()

    def huber(pred, target, delta=1.0):
        if delta <= 0:
            raise ValueError("delta must be positive")
        d = torch.abs(pred - target)
        low = d.clamp(max=delta)
        return (low * (d - 0.5 * low)).mean()


@right
class GuardedDivision:
    """One torch.where for every beta, with a divisor that is never 0; d times d for the square."""

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = pred - target
        quadratic = 0.5 * d * d / (beta if beta > 0 else 1.0)
        return torch.where(d.abs() < beta, quadratic, d.abs() - 0.5 * beta).mean()

    def huber(pred, target, delta=1.0):
        if not delta > 0:
            raise ValueError(delta)
        d = pred - target
        small = (d.abs() <= delta).to(d.dtype)
        return (small * 0.5 * d**2 + (1 - small) * delta * (d.abs() - 0.5 * delta)).mean()


@right
class Masked:
    """The two pieces are computed where they apply and added up."""

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        near = d < beta
        total = (d[~near] - 0.5 * beta).sum()
        if near.any():
            total = total + (0.5 * d[near].pow(2) / beta).sum()
        return total / d.numel()
