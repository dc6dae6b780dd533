"""A loss term that trains nothing

Both functions return the right number, and training with them runs without an error. But the
penalty changes nothing, however large l2 is made, and with the other loss the model does not learn
at all. Find out why, and repair both.

penalized_loss is the mean cross-entropy of model(x), which is (N, C), against the classes y, int64
(N,), plus l2 times the sum of the squares of all trainable parameters: those of the model, biases
included, whose requires_grad is True. Frozen parameters and buffers do not count; at least one
parameter is trainable. l2 is a float, at least 0.

log_cosh_loss is the mean of log(cosh(pred - target)) over all elements. pred and target are
floating tensors of one shape and dtype.

Rules
    - Both return a zero-dimensional tensor, in the dtype of model(x) and of pred, whose gradients
      are those of the formulas: of every trainable parameter in one case, of pred in the other. No
      gradient is written by calling them; that is left to the caller's backward.
    - log_cosh_loss and its gradient are finite for differences of up to 1e4 either way.
    - The model is called once and otherwise left alone: flags, modes and weights stay as they are.

Why it is asked: a number that has left the graph looks like any other. Such code runs, the loss
even looks plausible, and only the gradients tell.

Example, once it is repaired
    >>> pred = torch.tensor([0.0, 1.0, -3.0, 100.0], requires_grad=True)
    >>> loss = log_cosh_loss(pred, torch.zeros(4))
    >>> loss.detach()
    tensor(25.5125)
    >>> loss.backward()
    >>> pred.grad
    tensor([ 0.0000,  0.1904, -0.2488,  0.2500])
"""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


def penalized_loss(model: nn.Module, x: Tensor, y: Tensor, l2: float) -> Tensor:
    loss = F.cross_entropy(model(x), y)
    penalty = 0.0
    for parameter in model.parameters():
        if parameter.requires_grad:
            penalty += parameter.pow(2).sum().item()
    return loss + l2 * torch.tensor(penalty)


def log_cosh_loss(pred: Tensor, target: Tensor) -> Tensor:
    difference = (pred - target).detach().cpu().numpy()
    values = np.logaddexp(difference, -difference) - math.log(2)
    return torch.from_numpy(np.asarray(values)).to(pred.device).mean().requires_grad_()
