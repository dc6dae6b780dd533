"""Recompute instead of remember

Compute silu(gate) * up, the gate of a modern feed-forward block, for two tensors of equal shape, so
that autograd keeps at most the two inputs alive for the backward.

    silu(x) = x * sigmoid(x)

F.silu(gate) * up is right, but keeps three tensors: gate, up and the activated gate. The more it
remembers, the shorter the sequence that fits on the card.

Rules
    - Values and first derivatives equal those of the obvious expression, in float32, float64 and
      bfloat16, for very large and very small gates too. Second derivatives are not asked for.
    - What is saved for the backward is at most gate and up, in their own dtype, through autograd's own
      means: an in-place change of an input between forward and backward raises, and nothing hides in
      attributes or closures.
    - Either input alone may require a gradient.
    - Without the library's own means: checkpointing (torch.utils.checkpoint) and hooks on saved tensors
      (torch.autograd.graph).

Why it is asked: activation memory, not weights, is what limits training, and this is the smallest
honest example of trading arithmetic for memory with a custom autograd Function.

Example
    >>> gate = torch.tensor([0.0, 1.0, -2.0], requires_grad=True)
    >>> up = torch.tensor([5.0, 2.0, 3.0])
    >>> out = silu_mul(gate, up)
    >>> out.detach()
    tensor([ 0.0000,  1.4621, -0.7152])
    >>> out.sum().backward()
    >>> gate.grad
    tensor([ 2.5000,  1.8553, -0.2724])
"""

import torch
from torch import Tensor


def silu_mul(gate: Tensor, up: Tensor) -> Tensor:
    raise NotImplementedError
