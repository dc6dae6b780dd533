import torch
from torch import Tensor, nn


def weight_penalty(model: nn.Module, l1: float = 0.0, l2: float = 0.0) -> Tensor:
    # parameters() yields a shared parameter once.
    matrices = [p for p in model.parameters() if p.requires_grad and p.dim() >= 2]
    if not matrices:
        return torch.zeros(())
    terms = [l1 * p.abs().sum() + l2 / 2 * p.square().sum() for p in matrices]
    return torch.stack(terms).sum()
