"""Every worker draws the same noise

NoisyDataset runs without an error, and without workers its noise looks fine. But with two workers
in a DataLoader, two samples of a batch carry the very same noise, and the next epoch repeats it.
With another number of workers the same run gives other samples. Find out why, and repair it.

Item idx is data[idx] plus sigma times noise, where data is (N, ...), floating, and the noise has
the shape of an item and is standard normal, drawn for each number by itself. The noise depends on
seed, epoch and idx, and on nothing else. set_epoch(epoch) is called between epochs, in the main
process; until then the epoch is 0.

Rules
    - The same triple (seed, epoch, idx) always gives the same noise: in any order of reading,
      read again, in another dataset object, with any number of workers, and after set_epoch has
      come back to an earlier epoch.
    - Different triples give different noise, also where the numbers only change places or have
      the same sum: (seed 0, epoch 1, idx 0), (seed 1, epoch 0, idx 0) and (seed 0, epoch 0, idx
      1) have nothing in common.
    - The global streams of torch, NumPy and random are neither used nor changed.
    - seed, epoch and idx are ints of at least 0. Items have the dtype of data, and data is left
      as it is.

Why it is asked: a worker is a copy of the process, and copies whatever generator the dataset
holds. That torch seeds the global streams of its workers does not help there, and neither does a
worker_init_fn that seeds NumPy.

Example, once it is repaired
    >>> data = NoisyDataset(torch.zeros(4, 3), sigma=0.1, seed=7)
    >>> third = data[2]
    >>> torch.equal(data[2], third), torch.equal(data[1], third)
    (True, False)
    >>> data.set_epoch(1)
    >>> torch.equal(data[2], third)
    False
"""

import torch
from torch import Tensor
from torch.utils.data import Dataset


class NoisyDataset(Dataset):
    def __init__(self, data: Tensor, sigma: float, seed: int = 0) -> None:
        self.data = data
        self.sigma = sigma
        self.epoch = 0
        self.generator = torch.Generator().manual_seed(seed)

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, idx: int) -> Tensor:
        x = self.data[idx]
        noise = torch.randn(x.shape, generator=self.generator, dtype=x.dtype)
        return x + self.sigma * noise
