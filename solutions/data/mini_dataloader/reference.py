import math
from collections.abc import Callable, Iterator

import numpy as np
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
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.collate_fn = collate_fn if collate_fn is not None else _collate
        self.generator = generator

    def __len__(self) -> int:
        batches = len(self.dataset) / self.batch_size
        return math.floor(batches) if self.drop_last else math.ceil(batches)

    def __iter__(self) -> Iterator:
        # A generator function: the order and the position belong to this one pass.
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for batch in range(len(self)):
            chosen = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            yield self.collate_fn([self.dataset[i] for i in chosen])


def _collate(items: list) -> object:
    first = items[0]
    if isinstance(first, torch.Tensor):
        return torch.stack(items)
    if isinstance(first, np.ndarray):
        return torch.stack([torch.as_tensor(item) for item in items])
    if isinstance(first, float):
        return torch.tensor(items, dtype=torch.float64)  # as many bits as Python has
    if isinstance(first, int):
        return torch.tensor(items)
    if isinstance(first, dict):
        return {key: _collate([item[key] for item in items]) for key in first}
    return [_collate(list(field)) for field in zip(*items, strict=True)]
