"""It returns NumPy arrays of the right values, where tensors are asked for."""

# kata: data/tabular_dataset
# says: *item 0?0?*expected a Tensor*

import numpy as np
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("arrays of different lengths")
        self.X, self.y = np.array(X, dtype="float32"), np.array(y, dtype="int64")

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]
