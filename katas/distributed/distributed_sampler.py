"""Shard the indices

Write the sampler with which each process of a group goes over its own part of a dataset of n
samples.

All ranks make the same list of indices, and rank r takes the positions r, r + num_replicas,
r + 2 * num_replicas and so on.

    order       0 to n - 1 without shuffle; with it a permutation that depends on seed + epoch only,
                the same on every rank, and another one in another epoch
    length      with drop_last the end of the list is cut, otherwise the list is extended from its
                own beginning, as often as needed, to a multiple of num_replicas

Rules
    - All ranks yield the same number of indices, and len() says how many. n may be smaller than the
      group, and may be 0.
    - The epoch is 0 until set_epoch is called. Going over the sampler again in the same epoch
      yields the same order. The permutation itself is up to you.
    - The indices are Python ints. The global random state of torch, of NumPy and of Python is
      neither used nor changed.
    - A rank that is negative, or not below num_replicas, raises ValueError.
    - Without torch's own DistributedSampler.

Why it is asked: if the ranks get different numbers of batches, one of them waits for ever; if
set_epoch is forgotten, every epoch has the same order. Neither raises an error.

Example
    >>> [list(ShardSampler(5, num_replicas=2, rank=rank, shuffle=False)) for rank in (0, 1)]
    [[0, 2, 4], [1, 3, 0]]
    >>> sampler = ShardSampler(5, 2, 1, shuffle=False, drop_last=True)
    >>> len(sampler), list(sampler)
    (2, [1, 3])
"""

from collections.abc import Iterator

import torch


class ShardSampler:
    def __init__(
        self,
        n: int,
        num_replicas: int,
        rank: int,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        raise NotImplementedError

    def set_epoch(self, epoch: int) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        raise NotImplementedError
