"""A DataLoader in forty lines

Write what is left of a DataLoader when there are no workers: iterating over it gives the batches
of one epoch.

dataset has len and dataset[i] for i from 0 to len - 1, and dataset[i] is asked for with a Python
int. len of the loader is the number of batches. A last batch that is smaller than batch_size is
handed out, unless drop_last is true.

Every iteration goes through the data once: in order, or, with shuffle, in a new random
permutation, drawn from generator if one is given, else from torch's global stream.

The items of a batch are put together by collate_fn, which gets a list of items and whose result
is the batch. Without a collate_fn it is done by the kind of the items:

    tensors                   are stacked along a new first dimension
    Python numbers            become one tensor, of int64 or float64
    NumPy arrays              become tensors of the same dtype, and are stacked
    tuples or lists, dicts    are put together field by field: a list or tuple of batches, a dict of
                              batches, to any depth

Rules
    - An item is fetched when its batch is asked for, and not before: neither the constructor nor
      iter(loader) fetch anything. Each item is fetched once per epoch.
    - Iterating again starts a new epoch, also when the last one was left in the middle. Two
      iterators over one loader do not disturb each other.
    - An equally seeded generator gives the same orders, and a loader that has one leaves the
      global stream alone.
    - batch_size < 1 raises ValueError in the constructor.
    - Do not use DataLoader, default_collate or the samplers of torch.utils.data.

Why it is asked: a DataLoader is sampler, batches and collate, and whoever has written it once
knows why every epoch has another order, and which dtype labels come in. The real one asks even
less of a dataset: with a sampler it does not need len, and one that is iterable needs no index.

Example
    >>> data = [(torch.tensor([0.0, 0.5]), 0), (torch.tensor([1.0, 1.5]), 1), (torch.ones(2), 2)]
    >>> loader = MiniDataLoader(data, batch_size=2)
    >>> len(loader)
    2
    >>> for features, labels in loader:
    ...     print(features.tolist(), labels)
    [[0.0, 0.5], [1.0, 1.5]] tensor([0, 1])
    [[1.0, 1.0]] tensor([2])
"""

from collections.abc import Callable, Iterator

import torch


class MiniDataLoader:
    def __init__(
        self,
        dataset: object,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        collate_fn: Callable | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterator:
        raise NotImplementedError
