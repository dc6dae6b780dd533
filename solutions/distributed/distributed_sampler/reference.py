from collections.abc import Iterator
from itertools import cycle, islice

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
        if not 0 <= rank < num_replicas:
            raise ValueError(f"rank {rank} is not one of a group of {num_replicas}")
        self.n = n
        self.num_replicas = num_replicas
        self.rank = rank
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        spare = 0 if self.drop_last else self.num_replicas - 1  # rounds up
        return (self.n + spare) // self.num_replicas

    def __iter__(self) -> Iterator[int]:
        order = list(range(self.n))
        if self.shuffle:  # from a generator of our own, seeded alike on every rank
            generator = torch.Generator().manual_seed(self.seed + self.epoch)
            order = torch.randperm(self.n, generator=generator).tolist()
        total = len(self) * self.num_replicas
        return islice(cycle(order), self.rank, total, self.num_replicas)
