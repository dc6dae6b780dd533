"""Collate sequences of different length

Write a collate_fn for a DataLoader: put sequences of different length into one tensor.

batch is a list of pairs (sequence, label). A sequence is a tensor of shape (T, ...), where T
differs from item to item and may be 0; what comes after T is the same for all. A label is a
Python int or a zero-dimensional integer tensor. Return three tensors, (padded, lengths, labels):

    padded    (B, L, ...), where L is the largest T of this batch, in the dtype of the sequences:
              each sequence from position 0 on, and padding_value after its end
    lengths   (B,), int64, the T of each sequence
    labels    (B,), int64

Rules
    - The order of the batch is kept.
    - Any dtype may come: float32 features, int64 tokens, and others. A sequence may contain
      padding_value itself.
    - An empty batch raises ValueError, and so do sequences that differ in dtype, in the sizes
      after T, or in their number of dimensions.
    - padded shares no memory with the items, and the items are left as they were.
    - Do not use pad_sequence, pack_sequence or nested tensors.

Why it is asked: without a collate_fn a loader cannot stack such items. Whoever writes one has to
decide what the model needs to know besides the padded numbers, and pads to the longest of the
batch, not of the data set.

Example
    >>> batch = [(torch.tensor([5, 6, 7]), 1), (torch.tensor([8]), 0)]
    >>> padded, lengths, labels = pad_collate(batch, padding_value=-1)
    >>> padded
    tensor([[ 5,  6,  7],
            [ 8, -1, -1]])
    >>> lengths, labels
    (tensor([3, 1]), tensor([1, 0]))
"""

import torch
from torch import Tensor


def pad_collate(
    batch: list[tuple[Tensor, int]], padding_value: float = 0.0
) -> tuple[Tensor, Tensor, Tensor]:
    raise NotImplementedError
