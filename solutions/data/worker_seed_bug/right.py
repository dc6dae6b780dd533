import hashlib
import random

import torch

from pytest_torchkata.checks import right

from . import reference


@right
class HashOfTheTriple:
    """A torch.Generator seeded from a hash of the triple."""

    class NoisyDataset(reference.NoisyDataset):
        def __getitem__(self, idx):
            text = f"{self.seed}/{self.epoch}/{idx}".encode()
            seed = int.from_bytes(hashlib.sha256(text).digest()[:8], "little") >> 1
            generator = torch.Generator()
            generator.manual_seed(seed)
            x = self.data[idx]
            noise = torch.empty_like(x).normal_(generator=generator)
            return x.add(noise, alpha=self.sigma)


@right
class PythonsHash:
    """Python's hash of a tuple of ints, which is the same in every process."""

    class NoisyDataset(reference.NoisyDataset):
        def __getitem__(self, idx):
            x = self.data[idx]
            generator = torch.Generator().manual_seed(hash((self.seed, self.epoch, int(idx))))
            noise = torch.randn(x.shape, generator=generator, dtype=torch.float64)
            return x + (self.sigma * noise).to(x.dtype)


@right
class SeedFromRandom:
    """A random.Random seeded with a string, which draws the seed of a generator."""

    class NoisyDataset(reference.NoisyDataset):
        def __getitem__(self, idx):
            source = random.Random(f"{self.seed},{self.epoch},{idx}")
            generator = torch.Generator().manual_seed(source.getrandbits(63))
            x = self.data[idx]
            return x + self.sigma * torch.randn(*x.shape, generator=generator, dtype=x.dtype)
