import torch
from torch import Tensor


def my_softmax(x: Tensor, dim: int = -1) -> Tensor:
    exp = (x - _shift(x, dim)).exp()
    return exp / exp.sum(dim, keepdim=True)


def my_log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    # log(exp(z) / sum) = z - log(sum): no probability is computed that could round to 0.
    z = x - _shift(x, dim)
    return z - z.exp().sum(dim, keepdim=True).log()


def my_logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    shift = _shift(x, dim)
    result = (x - shift).exp().sum(dim, keepdim=True).log() + shift
    return result if keepdim else result.squeeze(dim)


def _shift(x: Tensor, dim: int) -> Tensor:
    """Return the maximum along dim: no exponent is then above 0, and the largest one is 0.

    No result depends on the shift, so no gradient needs to flow through it.
    """
    maximum = x.detach().amax(dim, keepdim=True)
    return maximum.masked_fill(maximum == -torch.inf, 0.0)  # -inf - (-inf) would be NaN
