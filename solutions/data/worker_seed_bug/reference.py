import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset


class NoisyDataset(Dataset):
    def __init__(self, data: Tensor, sigma: float, seed: int = 0) -> None:
        self.data = data
        self.sigma = sigma
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, idx: int) -> Tensor:
        x = self.data[idx]
        # No state that moves on: a list of numbers is mixed into a seed of its own for each triple.
        generator = np.random.default_rng([self.seed, self.epoch, idx])
        noise = torch.from_numpy(generator.standard_normal(x.shape))
        return x + self.sigma * noise.to(x)
