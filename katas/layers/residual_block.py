"""Residual block

Write a residual block as a module: what comes in, plus what a small branch makes of it.

    block(x) = x + Linear(ReLU(Linear(x)))

x is a floating tensor (..., dim) with any number of leading dimensions, none included. Both linear
layers have a bias and map dim to dim.

Rules
    - Nothing is applied after the addition, and nothing is multiplied into either side: where the
      branch gives zero, the block returns x as it is, and passes gradients on as they are.
    - Attribute names are yours to choose. parameters() yields four: the weight and the bias of the
      first linear layer, then those of the second. How they start is yours to choose too.
    - x is left as it was, and may be a leaf that requires gradients. It may be non-contiguous.
    - The result is the same in train and in eval mode.

Why it is asked: without the first summand fifty such layers pass hardly any gradient to the first.
With a ReLU in the wrong place, or an addition in place, the block looks right and is not.

Example
    >>> block = ResidualBlock(2)
    >>> with torch.no_grad():
    ...     for parameter in block.parameters():
    ...         _ = parameter.fill_(1.0)
    >>> block(torch.tensor([[1.0, 2.0], [-3.0, 1.0]])).detach()  # branch: 2 * relu(x0 + x1 + 1) + 1
    tensor([[10., 11.],
            [-2.,  2.]])
"""

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
