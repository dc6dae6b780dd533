"""Strides in bytes were meant to be elements, and lead far out of the array."""

# kata: data/tabular_dataset
# says: *process that ran your code crashed*

import numpy as np
import torch
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        windows = np.lib.stride_tricks.as_strided(X, (64, *X.shape), (1 << 40, *X.strides))
        self.X, self.y = torch.tensor(windows.sum(0)), torch.tensor(y)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]
