"""Pick one score per row

Write three small functions that choose entries of a tensor.

pick_per_row(scores, index) takes scores (N, C) and index (N,), int64, and returns the N entries
scores[i, index[i]], of shape (N,).

best_per_row(scores) returns two tensors of shape (N, 1): the largest score of every row, and its
column, int64. Where several scores of a row are largest, any of their columns will do.

keep_above(x, threshold) returns x, of any shape, with zero in the place of every entry that is
not greater than threshold, a Python float.

Rules
    - An index below 0 or above C - 1 raises IndexError or RuntimeError. A negative index does not
      count from the end.
    - The scores and x may be floating or integer, and the results have the same dtype.
    - Gradients reach the entries that are chosen, and are zero for all others. An entry that is
      not chosen may be infinite, and must not spoil anything. There is no NaN.
    - N may be 0 for pick_per_row, and x may be empty. C is at least 1.
    - The arguments are left as they are.
    - Without take_along_dim, and without torch's own threshold in any spelling.

Why it is asked: this is how the score of the target class gets out of a matrix of logits, in
every loss written by hand. scores[:, index] looks right and builds an (N, N) matrix.

Example
    >>> scores = torch.tensor([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    >>> pick_per_row(scores, torch.tensor([1, 0]))
    tensor([0.7000, 0.3000])
    >>> values, columns = best_per_row(scores)
    >>> values
    tensor([[0.7000],
            [0.4000]])
    >>> columns
    tensor([[1],
            [2]])
    >>> keep_above(torch.tensor([1.0, 2.0, 3.0]), 2.0)
    tensor([0., 0., 3.])
"""

import torch
from torch import Tensor


def pick_per_row(scores: Tensor, index: Tensor) -> Tensor:
    raise NotImplementedError


def best_per_row(scores: Tensor) -> tuple[Tensor, Tensor]:
    raise NotImplementedError


def keep_above(x: Tensor, threshold: float) -> Tensor:
    raise NotImplementedError
