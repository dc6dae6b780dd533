"""Focal loss with class weights

Write a loss for classification that gives less weight to samples that are already classified well.

For logits (N, C), floating, and targets (N,), int64, the loss of one sample is

    w[t] * (1 - p_t) ** gamma * (-log p_t)

where t is its target class and p_t the softmax probability of that class. The class weights w
scale the loss; they do not enter p_t. Without weights, w is 1.

    reduction "mean"  the plain average over the N samples (not divided by the sum of weights)
              "sum"   the sum over the samples
              "none"  the N losses

Rules
    - weight, a tensor (C,) or None, is a buffer: it is cast, moved and saved with the module.
    - Any other reduction, or gamma < 0, raises ValueError in the constructor.
    - For every gamma >= 0, fractional ones included, the loss and its gradient are finite for
      logits of magnitude 1e4.

Why it is asked: it shows whether you know what a class weight does, and which of the obvious
expressions give NaN once a model is sure of itself.

Example
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    >>> targets = torch.tensor([0, 1])
    >>> FocalLoss(gamma=2.0)(logits, targets)
    tensor(0.0875)
    >>> FocalLoss(gamma=0.0, reduction="none")(logits, targets)
    tensor([0.1269, 0.6931])
"""

import torch
from torch import Tensor, nn


class FocalLoss(nn.Module):
    weight: Tensor | None

    def __init__(
        self, gamma: float = 2.0, weight: Tensor | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        raise NotImplementedError
