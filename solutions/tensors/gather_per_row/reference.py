import torch
from torch import Tensor


def pick_per_row(scores: Tensor, index: Tensor) -> Tensor:
    # gather checks the range; scores[arange, index] would let negative indices wrap around.
    return scores.gather(1, index[:, None]).squeeze(1)  # (N, 1) -> (N,)


def best_per_row(scores: Tensor) -> tuple[Tensor, Tensor]:
    values, columns = scores.max(dim=1, keepdim=True)
    return values, columns


def keep_above(x: Tensor, threshold: float) -> Tensor:
    # Choose, do not multiply: infinity times zero is NaN.
    return torch.where(x > threshold, x, torch.zeros_like(x))
