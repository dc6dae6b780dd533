import math
import random

import numpy as np
import torch

from pytest_torchkata.checks import right


@right
class AsTheLibrary:
    """A sampler of torch's class, with everything computed in the constructor, as the library does."""

    class ShardSampler(torch.utils.data.Sampler):
        def __init__(self, n, num_replicas, rank, shuffle=True, seed=0, drop_last=False):
            if rank >= num_replicas or rank < 0:
                raise ValueError(rank)
            self.n, self.world, self.rank, self.shuffle, self.seed = n, num_replicas, rank, shuffle, seed
            self.num_samples = n // num_replicas if drop_last else math.ceil(n / num_replicas)
            self.total_size = self.num_samples * num_replicas
            self.epoch = 0

        def set_epoch(self, epoch):
            self.epoch = epoch

        def __len__(self):
            return self.num_samples

        def __iter__(self):
            if self.shuffle:
                g = torch.Generator()
                g.manual_seed(self.seed + self.epoch)
                indices = torch.randperm(self.n, generator=g).tolist()
            else:
                indices = list(range(self.n))
            padding = self.total_size - len(indices)
            if padding > 0 and indices:
                indices += (indices * math.ceil(padding / len(indices)))[:padding]
            indices = indices[: self.total_size]
            return iter(indices[self.rank : self.total_size : self.world])


def _sampler(permute):
    class ShardSampler:
        def __init__(self, n, replicas, rank, shuffle=True, seed=0, drop_last=False):
            if rank not in range(replicas):
                raise ValueError("no such rank")
            self.n, self.replicas, self.rank = n, replicas, rank
            self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
            self.set_epoch(0)

        def set_epoch(self, epoch):
            self.key = self.seed + epoch

        def __len__(self):
            return self.n // self.replicas if self.drop_last else -(-self.n // self.replicas)

        def __iter__(self):
            order = permute(self.n, self.key) if self.shuffle else range(self.n)
            for i in range(len(self)):
                yield order[(self.rank + i * self.replicas) % self.n]

    return ShardSampler


def _by_python(n, key):
    order = list(range(n))
    random.Random(key).shuffle(order)
    return order


@right
class PythonsRandom:
    """A generator function, and the permutation from Python's own Random."""

    ShardSampler = _sampler(_by_python)


@right
class NumpysRandom:
    """The permutation from a generator of NumPy."""

    ShardSampler = _sampler(lambda n, key: np.random.default_rng(key).permutation(n).tolist())
