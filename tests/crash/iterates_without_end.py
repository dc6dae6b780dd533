"""The dataset has no length and no end: __getitem__ wraps around, so that iteration goes on for ever."""

# kata: data/tabular_dataset
# says: *Stopped after*Is there a loop that does not end?*

import torch
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        self.X, self.y = torch.tensor(X).float(), torch.tensor(y).long()

    def __len__(self):
        return sum(1 for _ in self)

    def __getitem__(self, idx):
        return self.X[idx % len(self.X)], self.y[idx % len(self.y)]
