"""The function that edits its caller's data

Three functions return the right numbers, and yet the program around them goes wrong: called a
second time on the same data they return something else, and training starts from weights that
nobody has set. Find out why, and repair all three.

standardize_columns(x) takes x (N, D), floating, and returns it with zero mean and unit standard
deviation in every column. The standard deviation is the unbiased one, with N - 1. A constant
column becomes zeros; with N = 1 every column is constant.

zero_padding(batch, lengths) takes batch (B, T) of any dtype and lengths (B,), int64, from 0 to T.
It returns the batch with zero at every position at or beyond the length of its row, whatever
stands there: NaN and infinity too.

sgd_trajectory(w0, grad_fn, lr, steps) starts at w0 (D,) and takes steps steps w - lr *
grad_fn(w). It returns all iterates as the rows of a (steps + 1, D) tensor, the first row being
w0.

Rules
    - No argument changes, to the last bit, also when it is a view into a larger tensor.
    - No result shares storage with an argument or with an earlier result, also when there was
      nothing to do: no padding, no steps, columns that were standardized already.
    - Gradients flow through standardize_columns, where no column is constant. The other two get
      no tensor that requires gradients.

Why it is asked: it is the bug that no error message tells of. Whether a line makes a copy or
another name for the same memory has to be known.

Example, once it is repaired
    >>> x = torch.tensor([[1.0, 5.0], [3.0, 5.0]])
    >>> standardize_columns(x)
    tensor([[-0.7071,  0.0000],
            [ 0.7071,  0.0000]])
    >>> x
    tensor([[1., 5.],
            [3., 5.]])
    >>> zero_padding(torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([1, 3]))
    tensor([[1, 0, 0],
            [4, 5, 6]])
    >>> sgd_trajectory(torch.tensor([1.0]), lambda w: 2 * w, lr=0.25, steps=2)
    tensor([[1.0000],
            [0.5000],
            [0.2500]])
"""

from collections.abc import Callable

import torch
from torch import Tensor


def standardize_columns(x: Tensor) -> Tensor:
    result = x.contiguous()
    result -= result.mean(dim=0)
    variance = (result**2).sum(dim=0) / max(len(x) - 1, 1)
    result /= torch.where(variance > 0, variance, 1).sqrt()
    return result


def zero_padding(batch: Tensor, lengths: Tensor) -> Tensor:
    padded = batch[:]
    for row, length in zip(padded, lengths):
        row[length:] = 0
    return padded


def sgd_trajectory(
    w0: Tensor, grad_fn: Callable[[Tensor], Tensor], lr: float, steps: int
) -> Tensor:
    w = w0.detach()
    path = [w.clone()]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w.clone())
    return torch.stack(path)
