"""A dataset over two arrays

Write a map-style Dataset over a table: X (N, D), an array of numbers, and y (N,), an array with one
class label for each row.

Item idx is the pair (row, label): a float32 tensor of shape (D,) and a zero-dimensional int64 tensor.
len gives the number of rows.

Rules
    - The arrays may have any number dtype: float64, float32, integers. Convert them once, in the
      constructor; reading an item must neither convert nor copy anything.
    - Whoever changes the arrays afterwards does not change the dataset.
    - Arrays of different lengths raise ValueError in the constructor.
    - Negative indices count from the end, as in a list; an index outside of the data raises IndexError.
    - Do not use TensorDataset or StackDataset.

Why it is asked: it is the smallest Dataset that there is, and shows whether you know which dtypes a
model and a loss expect, and which conversions from NumPy share memory.

Example
    >>> import numpy as np
    >>> data = TabularDataset(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([0, 1]))
    >>> len(data)
    2
    >>> data[1]
    (tensor([4., 5., 6.]), tensor(1))
"""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset


class TabularDataset(Dataset):
    def __init__(self, X: np.ndarray, y: np.ndarray) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, idx: int) -> tuple[Tensor, Tensor]:
        raise NotImplementedError
