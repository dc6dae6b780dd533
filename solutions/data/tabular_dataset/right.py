import numpy as np
import torch
from torch.utils.data import Dataset

from pytest_torchkata.checks import right


@right
class AsTensorAndClone:
    """as_tensor followed by clone, with the indices checked by hand."""

    class TabularDataset(Dataset):
        def __init__(self, X, y):
            super().__init__()
            if X.shape[0] != y.shape[0]:
                raise ValueError(f"{X.shape[0]} rows and {y.shape[0]} labels")
            self.features = torch.as_tensor(X, dtype=torch.float32).clone()
            self.labels = torch.as_tensor(y, dtype=torch.long).clone()

        def __len__(self):
            return self.features.shape[0]

        def __getitem__(self, idx):
            if not -len(self) <= idx < len(self):
                raise IndexError("dataset index out of range")
            return self.features[idx], self.labels[idx]


@right
class ConvertsInNumpy:
    """astype always copies, so from_numpy shares only with an array of our own."""

    class TabularDataset(Dataset):
        def __init__(self, X, y):
            if len(X) != len(y):
                raise ValueError("lengths differ")
            self.rows = list(torch.from_numpy(X.astype(np.float32)))
            self.labels = list(torch.from_numpy(y.astype(np.int64)).unbind())

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, idx):
            return self.rows[idx], self.labels[idx]
