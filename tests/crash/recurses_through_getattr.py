"""A __getattr__ asks for an attribute that is not there, and so for itself."""

# kata: data/tabular_dataset
# says: *RecursionError*

from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        self.n = len(y)

    def __getattr__(self, name):
        return getattr(self.data, name)

    def __len__(self):
        return self.n

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]
