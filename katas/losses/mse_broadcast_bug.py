"""A loss that compares everything with everything

A regression model trains without an error, but ends up predicting the mean of the targets for every
sample. Where the loss should compare N pairs, it compares all predictions with all targets. The
accuracy in the same file is off in the same way: it can exceed 1. Find out why, and repair the
three functions.

    mse_loss(pred, target)     the mean over the N pairs of (pred - target) ** 2
    mae_loss(pred, target)     the mean over the N pairs of |pred - target|
    accuracy(logits, labels)   the share of the N rows whose largest logit is that of the label's
                               class

Rules
    - pred is (N,) or (N, 1), and so is target, independently of each other. Every other pair of
      shapes raises ValueError: different N, a dimension more, no dimension, (1, N).
    - N is at least 1, and a batch of one sample has the shapes (1,) or (1, 1).
    - pred is floating, in single or double precision. target has the same dtype, or is int64. The
      losses are tensors without dimensions, of pred's dtype, and the gradient reaches pred.
    - logits is (N, C), labels are int64, (N,) or (N, 1). accuracy returns a Python float from 0 to
      1; its arguments always fit.
    - The inputs are left as they are.

Why it is asked: the column from a model with one output and the vector from a dataset broadcast to
a square without an error, and the loss still falls. It is the silent bug that most people have had.

Example, once it is repaired
    >>> pred = torch.tensor([[0.0], [1.0]])
    >>> target = torch.tensor([0.0, 1.0])
    >>> mse_loss(pred, target)
    tensor(0.)
    >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), torch.tensor([[0], [1], [1]]))
    0.6666666666666666
"""

import torch
from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor) -> Tensor:
    return ((pred - target) ** 2).mean()


def mae_loss(pred: Tensor, target: Tensor) -> Tensor:
    return (pred - target).abs().mean()


def accuracy(logits: Tensor, labels: Tensor) -> float:
    predicted = logits.argmax(dim=-1)
    return (predicted == labels).sum().item() / len(labels)
