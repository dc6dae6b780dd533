import math
import random

import numpy as np
import torch
from torch.utils.data import Dataset

from pytest_torchkata.checks import wrong

from . import reference


def check(fractions):
    if not fractions or min(fractions) <= 0 or not math.isclose(sum(fractions), 1):
        raise ValueError("fractions")


def sizes_of(n, fractions):
    sizes = [math.floor(n * fraction + 1e-9) for fraction in fractions]
    for k in range(n - sum(sizes)):
        sizes[k] += 1
    return sizes


def permutation(n, seed):
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()


def cut(order, sizes):
    parts, start = [], 0
    for size in sizes:
        parts.append(order[start : start + size])
        start += size
    return parts


@wrong("check_sizes")
class CutsOff:
    """int cuts off. 0.29 * 100 is 28.999999999999996 in floating point, so the part gets 28, and the sample
    ends up in another part.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        sizes = [int(n * fraction) for fraction in fractions]
        for k in range(n - sum(sizes)):
            sizes[k] += 1
        return cut(permutation(n, seed), sizes)


@wrong("check_sizes")
class RoundsToNearest:
    """Rounding to the nearest number gives some parts more than they are due, and the sizes no longer sum to
    n by themselves. Round down and hand out the rest.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        sizes = [round(n * fraction) for fraction in fractions[:-1]]
        return cut(permutation(n, seed), [*sizes, n - sum(sizes)])


@wrong("check_sizes")
class DropsTheRest:
    """What rounding down leaves over is in no part at all. Every sample has to be somewhere."""

    def split_indices(n, fractions, seed):
        check(fractions)
        return cut(permutation(n, seed), [math.floor(n * f + 1e-9) for f in fractions])


@wrong("check_sizes")
class RestToTheLast:
    """What rounding down leaves over all goes to the last part. It is handed out one by one, from the first
    part on.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        sizes = [math.floor(n * f + 1e-9) for f in fractions[:-1]]
        return cut(permutation(n, seed), [*sizes, n - sum(sizes)])


@wrong("check_sizes")
class RestToTheFirst:
    """What rounding down leaves over all goes to the first part. It is handed out one by one, and the next
    sample goes to the next part.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        sizes = [math.floor(n * f + 1e-9) for f in fractions]
        sizes[0] += n - sum(sizes)
        return cut(permutation(n, seed), sizes)


@wrong("check_partition")
class DrawsEveryPartAnew:
    """Each part is drawn by itself, from a generator that has moved on. Some samples are in two parts and
    others in none: validation then measures on what was trained on.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        generator = torch.Generator().manual_seed(seed)
        return [torch.randperm(n, generator=generator)[:size].tolist() for size in sizes_of(n, fractions)]


@wrong("check_partition")
class DrawsWithReplacement:
    """The indices are drawn with replacement: some come several times, and others never."""

    def split_indices(n, fractions, seed):
        check(fractions)
        generator = torch.Generator().manual_seed(seed)
        return [
            torch.randint(max(n, 1), (size,), generator=generator).tolist() for size in sizes_of(n, fractions)
        ]


@wrong("check_partition")
class NeverShuffles:
    """The parts are blocks in the order of the data. Files are often sorted by class or by time, and then
    the last part holds nothing that the first one has seen.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        return cut(list(range(n)), sizes_of(n, fractions))


