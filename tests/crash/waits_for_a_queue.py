"""Something is awaited from a queue into which nobody puts anything."""

# kata: data/tabular_dataset
# says: *Stopped after*

import queue

import torch
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X, y):
        self.rows = queue.Queue()
        self.X, self.y = torch.tensor(X).float(), torch.tensor(y).long()

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return self.rows.get()
