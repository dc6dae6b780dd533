import torch

from pytest_torchkata.checks import right


@right
class Accumulated:
    """A tensor that the terms are added to, ndim and norms."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        penalty = torch.tensor(0.0)
        for p in model.parameters():
            if not p.requires_grad or p.ndim < 2:
                continue
            penalty = penalty.to(p)
            if l1 > 0:
                penalty = penalty + l1 * p.norm(1)
            if l2 > 0:
                penalty = penalty + 0.5 * l2 * p.pow(2).sum()
        return penalty


@right
class OneVector:
    """All weights in one long vector."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        flat = [p.flatten() for p in model.parameters() if p.requires_grad and len(p.shape) > 1]
        w = torch.cat(flat) if flat else torch.zeros(0)
        return l1 * w.abs().sum() + l2 * (w @ w) / 2


@right
class SquaredNorm:
    """The squared norm of each matrix: the slope of norm at zero is zero in torch."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        zero = next((p.new_zeros(()) for p in model.parameters()), torch.zeros(()))
        weights = [p for p in model.parameters() if p.requires_grad and p.dim() > 1]
        return sum((l1 * p.abs().sum() + l2 / 2 * torch.norm(p) ** 2 for p in weights), zero)
