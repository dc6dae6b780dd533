import numpy as np
import torch
from torch.utils.data import DataLoader

from pytest_torchkata.checks import wrong

from . import reference
from .reference import _collate as collate


class Base(reference.MiniDataLoader):
    """A loader whose subclasses say in which order, and put batches together."""

    def order(self):
        n = len(self.dataset)
        return torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))

    def chosen(self):
        order = self.order()
        for batch in range(len(self)):
            yield order[batch * self.batch_size : (batch + 1) * self.batch_size]

    def fetch(self, indices):
        return self.collate_fn([self.dataset[i] for i in indices])

    def __iter__(self):
        for indices in self.chosen():
            yield self.fetch(indices)


@wrong("check_shuffle")
class ShufflesInTheConstructor:
    """The permutation is drawn once, in the constructor. Every epoch then has the same order, and the same
    samples always meet in a batch.
    """

    class MiniDataLoader(Base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.known = super().order()

        def order(self):
            return self.known


@wrong("check_in_order")
class IteratesOnce:
    """The iterator is made once, and used up after the first epoch: the second one has no batches. Each
    call of __iter__ has to start a new one.
    """

    class MiniDataLoader(Base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.batches = Base.__iter__(self)

        def __iter__(self):
            return self.batches


@wrong("check_lazy")
class FetchesEverythingFirst:
    """All items are fetched before the first batch is handed out. The data set may not fit into memory, and
    training waits for the last file.
    """

    class MiniDataLoader(Base):
        def __iter__(self):
            items = {i: self.dataset[i] for i in self.order()}
            for indices in [list(items)[k : k + self.batch_size] for k in self.starts()]:
                yield self.collate_fn([items[i] for i in indices])

        def starts(self):
            return range(0, len(self) * self.batch_size, self.batch_size)


@wrong("check_lazy")
class FetchesInTheConstructor:
    """All items are fetched in the constructor. The data set may not fit into memory, and a random
    augmentation draws only once.
    """

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, **kwargs):
            super().__init__([dataset[i] for i in range(len(dataset))], *args, **kwargs)


@wrong("check_lazy")
class ReturnsAListOfBatches:
    """__iter__ builds the list of all batches and returns its iterator: everything is fetched before the
    first batch is seen. Use yield.
    """

    class MiniDataLoader(Base):
        def __iter__(self):
            return iter([self.fetch(indices) for indices in self.chosen()])


@wrong("check_batches")
class LengthWithoutTheRest:
    """len rounds down, also where the last, smaller batch is handed out."""

    class MiniDataLoader(Base):
        def __len__(self):
            return len(self.dataset) // self.batch_size

        def chosen(self):
            order = self.order()
            for start in range(0, len(order), self.batch_size):
                if not self.drop_last or start + self.batch_size <= len(order):
                    yield order[start : start + self.batch_size]


@wrong("check_batches")
class LengthIgnoresDropLast:
    """len rounds up, also where the last, smaller batch is dropped."""

    class MiniDataLoader(Base):
        def __len__(self):
            return -(-len(self.dataset) // self.batch_size)

        def chosen(self):
            full = [indices for indices in super().chosen() if len(indices) == self.batch_size]
            return full if self.drop_last else super().chosen()


@wrong("check_batches")
class LengthIsTheNumberOfSamples:
    """len gives the number of samples. For a loader it is the number of batches."""

    class MiniDataLoader(Base):
        def __len__(self):
            return len(self.dataset)

        def chosen(self):
            order = self.order()
            for start in range(0, len(order), self.batch_size):
                if not self.drop_last or start + self.batch_size <= len(order):
                    yield order[start : start + self.batch_size]


@wrong("check_batches")
class DropsTheLastBatch:
    """The last batch is lost if it is smaller than the others, though drop_last is false."""

    class MiniDataLoader(Base):
        def __len__(self):
            return len(self.dataset) // self.batch_size


@wrong("check_batches")
class NeverDrops:
    """drop_last goes unused: a smaller last batch is always handed out."""

    class MiniDataLoader(Base):
        def __len__(self):
            return -(-len(self.dataset) // self.batch_size)


@wrong("check_collate")
class FloatsAreFloat32:
    """Python floats become float32, the default dtype of torch. A DataLoader keeps their 64 bits."""

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, collate_fn=None, **kwargs):
            super().__init__(dataset, *args, collate_fn=collate_fn or float32_collate, **kwargs)


def float32_collate(items):
    first = items[0]
    if isinstance(first, (tuple, list)):
        return [float32_collate(list(field)) for field in zip(*items, strict=True)]
    if isinstance(first, dict):
        return {key: float32_collate([item[key] for item in items]) for key in first}
    return torch.tensor(items) if isinstance(first, (int, float)) else collate(items)


@wrong("check_collate")
class NumbersAreFloats:
    """All numbers become floats. Labels are ints, and a loss over classes wants them as int64."""

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, collate_fn=None, **kwargs):
            super().__init__(dataset, *args, collate_fn=collate_fn or float_collate, **kwargs)


def float_collate(items):
    first = items[0]
    if isinstance(first, (tuple, list)):
        return [float_collate(list(field)) for field in zip(*items, strict=True)]
    if isinstance(first, dict):
        return {key: float_collate([item[key] for item in items]) for key in first}
    if isinstance(first, (int, float)):
        return torch.tensor(items, dtype=torch.float32)
    return collate(items)


@wrong("check_collate")
class NumbersStayAList:
    """Numbers are left in a list. They have to become one tensor, as labels for a loss."""

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, collate_fn=None, **kwargs):
            super().__init__(dataset, *args, collate_fn=collate_fn or list_collate, **kwargs)


