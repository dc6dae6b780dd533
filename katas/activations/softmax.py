"""Stable softmax, log-softmax and logsumexp

Write three functions over one dimension of a floating tensor x of any shape, from one dimension on:

    my_softmax      p_i = exp(x_i) / sum_j exp(x_j), with the shape of x
    my_log_softmax  log p_i, with the shape of x
    my_logsumexp    log sum_j exp(x_j), without dimension dim, or with size 1 there if keepdim

The sums go along dim, which counts from the end if it is negative. Results have the dtype of x.

Rules
    - Nothing overflows: for logits of magnitude 1e4, values and gradients are right and finite.
    - A log-probability is right and finite even where the probability itself is too small for the
      dtype and rounds to 0.
    - An entry of x that is -inf has probability 0 and log-probability -inf. The results and the
      gradients of the other entries are as if it were not there.
    - my_logsumexp of a slice that is -inf everywhere is -inf. What the other two functions give
      there, and gradients at entries that are -inf, are left open.
    - x is not changed.
    - Without torch's softmax, log-softmax, softmin, logsumexp, logaddexp, cross-entropy and attention,
      in any of their forms.

Why it is asked: everybody knows the formula, and typed in as it stands it fails for the first large
logit. It shows whether you can say which step overflows, which one underflows, and why subtracting
a number cures both.

Example
    >>> x = torch.tensor([[1.0, 2.0, 3.0], [1e4, 0.0, -torch.inf]])
    >>> my_softmax(x)
    tensor([[0.0900, 0.2447, 0.6652],
            [1.0000, 0.0000, 0.0000]])
    >>> my_log_softmax(x)[1]
    tensor([     0., -10000.,    -inf])
    >>> my_logsumexp(x[0])
    tensor(3.4076)
"""

from torch import Tensor


def my_softmax(x: Tensor, dim: int = -1) -> Tensor:
    raise NotImplementedError


def my_log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    raise NotImplementedError


def my_logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    raise NotImplementedError
