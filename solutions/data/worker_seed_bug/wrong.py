import numpy as np
import torch
from torch.utils.data import Dataset, get_worker_info

from pytest_torchkata.checks import wrong


class Noisy(Dataset):
    """A dataset whose subclasses say how noise is drawn."""

    def __init__(self, data, sigma, seed=0):
        self.data, self.sigma, self.seed, self.epoch = data, sigma, seed, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        x = self.data[idx]
        return x + self.sigma * self.noise(x, idx)


def drawn(x, seed):
    return torch.randn(x.shape, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)


def mixed(*numbers):
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


@wrong("check_read_again")
class AsItWas:
    """The dataset still holds one generator that moves on with every read. What an item gets depends on what
    was read before it, and every worker starts with a copy of the same generator.
    """

    class NoisyDataset(Noisy):
        def __init__(self, data, sigma, seed=0):
            super().__init__(data, sigma, seed)
            self.generator = torch.Generator().manual_seed(seed)

        def noise(self, x, idx):
            return torch.randn(x.shape, generator=self.generator, dtype=x.dtype)


@wrong("check_read_again")
class DrawsFromTheGlobalStream:
    """The noise comes from torch's global stream. Workers then differ from each other, but an item gets
    whatever is next in the stream: it depends on the order and on the number of workers.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return torch.randn_like(x)


@wrong("check_read_again")
class SeedsTheGeneratorInEveryEpoch:
    """set_epoch seeds the generator anew, so epochs no longer repeat each other. Within an epoch it still
    moves on with every read, and is still copied into every worker.
    """

    class NoisyDataset(Noisy):
        def __init__(self, data, sigma, seed=0):
            super().__init__(data, sigma, seed)
            self.generator = torch.Generator().manual_seed(mixed(seed, 0))

        def set_epoch(self, epoch):
            self.generator.manual_seed(mixed(self.seed, epoch))

        def noise(self, x, idx):
            return torch.randn(x.shape, generator=self.generator, dtype=x.dtype)


@wrong("check_read_again")
class OneGeneratorPerWorker:
    """Every worker gets a generator of its own, seeded with its number. Workers then differ, but which of
    them reads an item, and after which others, still decides on its noise.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            if not hasattr(self, "generator"):
                info = get_worker_info()
                number = 0 if info is None else info.id + 1
                seed = mixed(self.seed, self.epoch, number)
                self.generator = torch.Generator().manual_seed(seed)
            return torch.randn(x.shape, generator=self.generator, dtype=x.dtype)


@wrong("check_workers")
class SeedsWithTheWorker:
    """The number of the worker is part of the seed. The same item is then another one with another number
    of workers.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            info = get_worker_info()
            number = 0 if info is None else info.id + 1
            return drawn(x, mixed(self.seed, self.epoch, idx, number))


@wrong("check_epochs_differ")
class IgnoresTheEpoch:
    """Seed and idx decide alone, so every epoch repeats the noise of the first. set_epoch has to have an
    effect.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, mixed(self.seed, idx))


@wrong("check_epochs_differ")
class AddsSeedAndIdx:
    """The generator is seeded with seed + idx. Every epoch repeats the noise, and the item after this one
    has the noise that this one has for the next seed.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, self.seed + idx)


@wrong("check_triples_differ")
class AddsAllThree:
    """Seed, epoch and idx are added up. Item 1 of epoch 0 then has the noise of item 0 of epoch 1, and so on
    along the whole data set: the noise only moves by one place.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, self.seed + self.epoch + idx)


@wrong("check_triples_differ")
class AddsWithFactors:
    """The three are added with factors. As soon as one of them is as large as a factor, two triples have the
    same sum and the same noise: they have to be mixed, not added.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, 1000 * self.seed + 100 * self.epoch + idx)


@wrong("check_triples_differ")
class AddsTheLength:
    """Epoch and idx make a running number, the seed is added to it. Two seeds that are close to each other
    then share nearly all of their noise, at other places.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, self.seed + self.epoch * len(self.data) + idx)


@wrong("check_triples_differ")
class Xor:
    """The three are combined with ^. It gives 0 wherever two of them are equal and the third is 0, and does
    not care about their order.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, self.seed ^ self.epoch ^ idx)


@wrong("check_global_streams")
class SeedsTheGlobalStream:
    """Every read seeds torch's global stream. The items are right, but whatever else draws from that stream,
    such as dropout or shuffling, starts again at each of them.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            torch.manual_seed(mixed(self.seed, self.epoch, idx))
            return torch.randn_like(x)


@wrong("check_global_streams")
class SeedsNumPysStream:
    """Every read seeds NumPy's global stream. The items are right, but whatever else draws from that stream
    starts again at each of them.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            np.random.seed(mixed(self.seed, self.epoch, idx) % 2**32)
            return torch.from_numpy(np.random.standard_normal(x.shape)).to(x)


@wrong("check_epochs_differ")
class DrawsOnceForAll:
    """All noise is drawn once, in the constructor. Items no longer depend on who reads them, but every epoch
    has the same noise.
    """

    class NoisyDataset(Noisy):
        def __init__(self, data, sigma, seed=0):
            super().__init__(data, sigma, seed)
            self.all = drawn(data, seed)

        def noise(self, x, idx):
            return self.all[idx]


@wrong("check_items_differ")
class IgnoresIdx:
    """Seed and epoch decide alone, so all items of an epoch have the same noise."""

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, mixed(self.seed, self.epoch))


@wrong("check_seeds_differ")
class IgnoresTheSeed:
    """Epoch and idx decide alone: the seed of the dataset has no effect."""

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, mixed(self.epoch, idx))


@wrong("check_items_differ")
class OneNumberPerItem:
    """One number is drawn for a whole item and added to all of it. Each number of an item has noise of its
    own.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x.new_zeros(1), mixed(self.seed, self.epoch, idx))


@wrong("check_statistics")
class UniformNoise:
    """rand is uniform between 0 and 1, so the noise has a mean of its own. randn is standard normal."""

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            generator = torch.Generator().manual_seed(mixed(self.seed, self.epoch, idx))
            return torch.rand(x.shape, generator=generator, dtype=x.dtype)


@wrong("check_statistics")
class SigmaIsTheVariance:
    """sigma is taken for the variance. It is the standard deviation: the noise is multiplied by it."""

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            scale = self.sigma**-0.5 if self.sigma else 0.0
            return scale * drawn(x, mixed(self.seed, self.epoch, idx))


@wrong("check_no_noise")
class NumPysDtype:
    """NumPy draws float64, and float32 plus float64 is float64. Cast the noise to the dtype of the data."""

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            generator = np.random.default_rng([self.seed, self.epoch, idx])
            return torch.from_numpy(generator.standard_normal(x.shape))


@wrong("check_read_again")
class AddsInPlace:
    """The noise is added in place. data[idx] is a view of the data, so each read leaves its noise there, and
    the next one adds to it.
    """

    class NoisyDataset(Noisy):
        def __getitem__(self, idx):
            x = self.data[idx]
            x += self.sigma * drawn(x, mixed(self.seed, self.epoch, idx))
            return x.clone()


@wrong("check_far_items")
class AddsMultiples:
    """Seed and epoch are multiplied by large numbers and added to idx. In a data set with more items than
    that, item 10007 of one epoch has the noise of item 0 of the next.
    """

    class NoisyDataset(Noisy):
        def noise(self, x, idx):
            return drawn(x, 1_000_003 * self.seed + 10_007 * self.epoch + idx)
