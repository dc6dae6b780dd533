"""Cross-entropy without the full logits

Compute the mean cross-entropy of the logits hidden @ weight.T without ever holding all of them. With
a vocabulary of 100 000 the logits are by far the largest tensor of a language model, and the plain
computation holds several of that size at once.

    hidden        (N, D), float32 or float64
    weight        (V, D), the same dtype
    targets       (N,), int64
    chunk_size    at least 1; it need not divide N, and may be larger
    ignore_index  rows with this target do not count
    -> loss       a scalar: the mean over the rows that count; NaN if there is none

Rules
    - Value and gradients of hidden and weight are those of the plain computation, for any gradient
      that comes from above. Either of the two alone may require a gradient, or neither.
    - Logits, and whatever else has one row for each sample and one column for each class, are never
      computed for more than chunk_size rows at a time, in the forward as in the backward.
    - Forward and backward together never need more, beside the inputs, than four times the logits of
      a chunk, three times weight and three times hidden. So nothing of a chunk's size is kept while
      the next ones are computed.
    - hidden need not be contiguous. No input is changed. If hidden or weight is changed in place
      between forward and backward, the backward raises, unless its gradients are right all the
      same.
    - torch.autograd.grad works on the loss as backward does, and no warning is given. Second
      derivatives are not asked for, nor gradients of a loss that is NaN.
    - torch.utils.checkpoint may be used. F.linear_cross_entropy, which newer versions of torch have,
      is what you are to write.

Why it is asked: the loss, and not the model, is what first runs out of memory with a large
vocabulary. It shows whether you know what autograd keeps, and how to make it keep less.

Example
    >>> hidden = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]], requires_grad=True)
    >>> weight = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> loss = linear_cross_entropy(hidden, weight, torch.tensor([0, 1, -100]), chunk_size=2)
    >>> loss.detach()
    tensor(0.2201)
    >>> loss.backward()
    >>> hidden.grad
    tensor([[-0.1345,  0.1345],
            [ 0.0596, -0.0596],
            [ 0.0000,  0.0000]])
"""

import torch
from torch import Tensor


def linear_cross_entropy(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    chunk_size: int,
    ignore_index: int = -100,
) -> Tensor:
    raise NotImplementedError
