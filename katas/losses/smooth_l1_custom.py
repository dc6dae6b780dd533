"""A custom regression loss, down to beta zero

Write two losses that are quadratic for small differences d = pred - target and linear for large
ones. Both average over all elements.

    smooth_l1_custom    0.5 * d ** 2 / beta           where |d| < beta
                        |d| - 0.5 * beta              elsewhere
    huber               0.5 * d ** 2                  where |d| <= delta
                        delta * (|d| - 0.5 * delta)   elsewhere

Rules
    - beta = 0 is allowed and gives the plain L1 loss, the mean of |d|. beta < 0 raises ValueError.
    - delta <= 0 raises ValueError.
    - The gradients with respect to pred and target are finite everywhere, also where d is 0 and
      where beta is 0. Where d is 0 they are 0.
    - pred and target are floating, of the same shape (any number of dimensions, at least one
      element) and the same dtype, which the loss has too. They are left as they are.
    - Without the losses of torch that do this: smooth_l1_loss, huber_loss, l1_loss and mse_loss, as
      functions or as modules.

Why it is asked: the two are often taken for the same loss, and they are not: Huber is delta times
smooth L1. And beta = 0 is the classic case in which torch.where picks the right value and the
gradient is NaN all the same.

Example
    >>> pred, target = torch.tensor([5.0]), torch.tensor([0.0])
    >>> smooth_l1_custom(pred, target, beta=2.0)
    tensor(4.)
    >>> huber(pred, target, delta=2.0)
    tensor(8.)
    >>> smooth_l1_custom(pred, target, beta=0.0)
    tensor(5.)
"""

import torch
from torch import Tensor


def smooth_l1_custom(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    raise NotImplementedError


def huber(pred: Tensor, target: Tensor, delta: float = 1.0) -> Tensor:
    raise NotImplementedError