def list_collate(items):
    first = items[0]
    if isinstance(first, (tuple, list)):
        return [list_collate(list(field)) for field in zip(*items, strict=True)]
    if isinstance(first, dict):
        return {key: list_collate([item[key] for item in items]) for key in first}
    return items if isinstance(first, (int, float)) else collate(items)


@wrong("check_collate_arrays")
class ArraysStayArrays:
    """NumPy arrays are stacked by NumPy, and stay what they are. A model needs tensors."""

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, collate_fn=None, **kwargs):
            super().__init__(dataset, *args, collate_fn=collate_fn or array_collate, **kwargs)


def array_collate(items):
    return np.stack(items) if isinstance(items[0], np.ndarray) else collate(items)


@wrong("check_collate_arrays")
class ArraysAreFloat32:
    """torch.Tensor(array) makes float32 of everything. The dtype of the arrays has to be kept."""

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, collate_fn=None, **kwargs):
            super().__init__(dataset, *args, collate_fn=collate_fn or float_array_collate, **kwargs)


def float_array_collate(items):
    if isinstance(items[0], np.ndarray):
        return torch.stack([torch.Tensor(item) for item in items])
    return collate(items)


@wrong("check_collate_fields")
class FieldsOfPairsOnly:
    """Fields are put together at the first level only. A field may be a tuple or a dict itself: the function
    has to call itself.
    """

    class MiniDataLoader(Base):
        def __init__(self, dataset, *args, collate_fn=None, **kwargs):
            super().__init__(dataset, *args, collate_fn=collate_fn or flat_collate, **kwargs)


def flat_collate(items):
    first = items[0]
    if isinstance(first, (tuple, list)):
        return [flat(list(field)) for field in zip(*items, strict=True)]
    if isinstance(first, dict):
        return {key: flat([item[key] for item in items]) for key in first}
    return flat(items)


def flat(items):
    return items if isinstance(items[0], (tuple, list, dict)) else collate(items)


@wrong("check_collate_fn")
class CollateGetsFields:
    """collate_fn is called with the items as separate arguments, or with something else than a list of
    them.
    """

    class MiniDataLoader(Base):
        def fetch(self, indices):
            return self.collate_fn(tuple(self.dataset[i] for i in indices))


@wrong("check_collate_fn", shows="exception")
class IgnoresCollateFn:
    """The collate_fn of the caller goes unused."""

    class MiniDataLoader(Base):
        def fetch(self, indices):
            return collate([self.dataset[i] for i in indices])


