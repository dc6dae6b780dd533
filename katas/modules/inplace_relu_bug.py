"""The skip connection that was overwritten

A network of the blocks below trains without an error, but worse than it should. Two things have
been noticed. A block whose layers are all zero ought to return x, and returns something else
wherever x is negative. And batches that were kept for a second look have lost their negative
numbers. Find out why, and repair it.

PreActBlock is a residual block with the activations in front of the layers. For floating x
(..., dim) forward returns

    x + fc2(relu(fc1(relu(x))))

with fc1 and fc2 linear layers from dim to dim, with bias. The keys of the state dict are
fc1.weight, fc1.bias, fc2.weight and fc2.bias.

Rules
    - The caller's tensor is not changed, with or without the recording of gradients.
    - x may be a leaf that requires a gradient, the result of another operation, or a view.
    - An activation that works in place saves memory. You may keep that where it does no harm, or do
      without.

Why it is asked: inplace=True has a bad name, and mostly for the wrong reason. Where autograd still
needs the value that is overwritten, backward raises; behind a linear layer, nobody needs it. What
is left is the silent case: a value that your own code uses once more.

Example, once it is repaired
    >>> block = PreActBlock(2)
    >>> for parameter in block.parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> x = torch.tensor([[1.0, -2.0]])
    >>> block(x).detach(), x
    (tensor([[ 1., -2.]]), tensor([[ 1., -2.]]))
"""

import torch
from torch import Tensor, nn


class PreActBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.act = nn.ReLU(inplace=True)
        self.fc1 = nn.Linear(dim, dim)
        self.fc2 = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        out = self.act(x)
        out = self.fc1(out)
        out = self.act(out)
        out = self.fc2(out)
        return x + out
