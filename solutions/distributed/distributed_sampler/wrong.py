import math
import random

import torch

from pytest_torchkata.checks import wrong

from . import reference

_Sampler = reference.ShardSampler


class _Whole(_Sampler):
    """Has the steps apart: the order, its length, and what a rank takes of it."""

    def order(self):
        if not self.shuffle:
            return list(range(self.n))
        return torch.randperm(self.n, generator=self.generator()).tolist()

    def generator(self):
        return torch.Generator().manual_seed(self.seed + self.epoch)

    def fitted(self, order, total):
        return (order * math.ceil(total / max(len(order), 1)))[:total]

    def taken(self, whole):
        return whole[self.rank :: self.num_replicas]

    def __iter__(self):
        return iter(self.taken(self.fitted(self.order(), len(self) * self.num_replicas)))


@wrong("check_order")
class Blocks:
    """Each rank takes a block of neighbours. It is to take every num_replicas-th position."""

    class ShardSampler(_Whole):
        def taken(self, whole):
            return whole[self.rank * len(self) : (self.rank + 1) * len(self)]


@wrong("check_shuffled")
class AnotherOrderOnEveryRank:
    """The rank goes into the seed. Each rank then has a permutation of its own, and together they see some
    samples twice and others never.
    """

    class ShardSampler(_Whole):
        def generator(self):
            return torch.Generator().manual_seed(self.seed + self.epoch + 1000 * self.rank)


@wrong("check_shuffled")
class ShufflesTheShard:
    """Only the rank's own part is shuffled. Each rank then sees the same samples in every epoch, and no
    others.
    """

    class ShardSampler(_Whole):
        def order(self):
            return list(range(self.n))

        def taken(self, whole):
            shard = super().taken(whole)
            if self.shuffle:
                random.Random(f"{self.seed + self.epoch} {self.rank}").shuffle(shard)
            return shard


@wrong("check_epochs")
class IgnoresTheEpoch:
    """The epoch does not enter the seed. Every epoch has the same order."""

    class ShardSampler(_Whole):
        def generator(self):
            return torch.Generator().manual_seed(self.seed)


@wrong("check_epochs")
class IgnoresTheSeed:
    """Only the epoch seeds the permutation. Every run has the same orders, whatever its seed is."""

    class ShardSampler(_Whole):
        def generator(self):
            return torch.Generator().manual_seed(self.epoch)


@wrong("check_epochs")
class ProductOfSeedAndEpoch:
    """The seed is multiplied with the epoch. With a seed of 0 every epoch has the same order, and in epoch
    0 every seed has.
    """

    class ShardSampler(_Whole):
        def generator(self):
            return torch.Generator().manual_seed(self.seed * self.epoch)


@wrong("check_epochs")
class OneGeneratorForAll:
    """The generator is made once, and goes on from one iteration to the next. The order then depends on
    how often somebody has looked, which need not be the same on every rank.
    """

    class ShardSampler(_Whole):
        kept = None

        def set_epoch(self, epoch):
            super().set_epoch(epoch)
            self.kept = None

        def generator(self):
            self.kept = self.kept or super().generator()
            return self.kept


@wrong("check_set_epoch")
class ShufflesOnce:
    """The permutation is made the first time and kept. set_epoch comes too late for it."""

    class ShardSampler(_Whole):
        kept = None

        def order(self):
            self.kept = self.kept or super().order()
            return self.kept


@wrong("check_order")
class UnequalLengths:
    """The list is neither extended nor cut, so that some ranks have one index more. In training they wait
    for the others at a batch that never comes.
    """

    class ShardSampler(_Whole):
        def fitted(self, order, total):
            return order

        def __len__(self):
            return len(range(self.rank, self.n, self.num_replicas))


@wrong("check_order")
class AlwaysCuts:
    """The end is always cut, as with drop_last. Without it every sample is to be seen."""

    class ShardSampler(_Whole):
        def __len__(self):
            return self.n // self.num_replicas


