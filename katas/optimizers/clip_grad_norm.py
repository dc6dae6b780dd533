"""Clip by global norm

Write the two ways to keep gradients from exploding. Both change the gradients of params in place.

    clip_grad_norm(params, max_norm)      takes all gradients together for one long vector, and
                                          scales it so that its Euclidean norm is at most max_norm;
                                          returns the norm before clipping
    clip_grad_value(params, clip_value)   limits every entry to [-clip_value, clip_value]; returns
                                          nothing

Rules
    - params is any iterable, a generator too, of tensors of any shape. Their gradients are float32
      or float64, not all of one dtype perhaps, and need not be contiguous.
    - Parameters whose grad is None are skipped. Where there are no gradients at all the norm is 0.
    - The norm is returned as a float, or as a tensor without dimensions.
    - Gradients whose norm is clearly below max_norm stay the same to the last bit. A norm above it
      becomes max_norm; you may divide by the norm plus 1e-6, as PyTorch does.
    - Gradients of zeros stay zeros.
    - The tensors in .grad stay the same objects. The parameters themselves are not changed.
    - max_norm and clip_value are positive.
    - Without what torch.nn.utils has for this: clip_grad_norm_, clip_grad_value_,
      clip_grads_with_norm_, get_total_norm and the old clip_grad_norm. Nor with private parts of
      torch, such as torch._foreach_norm.

Why it is asked: clipping by the norm keeps the direction of the step and clipping by value does
not. Whoever clips each parameter by its own norm loses the direction as well, without noticing.

Example
    >>> a, b = torch.zeros(2, requires_grad=True), torch.zeros((), requires_grad=True)
    >>> a.grad, b.grad = torch.tensor([2.0, 3.0]), torch.tensor(6.0)
    >>> clip_grad_norm([a, b], max_norm=3.5)
    7.0
    >>> a.grad, b.grad
    (tensor([1.0000, 1.5000]), tensor(3.))
    >>> clip_grad_value([a, b], clip_value=1.25)
    >>> a.grad, b.grad
    (tensor([1.0000, 1.2500]), tensor(1.2500))
"""

from collections.abc import Iterable

import torch
from torch import Tensor


def clip_grad_norm(params: Iterable[Tensor], max_norm: float) -> float:
    raise NotImplementedError


def clip_grad_value(params: Iterable[Tensor], clip_value: float) -> None:
    raise NotImplementedError
