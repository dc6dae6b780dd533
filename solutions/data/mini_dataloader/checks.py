import itertools

import pytest

from pytest_torchkata.checks import np, raises, torch


class Recorded:
    """The numbers 0 to n - 1, or other items, with a record of what was fetched."""

    def __init__(self, n, items=None):
        self.items, self.fetched = list(range(n)) if items is None else items, []

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        self.fetched.append(i)
        if not isinstance(i, int):
            raise TypeError(f"dataset[i] with a {type(i).__name__}")
        return self.items[i]


def plain(batch):
    """Show tuples as lists: which of the two a batch has is left open."""
    if isinstance(batch, (list, tuple)):
        return [plain(field) for field in batch]
    if isinstance(batch, dict):
        return {key: plain(field) for key, field in batch.items()}
    return batch


def orders(loader, epochs):
    """Return the order of the samples in each epoch of a loader over Recorded(n)."""
    return [[int(i) for batch in loader for i in batch] for _ in range(epochs)]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (8, 4), (3, 5), (0, 2), (1000, 3)])
def check_batches(kata, n, batch_size, drop_last):
    """The sizes and the number of the batches, with and without the last one."""
    loader = kata.MiniDataLoader(Recorded(n), batch_size, drop_last=drop_last)
    # With islice, in case that a loader does not end.
    return {"len": len(loader), "sizes": [len(b) for b in itertools.islice(loader, 400)]}


def check_in_order(kata):
    """Without shuffle: in order, in batches of one unless told otherwise, again in every epoch."""
    loader = kata.MiniDataLoader(Recorded(4))
    pairs = kata.MiniDataLoader(Recorded(5), batch_size=2)
    return {
        "batches": list(loader),
        "batches again": list(loader),
        "batches of two": list(pairs),
    }


@pytest.mark.parametrize("kind", ["tensors", "ints", "floats"])
def check_collate(kata, given, kind):
    """Tensors are stacked, and Python numbers become one tensor."""
    items = {
        "tensors": list(given.normal(5, 2, 3)),
        "ints": [4, -1, 7, 2**40, 0],
        "floats": [0.5, 1e-3, 2.0, -1.0, 1e300],
    }[kind]
    return {"batches": list(kata.MiniDataLoader(items, batch_size=2))}


@pytest.mark.parametrize("kind", ["float32", "float64", "int32", "uint8"])
def check_collate_arrays(kata, given, kind):
    """NumPy arrays become tensors of the same dtype."""
    items = [np.array(values).astype(kind) for values in given.integers(0, 100, (5, 3)).tolist()]
    return {"batches": list(kata.MiniDataLoader(items, batch_size=2))}


def check_collate_fields(kata, given):
    """Tuples, lists and dicts are put together field by field, to any depth."""
    x, y = given.normal(5, 3), given.integers(0, 9, (5,)).tolist()
    weights = [0.5, 1.5, 2.5, 3.5, 4.5]
    loaders = {
        "pairs": [(x[i], y[i]) for i in range(5)],
        "triples in lists": [[y[i], x[i], weights[i]] for i in range(5)],
        "dicts": [{"x": x[i], "label": y[i]} for i in range(5)],
        "nested tuples": [(x[i], (y[i], (weights[i], x[i, 0]))) for i in range(5)],
        "tuples of dicts": [({"x": x[i], "more": (y[i], weights[i])}, y[i]) for i in range(5)],
    }
    return {
        name: [plain(batch) for batch in kata.MiniDataLoader(items, batch_size=2)]
        for name, items in loaders.items()
    }


def check_collate_fn(kata):
    """A collate_fn gets a list of items, and its result is the batch."""
    seen = []

    def collate(items):
        seen.append(items)
        return f"batch {len(seen)}"

    items = ["a", "bc", None, (1, 2), "d"]
    loader = kata.MiniDataLoader(Recorded(0, items), batch_size=2, collate_fn=collate)
    return {"batches": list(loader), "what collate_fn got": seen}


