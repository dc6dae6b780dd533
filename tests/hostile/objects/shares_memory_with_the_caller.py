"""It keeps views of the caller's arrays wherever their dtype allows it."""

# kata: data/tabular_dataset
# says: *item 1 of *

import torch
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("arrays of different lengths")
        self.X, self.y = torch.from_numpy(X).float(), torch.from_numpy(y).long()

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]
