import torch
from torch.utils.data import Dataset, TensorDataset

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_own_copy")
class SharesTheArrays:
    """from_numpy shares its memory with the array, and so does as_tensor where it need not convert;
    float() and long() copy only what has another dtype. Whoever changes the array later changes the
    dataset.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            if len(X) != len(y):
                raise ValueError("X and y differ in length")
            self.X = torch.from_numpy(X).float()
            self.y = torch.from_numpy(y).long()


@wrong("check_items")
class KeepsTheFeatureDtype:
    """The features keep the dtype of the array. NumPy's is float64, while the weights of a model are
    float32: the first layer would raise an error.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            super().__init__(X, y)
            self.X = torch.tensor(X)


@wrong("check_items")
class FloatLabels:
    """The labels are floats. They are classes, not quantities: cross-entropy takes float targets for
    probabilities, and indexing with them fails.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            super().__init__(X, y)
            self.y = torch.tensor(y, dtype=torch.float32)


@wrong("check_items")
class KeepsTheLabelDtype:
    """The labels keep the dtype of the array. That is right only as long as it happens to be int64;
    an int32 array gives int32 labels.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            super().__init__(X, y)
            self.y = torch.tensor(y)


@wrong("check_items")
class LabelsOfShapeOne:
    """A label has shape (1,), so a batch of them has shape (B, 1). A loss over classes wants (B,), and
    comparing (B, 1) with (B,) silently broadcasts.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            super().__init__(X, y)
            self.y = torch.tensor(y, dtype=torch.int64).unsqueeze(1)


@wrong("check_items")
class ReturnsPythonNumbers:
    """The label is a Python number. A DataLoader would turn it into a tensor, but an item of the
    dataset itself is a pair of tensors.
    """

    class TabularDataset(reference.TabularDataset):
        def __getitem__(self, idx):
            return self.X[idx], self.y[idx].item()


@wrong("check_length")
class LengthOfThePair:
    """len is taken of the pair of arrays, which is always 2. It is the number of rows."""

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            super().__init__(X, y)
            self.data = (self.X, self.y)

        def __len__(self):
            return len(self.data)

        def __getitem__(self, idx):
            return self.data[0][idx], self.data[1][idx]


@wrong("check_length")
class NumberOfFeatures:
    """len gives the number of columns. A dataset is as long as it has items, and an item is a row."""

    class TabularDataset(reference.TabularDataset):
        def __len__(self):
            return self.X.shape[1]


@wrong("check_no_conversion")
class ConvertsEverythingForEachItem:
    """Every read converts again, a row or even the whole table, and returns memory of its own. That
    is paid for in every epoch: convert once, in the constructor.
    """

    class TabularDataset(Dataset):
        def __init__(self, X, y):
            if len(X) != len(y):
                raise ValueError("X and y differ in length")
            self.X = X.copy()
            self.y = y.copy()

        def __len__(self):
            return len(self.X)

        def __getitem__(self, idx):
            X = torch.tensor(self.X, dtype=torch.float32)
            y = torch.tensor(self.y, dtype=torch.int64)
            return X[idx], y[idx]


@wrong("check_own_copy")
class ConvertsWhenRead:
    """The dataset keeps the arrays it was given and converts a row when it is read. It sees every
    later change of the arrays, and does the same work again in every epoch.
    """

    class TabularDataset(Dataset):
        def __init__(self, X, y):
            if len(X) != len(y):
                raise ValueError("X and y differ in length")
            self.X = X
            self.y = y

        def __len__(self):
            return len(self.X)

        def __getitem__(self, idx):
            row = torch.tensor(self.X[idx], dtype=torch.float32)
            label = torch.tensor(self.y[idx], dtype=torch.int64)
            return row, label


@wrong("check_negative_indices")
class RefusesNegativeIndices:
    """Negative indices are refused as if they were outside of the data. They count from the end, as
    in a list; a tensor knows by itself which indices it has.
    """

    class TabularDataset(reference.TabularDataset):
        def __getitem__(self, idx):
            if idx < 0 or idx >= len(self):
                raise IndexError(f"index {idx} is outside of {len(self)} rows")
            return super().__getitem__(idx)


@wrong("check_outside")
class WrapsAround:
    """The index is taken modulo the length. Negative ones then work, but none is ever outside, and a
    for loop over the dataset does not end.
    """

    class TabularDataset(reference.TabularDataset):
        def __getitem__(self, idx):
            return super().__getitem__(idx % len(self))


@wrong("check_outside")
class RaisesTheWrongError:
    """An index outside raises ValueError. A for loop over an object with __getitem__ stops at an
    IndexError and at no other.
    """

    class TabularDataset(reference.TabularDataset):
        def __getitem__(self, idx):
            if not -len(self) <= idx < len(self):
                raise ValueError(f"index {idx} is outside of {len(self)} rows")
            return super().__getitem__(idx)


@wrong("check_lengths_differ")
class IgnoresTheLengths:
    """Nothing compares the lengths. The mistake of the caller then shows much later, or never, if
    the surplus rows are just not read.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            self.X = torch.tensor(X, dtype=torch.float32)
            self.y = torch.tensor(y, dtype=torch.int64)


@wrong("check_lengths_differ")
class AssertsTheLengths:
    """assert raises AssertionError, and nothing at all under python -O. It is for your own mistakes;
    a caller's deserves a ValueError.
    """

    class TabularDataset(reference.TabularDataset):
        def __init__(self, X, y):
            assert len(X) == len(y)
            self.X = torch.tensor(X, dtype=torch.float32)
            self.y = torch.tensor(y, dtype=torch.int64)


@wrong("check_dataset")
class IsNoDataset:
    """The class does not inherit from Dataset. A DataLoader does not mind, but code that asks for a
    Dataset, or adds two of them, does.
    """

    class TabularDataset:
        __init__ = reference.TabularDataset.__init__
        __len__ = reference.TabularDataset.__len__
        __getitem__ = reference.TabularDataset.__getitem__


@wrong("check_items", shows="rule")
class WrapsTensorDataset:
    """TensorDataset already does what you are asked to write. Without it, the same takes two
    methods.
    """

    class TabularDataset(Dataset):
        def __init__(self, X, y):
            X = torch.tensor(X, dtype=torch.float32)
            self.data = TensorDataset(X, torch.tensor(y, dtype=torch.int64))

        def __len__(self):
            return len(self.data)

        def __getitem__(self, idx):
            return self.data[idx]
