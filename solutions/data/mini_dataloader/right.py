import numpy as np
import torch

from pytest_torchkata.checks import right


def default(batch):
    elem = batch[0]
    if torch.is_tensor(elem):
        return torch.stack(batch, 0)
    if isinstance(elem, np.ndarray):
        return torch.from_numpy(np.stack(batch))
    if isinstance(elem, int):
        return torch.tensor(batch, dtype=torch.int64)
    if isinstance(elem, float):
        return torch.tensor(batch, dtype=torch.double)
    if isinstance(elem, dict):
        return {k: default([d[k] for d in batch]) for k in elem}
    if isinstance(elem, (tuple, list)):
        return tuple(default(list(samples)) for samples in zip(*batch, strict=True))
    raise TypeError(type(elem))


class Epoch:
    """One pass over a loader."""

    def __init__(self, loader, order):
        self.loader, self.order, self.position = loader, order, 0

    def __iter__(self):
        return self

    def __next__(self):
        chosen = self.order[self.position : self.position + self.loader.batch_size]
        if not chosen or (self.loader.drop_last and len(chosen) < self.loader.batch_size):
            raise StopIteration
        self.position += self.loader.batch_size
        return self.loader.collate([self.loader.dataset[i] for i in chosen])


@right
class IteratorClass:
    """An iterator class of its own, and tuples for the fields."""

    class MiniDataLoader:
        def __init__(
            self, dataset, batch_size=1, shuffle=False, drop_last=False, collate_fn=None, generator=None
        ):
            if batch_size <= 0:
                raise ValueError("batch_size")
            self.dataset, self.batch_size = dataset, batch_size
            self.shuffle, self.drop_last = shuffle, drop_last
            self.collate, self.rng = collate_fn or default, generator

        def __len__(self):
            n = len(self.dataset)
            return n // self.batch_size if self.drop_last else (n + self.batch_size - 1) // self.batch_size

        def __iter__(self):
            order = list(range(len(self.dataset)))
            if self.shuffle:
                order = torch.randperm(len(order), generator=self.rng).tolist()
            return Epoch(self, order)


@right
class CollectsABatch:
    """Items are collected one by one until the batch is full."""

    class MiniDataLoader:
        def __init__(
            self, dataset, batch_size=1, shuffle=False, drop_last=False, collate_fn=None, generator=None
        ):
            if batch_size < 1:
                raise ValueError("batch_size should be positive")
            self.args = dataset, batch_size, shuffle, drop_last, collate_fn, generator

        def __len__(self):
            dataset, size, _, drop_last, _, _ = self.args
            full, rest = divmod(len(dataset), size)
            return full + (rest > 0 and not drop_last)

        def __iter__(self):
            dataset, size, shuffle, drop_last, collate_fn, generator = self.args
            indices = torch.arange(len(dataset))
            if shuffle:
                indices = indices[torch.randperm(len(dataset), generator=generator)]
            batch = []
            for i in indices:
                batch.append(dataset[int(i)])
                if len(batch) == size:
                    yield (collate_fn or default)(batch)
                    batch = []
            if batch and not drop_last:
                yield (collate_fn or default)(batch)