@wrong("check_partition")
class ShufflesWithinTheParts:
    """The data is cut first, and each block shuffled afterwards. Which part a sample is in is not random
    then.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        parts = cut(list(range(n)), sizes_of(n, fractions))
        for part in parts:
            random.Random(seed).shuffle(part)
        return parts


@wrong("check_partition")
class PartsAreTensors:
    """The parts are tensors, or lists of them. Lists of Python ints are asked for."""

    def split_indices(n, fractions, seed):
        check(fractions)
        order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
        return list(torch.split(order, sizes_of(n, fractions)))


@wrong("check_global_streams")
class SeedsTheGlobalStream:
    """torch.manual_seed seeds the stream of everybody. Whatever is drawn after the split, such as weights,
    now depends on it.
    """

    def split_indices(n, fractions, seed):
        check(fractions)
        torch.manual_seed(seed)
        return cut(torch.randperm(n).tolist(), sizes_of(n, fractions))


@wrong("check_global_streams")
class SeedsPythonsStream:
    """random.seed seeds the stream of everybody. Whatever is drawn after the split now depends on it."""

    def split_indices(n, fractions, seed):
        check(fractions)
        random.seed(seed)
        order = list(range(n))
        random.shuffle(order)
        return cut(order, sizes_of(n, fractions))


@wrong("check_global_streams")
class SeedsNumPysStream:
    """np.random.seed seeds the stream of everybody. Whatever is drawn after the split now depends on it."""

    def split_indices(n, fractions, seed):
        check(fractions)
        np.random.seed(seed)
        return cut(np.random.permutation(n).tolist(), sizes_of(n, fractions))


@wrong("check_seed")
class IgnoresTheSeed:
    """The order is drawn from the global stream, and the seed goes unused: every run gets another split."""

    def split_indices(n, fractions, seed):
        check(fractions)
        return cut(torch.randperm(n).tolist(), sizes_of(n, fractions))


@wrong("check_seed")
class ForgetsToSeed:
    """The generator is new, but nobody seeds it: it starts at a number of its own, the same for all seeds."""

    def split_indices(n, fractions, seed):
        check(fractions)
        order = torch.randperm(n, generator=torch.Generator()).tolist()
        return cut(order, sizes_of(n, fractions))


@wrong("check_bad_fractions")
class AcceptsAnyFractions:
    """Nothing looks at the fractions. A typing mistake then leaves samples out, or takes more than there
    are.
    """

    def split_indices(n, fractions, seed):
        sizes = [max(0, math.floor(n * fraction + 1e-9)) for fraction in fractions]
        for k in range(min(n - sum(sizes), len(sizes))):
            sizes[k] += 1
        return cut(permutation(n, seed), sizes)


@wrong("check_sizes", shows="exception")
class ComparesTheSumExactly:
    """The sum is compared with 1 exactly. Ten times 0.1 is 0.9999999999999999 in floating point, and is
    refused.
    """

    def split_indices(n, fractions, seed):
        if not fractions or min(fractions) <= 0 or sum(fractions) != 1:
            raise ValueError("the fractions must sum to 1")
        return cut(permutation(n, seed), sizes_of(n, fractions))


@wrong("check_bad_fractions")
class AcceptsNonPositive:
    """The sum is checked, but not the sign. 1.2 and -0.2 sum to 1, and 1 and 0 leave a part empty."""

    def split_indices(n, fractions, seed):
        if not math.isclose(sum(fractions), 1):
            raise ValueError("the fractions must sum to 1")
        sizes = [max(0, size) for size in sizes_of(n, fractions)]
        return cut(permutation(n, seed), sizes)


@wrong("check_sizes", shows="rule")
class CallsRandomSplit:
    """random_split does what you are asked to write, and cuts 0.29 of 100 off to 28."""

    def split_indices(n, fractions, seed):
        check(fractions)
        generator = torch.Generator().manual_seed(seed)
        parts = torch.utils.data.random_split(range(n), fractions, generator=generator)
        return [list(part.indices) for part in parts]


@wrong("check_own_transforms")
class SetsTheTransformOfTheDataset:
    """The transform is set on the dataset, which all parts share: the last one that is made decides for
    all of them.
    """

    class TransformedSubset(reference.TransformedSubset):
        def __init__(self, dataset, indices, transform=None):
            super().__init__(dataset, indices, None)
            if transform is not None:
                dataset.transform = transform


@wrong("check_transform")
class TransformsTheLabelToo:
    """The transform is applied to the label as well. It is meant for the features."""

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            features, label = self.dataset[self.indices[idx]]
            if self.transform is not None:
                features, label = self.transform(features), self.transform(label)
            return features, label


@wrong("check_transform", shows="exception")
class TransformsThePair:
    """The transform gets the whole item, a pair. It is meant for the features alone."""

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            item = self.dataset[self.indices[idx]]
            return item if self.transform is None else self.transform(item)


@wrong("check_lazy")
class ReadsEverythingAtOnce:
    """All items are read in the constructor. A data set that is read from disk does not fit into memory, and
    a random transform draws only once.
    """

    class TransformedSubset(reference.TransformedSubset):
        def __init__(self, dataset, indices, transform=None):
            super().__init__(dataset, indices, transform)
            self.items = [dataset[index] for index in indices]

        def __getitem__(self, idx):
            features, label = self.items[idx]
            return (features if self.transform is None else self.transform(features)), label


@wrong("check_transform")
class TransformsOnce:
    """The transformed features are kept, and the next read gets them again. A random transform then gives
    the same in every epoch.
    """

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            if not hasattr(self, "known"):
                self.known = {}
            if idx not in self.known:
                self.known[idx] = super().__getitem__(idx)
            return self.known[idx]


@wrong("check_lazy")
class ReadsTwice:
    """The item is read twice, once for its features and once for its label. If reading means to decode an
    image, it takes twice as long.
    """

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            index = self.indices[idx]
            features, label = self.dataset[index][0], self.dataset[index][1]
            return (features if self.transform is None else self.transform(features)), label


@wrong("check_items")
class IgnoresTheIndices:
    """idx is used as an index of the dataset. It counts within the subset: indices says where that is."""

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            if not -len(self) <= idx < len(self):
                raise IndexError("outside of the subset")
            features, label = self.dataset[idx]
            return (features if self.transform is None else self.transform(features)), label


@wrong("check_items")
class LengthOfTheDataset:
    """len is that of the whole dataset. The subset is as long as its list of indices."""

    class TransformedSubset(reference.TransformedSubset):
        def __len__(self):
            return len(self.dataset)


@wrong("check_items", shows="exception")
class AlwaysTransforms:
    """The transform is called also when it is None. It is optional."""

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            features, label = self.dataset[self.indices[idx]]
            return self.transform(features), label


@wrong("check_indices")
class WrapsAround:
    """The index is taken modulo the length. None is ever outside, and a for loop over the subset does not
    end.
    """

    class TransformedSubset(reference.TransformedSubset):
        def __getitem__(self, idx):
            return super().__getitem__(idx % len(self))


@wrong("check_loader")
class IsNoDataset:
    """The class does not inherit from Dataset. A DataLoader does not mind, but code that asks for a
    Dataset does.
    """

    class TransformedSubset:
        __init__ = reference.TransformedSubset.__init__
        __len__ = reference.TransformedSubset.__len__
        __getitem__ = reference.TransformedSubset.__getitem__


class Copied(Dataset):
    def __init__(self, dataset):
        self.items = [dataset[i] for i in range(len(dataset))]

    def __getitem__(self, idx):
        return self.items[idx]


@wrong("check_lazy")
class CopiesTheDataset:
    """The whole dataset is copied for each part. That reads everything, and takes as many times the
    memory as there are parts.
    """

    class TransformedSubset(reference.TransformedSubset):
        def __init__(self, dataset, indices, transform=None):
            super().__init__(Copied(dataset), indices, transform)