def check_lazy(kata):
    """Items are fetched when their batch is asked for, one by one, and once."""
    data = Recorded(7)
    loader = kata.MiniDataLoader(data, batch_size=3)
    observed = {"fetched by the constructor": list(data.fetched)}
    iterator = iter(loader)
    observed["fetched by iter"] = list(data.fetched)
    for count in (1, 2, 3):
        next(iterator)
        observed[f"fetched after {count} batches"] = list(data.fetched)
    return observed


def check_lazy_shuffled(kata):
    """With shuffle as well, only the items of the next batch are fetched."""
    data = Recorded(7)
    loader = kata.MiniDataLoader(data, batch_size=3, shuffle=True)
    fetched = []
    for _ in loader:
        fetched.append(len(data.fetched))
    return {
        "items fetched after each batch": fetched,
        "types of the indices": sorted({type(i).__name__ for i in data.fetched}),
    }


@pytest.mark.parametrize("drop_last", [False, True])
def check_shuffle(kata, drop_last):
    """With shuffle every epoch is another permutation, and batches belong to one epoch."""
    loader = kata.MiniDataLoader(Recorded(50), batch_size=8, shuffle=True, drop_last=drop_last)
    epochs = orders(loader, 3)
    batches = [epoch[start : start + 8] for epoch in epochs for start in range(0, 48, 8)]
    return {
        "samples per epoch": [len(epoch) for epoch in epochs],
        "different samples per epoch": [len(set(epoch)) for epoch in epochs],
        "in order": any(epoch == sorted(epoch) for epoch in epochs),
        "batches of neighbours": sum(max(batch) - min(batch) < 8 for batch in batches),
        "different orders in 3 epochs": len(set(map(tuple, epochs))),
        "sizes of the batches": [len(batch) for batch in loader],
    }


def check_generator(kata):
    """The orders are drawn from the generator that is given."""
    results = []
    for seed, global_seed in ((5, 1), (5, 2), (6, 1)):
        torch.manual_seed(global_seed)
        generator = torch.Generator().manual_seed(seed)
        loader = kata.MiniDataLoader(Recorded(50), 8, shuffle=True, generator=generator)
        results.append(orders(loader, 2))
    before = torch.get_rng_state()
    orders(loader, 1)
    return {
        "the same seed gives the same orders": results[0] == results[1],
        "another seed gives the same orders": results[0] == results[2],
        "both epochs have the same order": results[0][0] == results[0][1],
        "global stream as before": torch.equal(torch.get_rng_state(), before),
    }


def check_global_stream(kata):
    """Without a generator the orders are drawn from torch's global stream."""
    results = []
    for seed in (3, 3, 4):
        loader = kata.MiniDataLoader(Recorded(50), 8, shuffle=True)
        torch.manual_seed(seed)
        results.append(orders(loader, 2))
    return {
        "the same seed gives the same orders": results[0] == results[1],
        "another seed gives the same orders": results[0] == results[2],
    }


@pytest.mark.parametrize("shuffle", [False, True])
def check_two_iterators(kata, shuffle):
    """Two iterators over one loader do not disturb each other."""
    loader = kata.MiniDataLoader(Recorded(11), batch_size=3, shuffle=shuffle)
    first, second = iter(loader), iter(loader)
    seen = [[], []]
    for which in (0, 0, 1, 0, 1, 1, 0, 1):
        seen[which] += next((first, second)[which], torch.empty(0)).tolist()
    rest = len(list(first)) + len(list(second))
    return {
        "samples of the first": sorted(map(int, seen[0])),
        "samples of the second": sorted(map(int, seen[1])),
        "batches that were left": rest,
    }


@pytest.mark.parametrize("shuffle", [False, True])
def check_left_early(kata, shuffle):
    """An epoch that is left in the middle does not show in the next one."""
    loader = kata.MiniDataLoader(Recorded(11), batch_size=3, shuffle=shuffle)
    for _ in loader:
        break
    return {"samples of the next epoch": sorted(orders(loader, 1)[0])}


def check_bad_batch_size(kata):
    """batch_size < 1 raises ValueError in the constructor."""
    return {
        f"batch_size={size}": raises(ValueError, lambda size=size: kata.MiniDataLoader(Recorded(4), size))
        for size in (0, -1)
    }
