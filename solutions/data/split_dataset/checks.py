import random

import pytest

from pytest_torchkata.checks import np, raises, torch

THIRDS = [1 / 3, 1 / 3, 1 / 3]


class Shared:
    """A dataset of pairs that counts its reads, and has a transform for everybody."""

    def __init__(self, given, n=9):
        self.features = given.normal(n, 2)
        self.labels = given.permutation(n).tolist()
        self.transform = None
        self.reads = []

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        self.reads.append(idx)
        features = self.features[idx]
        return (features if self.transform is None else self.transform(features)), self.labels[idx]


def double(features):
    return features * 2


def negate(features):
    return -features


@pytest.mark.parametrize(
    ("n", "fractions"),
    [
        (20, [0.5, 0.25, 0.25]),
        (17, [0.6, 0.2, 0.2]),
        (100, [0.29, 0.71]),
        (90, [0.7, 0.15, 0.15]),
        (1000, [0.57, 0.29, 0.14]),
        (10, [0.1] * 10),
        (11, THIRDS),
        (9, THIRDS),
        (5, [1.0]),
    ],
)
def check_sizes(kata, n, fractions):
    """The sizes of the parts: no product is cut off too low, and nothing is left over."""
    parts = kata.split_indices(n, fractions, 3)
    return {"sizes": [len(part) for part in parts]}


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def check_few_samples(kata, n):
    """Fewer samples than parts: the first parts get one each."""
    parts = kata.split_indices(n, [0.2, 0.5, 0.3], 3)
    return {
        "sizes": [len(part) for part in parts],
        "indices": sorted(index for part in parts for index in part),
    }


@pytest.mark.parametrize("seed", [0, 1, 12345])
def check_partition(kata, seed):
    """Every index is in exactly one part, and the parts are drawn from all samples."""
    parts = kata.split_indices(60, [0.5, 0.3, 0.2], seed)
    together = [index for part in parts for index in part]
    return {
        "types": sorted({type(thing).__name__ for thing in [parts, *parts, *together]}),
        "every index once": sorted(together) == list(range(60)),
        "parts are blocks of neighbours": sorted(parts[0]) == list(range(30)),
    }


def check_seed(kata):
    """The same seed gives the same split, another seed another one, whatever the global streams do."""
    splits = []
    for seed, global_seed in ((7, 1), (7, 2), (8, 1), (0, 1)):
        random.seed(global_seed)
        np.random.seed(global_seed)
        torch.manual_seed(global_seed)
        splits.append(kata.split_indices(50, [0.5, 0.5], seed))
    return {
        "seed 7 again gives the same": splits[0] == splits[1],
        "seed 8 gives the same as 7": splits[0] == splits[2],
        "seed 0 gives the same as 7": splits[0] == splits[3],
    }


def check_global_streams(kata):
    """The global streams are not changed."""

    def state():
        return random.getstate(), np.random.get_state()[1:3], torch.get_rng_state()

    before = state()
    kata.split_indices(50, [0.5, 0.5], 7)
    after = state()
    return {
        "random as before": before[0] == after[0],
        "NumPy as before": bool((before[1][0] == after[1][0]).all()) and before[1][1] == after[1][1],
        "torch as before": torch.equal(before[2], after[2]),
    }


@pytest.mark.parametrize(
    "fractions",
    [[], [0.5, 0.4], [0.5, 0.6], [1.2, -0.2], [1.0, 0.0], [70, 30], [0.495, 0.5]],
    ids=str,
)
def check_bad_fractions(kata, fractions):
    """Fractions that are not positive or do not sum to 1 raise ValueError."""
    return {"split_indices": raises(ValueError, lambda: kata.split_indices(20, fractions, 0))}


def check_items(kata, given):
    """Items are the pairs at the indices; without a transform they pass through."""
    data = Shared(given)
    subset = kata.TransformedSubset(data, [4, 1, 7])
    return {"len": len(subset), "items": [subset[0], subset[1], subset[2]]}


def check_transform(kata, given):
    """The transform is applied to the features, not to the label, anew for every read."""
    data, calls = Shared(given), []

    def transform(features):
        calls.append(features)
        return features * 10 + len(calls)

    subset = kata.TransformedSubset(data, [4, 1], transform)
    observed = {"calls before anything is read": len(calls)}
    return {**observed, "items 1, 0 and 1": [subset[1], subset[0], subset[1]]}


def check_own_transforms(kata, given):
    """Subsets of one dataset have transforms of their own, and leave the dataset as it is."""
    data = Shared(given)
    train = kata.TransformedSubset(data, [0, 2, 4], double)
    val = kata.TransformedSubset(data, [1, 2, 3], negate)
    rest = kata.TransformedSubset(data, [2, 5])
    return {
        "sample 2 of the first": train[1],
        "sample 2 of the second": val[1],
        "sample 2 of one without": rest[0],
        "sample 2 of the dataset": data[2],
        "attributes of the dataset": sorted(vars(data)),
    }


def check_lazy(kata, given):
    """An item is read when it is asked for, once, and from the dataset itself."""
    data = Shared(given)
    subset = kata.TransformedSubset(data, [4, 1, 7], double)
    len(subset)
    observed = {"reads before the first item": len(data.reads)}
    subset[1]
    observed["samples that one item reads"] = [int(index) for index in data.reads]
    data.features[7] += 100
    return {**observed, "an item after its sample has changed": subset[2]}


def check_indices(kata, given):
    """Negative indices count from the end, and one outside raises IndexError."""
    subset = kata.TransformedSubset(Shared(given), [4, 1, 7], double)
    try:
        last, first = subset[-1], subset[-3]
    except IndexError:
        last = first = "raises IndexError"
    return {
        "item -1": last,
        "item -3": first,
        "item 3 of 3": raises(IndexError, lambda: subset[3]),
        "item -4 of 3": raises(IndexError, lambda: subset[-4]),
    }


def check_loader(kata, given):
    """It is a Dataset, and a DataLoader makes batches of it."""
    subset = kata.TransformedSubset(Shared(given), [8, 0, 3, 5, 2], double)
    return {
        "is a Dataset": isinstance(subset, torch.utils.data.Dataset),
        "batches": list(torch.utils.data.DataLoader(subset, batch_size=2)),
    }
