"""Gradient penalty (second-order training)

Write the term that keeps the slope of a critic near one between real and generated samples:

    mixed      alpha * real + (1 - alpha) * fake, one point for each sample of the batch
    slope      for each sample, the Euclidean norm of the gradient of the critic's output with
               respect to its entry of mixed, over all dimensions but the batch
    penalty    the mean over the batch of (slope - 1) ** 2, a zero-dimensional tensor

    real, fake   (N, ...) floating, of one shape and dtype; at least one dimension after the batch
    alpha        (N, 1, ..., 1), as many dimensions as real
    critic       maps (N, ...) to (N,) or (N, 1), each sample by itself

Rules
    - The penalty is differentiable with respect to whatever parameters the critic uses: a backward
      through it trains the critic.
    - It sends no gradient to real, fake or alpha, nor to what these were computed from.
    - A sample at which the critic is flat, with a gradient of exactly zero, has slope 0 to within
      1e-6, and the parameters get finite gradients.
    - Calling the function writes no .grad, and changes neither the tensors nor their requires_grad
      flags.
    - Without torch.autograd.functional.jacobian, torch.func.jacrev and torch.func.jacfwd.

Why it is asked: it is the usual case of a loss that contains a gradient. It asks for create_graph,
for a gradient of each sample out of one call, and for what the derivative of a norm is at zero.

Example
    >>> critic = torch.nn.Linear(2, 1)
    >>> critic.load_state_dict({"weight": torch.tensor([[3.0, 4.0]]), "bias": torch.tensor([0.5])})
    <All keys matched successfully>
    >>> real, fake = torch.zeros(3, 2), torch.ones(3, 2)
    >>> penalty = gradient_penalty(critic, real, fake, torch.full((3, 1), 0.25))
    >>> penalty.detach()
    tensor(16.)
    >>> penalty.backward()
    >>> critic.weight.grad
    tensor([[4.8000, 6.4000]])
"""

from collections.abc import Callable

import torch
from torch import Tensor


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, alpha: Tensor
) -> Tensor:
    raise NotImplementedError
