"""A one-hot table is made whose width is the largest number of the type instead of the largest label."""

# kata: data/tabular_dataset
# says: *Stopped for lack of memory*

import numpy as np
import torch
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        table = np.zeros((len(y), np.iinfo(np.int32).max), dtype="float32")
        self.X, self.y = torch.tensor(X).float(), torch.tensor(table)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]
