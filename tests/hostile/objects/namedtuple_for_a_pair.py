"""Its items are named tuples with a third field."""

# kata: data/tabular_dataset
# says: *item 0*expected 2 items*

from collections import namedtuple

import torch
from torch.utils.data import Dataset

Item = namedtuple("Item", ["row", "label", "more"])


class TabularDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("arrays of different lengths")
        self.X, self.y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.int64)

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        return Item(self.X[idx], self.y[idx], "right")