@wrong("check_order")
class NeverCuts:
    """The list is always extended. With drop_last its end is to be cut."""

    class ShardSampler(_Whole):
        def __len__(self):
            return math.ceil(self.n / self.num_replicas)


@wrong("check_order")
class RepeatsOneIndex:
    """The list is extended by its last index, over and over. One sample then counts several times as much
    as the others; the beginning of the list was to be used.
    """

    class ShardSampler(_Whole):
        def fitted(self, order, total):
            return (order + order[-1:] * max(total - len(order), 0))[:total]


@wrong("check_order")
class ExtendsByZeros:
    """The list is extended by index 0, over and over. It is to be extended from its own beginning."""

    class ShardSampler(_Whole):
        def fitted(self, order, total):
            return (order + [0] * max(total - len(order), 0))[:total]


@wrong("check_order")
class ExtendsOnce:
    """The beginning of the list is appended once. For fewer samples than ranks that is not enough, and
    some ranks get nothing.
    """

    class ShardSampler(_Whole):
        def fitted(self, order, total):
            return (order + order[: total - len(order)])[:total]


@wrong("check_shuffled")
class ExtendsBeforeItShuffles:
    """The list is extended first and shuffled then. The samples that come twice are always the first of
    the dataset, and the list does not begin with a permutation.
    """

    class ShardSampler(_Whole):
        def fitted(self, order, total):
            whole = super().fitted(list(range(self.n)), total)
            if self.shuffle:
                random.Random(self.seed + self.epoch).shuffle(whole)
            return whole


@wrong("check_global_random_state")
class UsesTheGlobalState:
    """The permutation comes from torch's global generator. What else has drawn from it decides on the
    order, and the ranks agree only by luck.
    """

    class ShardSampler(_Whole):
        def generator(self):
            return None


@wrong("check_global_random_state")
class SeedsTheGlobalState:
    """torch.manual_seed sets the global state. The order is right, but from then on everything else that
    is random, dropout for one, starts again in every epoch.
    """

    class ShardSampler(_Whole):
        def generator(self):
            return torch.manual_seed(self.seed + self.epoch)


@wrong("check_shuffled")
class YieldsTensors:
    """The indices are tensors. A list or a dict cannot be asked for one."""

    class ShardSampler(_Whole):
        def __iter__(self):
            return iter(torch.tensor(list(super().__iter__()), dtype=torch.int64))


@wrong("check_length")
class LengthOfTheDataset:
    """len() is the number of all samples. It is the number that this rank yields."""

    class ShardSampler(_Sampler):
        def __len__(self):
            return self.n

        def __iter__(self):
            kept = _Sampler(self.n, self.num_replicas, self.rank, self.shuffle, self.seed, self.drop_last)
            kept.set_epoch(self.epoch)
            return iter(kept)


@wrong("check_bad_rank")
class AcceptsAnyRank:
    """The rank is not looked at. One that is not in the group yields nothing, or what another one has."""

    class ShardSampler(_Sampler):
        def __init__(self, n, num_replicas, rank, shuffle=True, seed=0, drop_last=False):
            super().__init__(n, num_replicas, 0, shuffle, seed, drop_last)
            self.rank = rank


@wrong("check_bad_rank")
class AcceptsTheNumberOfRanks:
    """Ranks are counted from 0: the number of ranks itself is not one of them."""

    class ShardSampler(_Sampler):
        def __init__(self, n, num_replicas, rank, shuffle=True, seed=0, drop_last=False):
            if not 0 <= rank <= num_replicas:
                raise ValueError(rank)
            super().__init__(n, num_replicas, min(rank, num_replicas - 1), shuffle, seed, drop_last)


@wrong("check_defaults")
class ShufflesOnRequest:
    """Without arguments the order is 0 to n - 1. The default is to shuffle, which a training loop that was
    written for it relies on.
    """

    class ShardSampler(_Sampler):
        def __init__(self, n, num_replicas, rank, shuffle=False, seed=0, drop_last=False):
            super().__init__(n, num_replicas, rank, shuffle, seed, drop_last)
