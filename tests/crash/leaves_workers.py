"""The workers of a DataLoader are kept, and nobody ends them; and the labels are floats."""

# kata: data/tabular_dataset
# says: *expected int64, yours float32*

import torch
from torch.utils.data import DataLoader, Dataset

loaders = []


class TabularDataset(Dataset):
    def __init__(self, X, y):
        self.X, self.y = torch.tensor(X).float(), torch.tensor(y).float()
        loader = DataLoader(self, num_workers=2, persistent_workers=True)
        loaders.append(iter(loader))

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]
