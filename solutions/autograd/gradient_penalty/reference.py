from collections.abc import Callable

import torch
from torch import Tensor


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, alpha: Tensor) -> Tensor:
    # A leaf of its own: nothing flows on to the generator that made fake.
    mixed = (alpha * real + (1 - alpha) * fake).detach().requires_grad_()
    # No sample's output depends on another sample, so the gradient of the sum holds all of theirs.
    (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    # vector_norm has derivative 0 at 0, where the root of a sum of squares would give NaN.
    slope = torch.linalg.vector_norm(grad.flatten(1), dim=1)  # (N,)
    return (slope - 1).square().mean()
