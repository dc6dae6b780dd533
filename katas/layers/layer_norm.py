"""Layer normalisation

Write layer normalisation as a module. Each sample is normalised by itself, over those of its last
dimensions that normalized_shape names:

    result = (x - mean) / sqrt(var + eps) * weight + bias

x is a floating tensor of shape (*batch, *normalized_shape), with any number of leading dimensions,
none included. An int n stands for the shape (n,). mean and var, the biased variance, are taken over
all dimensions of normalized_shape together.

Rules
    - weight and bias have the shape normalized_shape, one number for each element that is
      normalised over. weight starts at one, bias at zero. With elementwise_affine=False there are
      none of them, and no parameters at all.
    - State dicts are interchangeable with those of nn.LayerNorm.
    - Train and eval mode give the same, bit for bit, and nothing is remembered between calls.
    - An x whose last dimensions are not normalized_shape raises an error, of any type, with and
      without weight and bias. That includes dimensions of one, which could be stretched.
    - Values and gradients are right where the mean is a thousand times the spread, and where all
      values of a sample are equal. x is left as it was, and may be non-contiguous.
    - Without torch's layer norm, group norm, instance norm, batch norm and RMS norm, in any of
      their forms.

Why it is asked: it stands in every transformer, and is asked as the other half of batch norm. Some
lists say that its mode matters "partially": it does not look at the mode at all.

Example
    >>> layer = MyLayerNorm(2)
    >>> layer(torch.tensor([[1.0, 3.0], [-5.0, 5.0]])).detach()
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    >>> [tuple(p.shape) for p in MyLayerNorm((3, 4)).parameters()]
    [(3, 4), (3, 4)]
"""

from torch import Tensor, nn


class MyLayerNorm(nn.Module):
    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
    ) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