@wrong("check_two_iterators")
class PositionOnTheLoader:
    """The position is kept on the loader, and __iter__ returns the loader itself. A second iterator starts
    over for both, and they take batches away from each other.
    """

    class MiniDataLoader(Base):
        def __iter__(self):
            self.pending = list(self.chosen())
            return self

        def __next__(self):
            if not self.pending:
                raise StopIteration
            return self.fetch(self.pending.pop(0))


@wrong("check_left_early")
class GoesOnWhereItStopped:
    """The order is kept on the loader until it is used up. An epoch that is left early goes on in the next
    one.
    """

    class MiniDataLoader(Base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.pending = []

        def __iter__(self):
            self.pending = self.pending or list(self.chosen())
            while self.pending:
                yield self.fetch(self.pending.pop(0))


@wrong("check_generator")
class IgnoresTheGenerator:
    """The generator goes unused: the order is drawn from the global stream, and depends on whatever else
    draws from it.
    """

    class MiniDataLoader(Base):
        def order(self):
            n = len(self.dataset)
            return torch.randperm(n).tolist() if self.shuffle else list(range(n))


@wrong("check_generator")
class SeedsTheGeneratorAgain:
    """The generator is put back to its seed for every epoch, so all epochs have the same order. It has to
    go on where it is.
    """

    class MiniDataLoader(Base):
        def order(self):
            if self.generator is not None:
                self.generator.manual_seed(self.generator.initial_seed())
            return super().order()


@wrong("check_global_stream")
class ShufflesWithRandom:
    """Without a generator, Python's random decides on the order. torch.manual_seed has no effect on it."""

    class MiniDataLoader(Base):
        def order(self):
            import random

            if self.generator is not None or not self.shuffle:
                return super().order()
            order = list(range(len(self.dataset)))
            random.SystemRandom().shuffle(order)
            return order


@wrong("check_shuffle")
class ShufflesBatches:
    """Only the order of the batches is random. The samples within a batch are always the same
    neighbours, and the smaller batch may come anywhere.
    """

    class MiniDataLoader(Base):
        def chosen(self):
            starts = range(0, len(self) * self.batch_size, self.batch_size)
            batches = [list(range(len(self.dataset)))[k : k + self.batch_size] for k in starts]
            if self.shuffle:
                order = torch.randperm(len(batches), generator=self.generator).tolist()
                batches = [batches[k] for k in order]
            return batches


@wrong("check_shuffle")
class DrawsWithReplacement:
    """The samples are drawn with replacement: in one epoch some come several times, and others never."""

    class MiniDataLoader(Base):
        def order(self):
            n = len(self.dataset)
            if not self.shuffle or n == 0:
                return super().order()
            return torch.randint(n, (n,), generator=self.generator).tolist()


@wrong("check_shuffle")
class NeverShuffles:
    """shuffle goes unused: every epoch is in order."""

    class MiniDataLoader(Base):
        def order(self):
            return list(range(len(self.dataset)))


@wrong("check_lazy_shuffled", shows="exception")
class AsksWithTensors:
    """The indices are tensors, as randperm gives them. A list takes those, but a dataset that looks its
    items up in a dict or a table does not: make ints of them.
    """

    class MiniDataLoader(Base):
        def order(self):
            n = len(self.dataset)
            return torch.randperm(n, generator=self.generator) if self.shuffle else list(range(n))


@wrong("check_bad_batch_size")
class AcceptsAnyBatchSize:
    """Nothing looks at batch_size. With 0 the mistake shows much later, as a division by zero; with -1
    there are just no batches.
    """

    class MiniDataLoader(Base):
        def __init__(self, dataset, batch_size=1, *args, **kwargs):
            super().__init__(dataset, max(batch_size, 1), *args, **kwargs)
            self.batch_size = batch_size


@wrong("check_batches", shows="rule")
class WrapsADataLoader:
    """DataLoader does what you are asked to write."""

    class MiniDataLoader:
        def __init__(
            self, dataset, batch_size=1, shuffle=False, drop_last=False, collate_fn=None, generator=None
        ):
            self.loader = DataLoader(
                dataset, batch_size, shuffle, drop_last=drop_last, collate_fn=collate_fn, generator=generator
            )

        def __len__(self):
            return len(self.loader)

        def __iter__(self):
            return iter(self.loader)
