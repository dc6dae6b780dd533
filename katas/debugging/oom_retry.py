"""Go on after running out of memory

Write the forward and backward for one batch so that they survive a device that is too small: what
does not fit is tried again in smaller pieces, and the result is that of the whole batch.

    model, loss_fn   loss_fn(model(x), y) is the mean loss over the rows of x and y
    x, y             a batch: at least one row, along dimension 0
    min_size         the smallest piece that is tried, at least 1; only what is left at the end of
                     the batch may be smaller
    -> loss, size    the mean loss over all rows, as a float, and the rows of a piece in the end

Rows are taken in order, in pieces of size rows; the last piece is what is left. At first size is
the whole batch. If a piece runs out of memory, in its forward or in its backward, size becomes
half the rows of that piece, rounded down, and that piece is begun again with the new size, which
holds for all that follows. What is done is not done again: pieces before it stay done.

Rules
    - Gradients come out as with one backward of the whole batch: they are added to what the
      parameters had in grad before the call. Pieces may be of different sizes, and every row counts
      the same. A backward that ran out of memory halfway leaves no trace in them.
    - When a piece is tried again, nothing of the failed attempt is alive any more: none of the
      tensors that the model had made, and not its graph. Otherwise there is less memory for the
      second attempt than for the first.
    - If half of a piece is less than min_size, torch.OutOfMemoryError is raised. Any other error
      passes through at once, also another RuntimeError. In both cases every grad is what it was
      before the call.
    - Some parameters may be frozen, or not take part; they keep the grad that they had. The model
      has no batch norm.

torch.OutOfMemoryError is what CUDA's allocator raises; torch.cuda.OutOfMemoryError is the same
class, and a RuntimeError. On the CPU a check raises it itself.

Why it is asked: everybody writes the try, and tries again inside of the except. There the error is
still being handled, its traceback holds the frames of the failed attempt, and those hold its
tensors. Emptying the cache of the allocator does not help: it frees what nobody uses.

Example
    >>> class Small(torch.nn.Linear):
    ...     def forward(self, x):
    ...         print(len(x), "rows")
    ...         if len(x) > 3:
    ...             raise torch.OutOfMemoryError("CUDA out of memory.")
    ...         return super().forward(x)
    >>> model = Small(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> x, y = torch.ones(5, 1), torch.tensor([[1.0], [1.0], [1.0], [1.0], [6.0]])
    >>> loss, size = backward_in_pieces(model, torch.nn.MSELoss(), x, y)
    5 rows
    2 rows
    2 rows
    1 rows
    >>> round(loss, 4), size
    (8.0, 2)
    >>> model.weight.grad
    tensor([[-4.]])
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def backward_in_pieces(
    model: nn.Module, loss_fn: Callable, x: Tensor, y: Tensor, min_size: int = 1
) -> tuple[float, int]:
    raise NotImplementedError
