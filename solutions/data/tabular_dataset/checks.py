import itertools

import pytest

from pytest_torchkata.checks import raises, shares, torch


def arrays(given, n=5, d=3, features="float64", labels="int64"):
    X = given.uniform(n, d, low=1.0, high=100.0, dtype=torch.float64).numpy()
    y = (given.permutation(n) + 1).numpy()
    return X.astype(features), y.astype(labels)


@pytest.mark.parametrize("labels", ["int64", "int32", "uint8"])
@pytest.mark.parametrize("features", ["float64", "float32", "int64", "uint8"])
def check_items(kata, given, features, labels):
    """Items are a float32 row and a zero-dimensional int64 label, from arrays of any dtype."""
    data = kata.TabularDataset(*arrays(given, features=features, labels=labels))
    return {"item 0": data[0], "item 3": data[3]}


@pytest.mark.parametrize("size", [(7, 3), (1, 4), (3, 1)])
def check_length(kata, given, size):
    """len is the number of rows."""
    return {"len": len(kata.TabularDataset(*arrays(given, *size)))}


def check_own_copy(kata, given):
    """Changing the arrays afterwards does not change the dataset."""
    observed = {}
    for features, labels in (("float64", "int32"), ("float32", "int64")):
        X, y = arrays(given, features=features, labels=labels)
        data = kata.TabularDataset(X, y)
        X[:], y[:] = 0, 0
        observed[f"item 1 of {features} and {labels} arrays"] = data[1]
    return observed


def check_no_conversion(kata, given):
    """Reading an item copies nothing: two reads of a row give the same memory."""
    data = kata.TabularDataset(*arrays(given))
    (row, label), (same_row, same_label) = data[2], data[2]
    return {
        "rows share memory": shares(row, same_row),
        "labels share memory": shares(label, same_label),
    }


def check_negative_indices(kata, given):
    """Negative indices count from the end."""
    data = kata.TabularDataset(*arrays(given))

    def item(idx):
        try:
            return data[idx]
        except IndexError:
            return "raises IndexError"

    return {"item -1 of 5": item(-1), "item -5 of 5": item(-5)}


def check_outside(kata, given):
    """An index outside of the data raises IndexError."""
    data = kata.TabularDataset(*arrays(given))
    return {
        "item 5 of 5": raises(IndexError, lambda: data[5]),
        "item -6 of 5": raises(IndexError, lambda: data[-6]),
    }


def check_iteration(kata, given):
    """A for loop over the dataset gives every item and ends."""
    data = kata.TabularDataset(*arrays(given))
    return {"items": list(itertools.islice(data, 9))}


def check_lengths_differ(kata, given):
    """Arrays of different lengths raise ValueError."""
    X, y = arrays(given)
    return {
        "a label missing": raises(ValueError, lambda: kata.TabularDataset(X, y[:4])),
        "a row missing": raises(ValueError, lambda: kata.TabularDataset(X[:4], y)),
    }


def check_batches(kata, given):
    """A DataLoader makes batches (B, D) and (B,) of it."""
    data = kata.TabularDataset(*arrays(given, n=7))
    return {"batches": list(torch.utils.data.DataLoader(data, batch_size=3))}


def check_dataset(kata, given):
    """It is a Dataset of torch, and can be split."""
    data = kata.TabularDataset(*arrays(given))
    generator = torch.Generator().manual_seed(0)
    parts = torch.utils.data.random_split(data, [3, 2], generator=generator)
    return {
        "is a Dataset": isinstance(data, torch.utils.data.Dataset),
        "subset [4, 1]": list(torch.utils.data.Subset(data, [4, 1])),
        "second part of a split": list(parts[1]),
    }


def check_memory_layout(kata, given):
    """Arrays that are views, such as columns or a transposed table, are read right."""
    X, y = arrays(given, n=8, d=6)
    data = kata.TabularDataset(X.T[:, ::2], y[2:])
    return {"item 0": data[0], "item 5": data[5]}
