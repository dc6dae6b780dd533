import pytest

from pytest_torchkata.checks import raises, shares, torch


def sequences(given, lengths, *rest, kind="float32"):
    if kind.startswith(("int", "uint")):
        return [given.integers(1, 90, (n, *rest)).to(getattr(torch, kind)) for n in lengths]
    return [given.normal(n, *rest, dtype=getattr(torch, kind)) for n in lengths]


def observe(result):
    padded, lengths, labels = result
    return {"padded": padded, "lengths": lengths, "labels": labels}


def check_tokens(kata, given):
    """int64 tokens: padded at the end, with 0, in the order of the batch."""
    items = sequences(given, (3, 5, 1, 4), kind="int64")
    return observe(kata.pad_collate(list(zip(items, [2, 0, 3, 1], strict=True))))


@pytest.mark.parametrize("rest", [(), (3,), (2, 4)], ids=str)
def check_features(kata, given, rest):
    """Sequences with one, two and more dimensions."""
    items = sequences(given, (2, 4, 3), *rest)
    return observe(kata.pad_collate(list(zip(items, [7, 0, 1], strict=True)), 0.0))


@pytest.mark.parametrize(
    ("kind", "padding_value"),
    [("int64", -1), ("int64", -100), ("float32", -2.5), ("float64", 0.1), ("float16", 1.0), ("uint8", 255)],
)
def check_padding_value(kata, given, kind, padding_value):
    """padding_value fills the places after the end, in the dtype of the sequences."""
    items = sequences(given, (1, 4, 2), 2, kind=kind)
    return observe(kata.pad_collate(list(zip(items, [1, 2, 3], strict=True)), padding_value))


@pytest.mark.parametrize("lengths", [(0, 3, 2), (0, 0), (1, 1, 1), (4,)], ids=str)
def check_lengths(kata, given, lengths):
    """Empty sequences, equal lengths, a single item."""
    items = sequences(given, lengths, 3)
    return observe(kata.pad_collate([(item, 5 + i) for i, item in enumerate(items)]))


def check_contains_padding_value(kata, given):
    """Sequences that contain padding_value keep their lengths."""
    items = [given.tensor([0, 4, 0]).long(), given.tensor([0]).long(), given.tensor([3, 0, 0, 0, 0]).long()]
    return observe(kata.pad_collate(list(zip(items, [1, 2, 3], strict=True))))


@pytest.mark.parametrize("kind", ["mixed", "int32"])
def check_labels(kata, given, kind):
    """Labels are int64, from ints and from zero-dimensional tensors of any integer dtype."""
    items = sequences(given, (2, 1, 3))
    labels = [4, torch.tensor(0), torch.tensor(9, dtype=torch.int32)]
    if kind == "int32":
        labels = [torch.tensor(label, dtype=torch.int32) for label in (4, 0, 9)]
    return observe(kata.pad_collate(list(zip(items, labels, strict=True))))


def check_memory(kata, given):
    """The result shares no memory with the items, and the items are left as they were."""
    observed = {}
    for lengths in ((4,), (4, 2)):
        items = sequences(given, lengths, 3)
        before = [item.clone() for item in items]
        padded, _, _ = kata.pad_collate([(item, 1) for item in items])
        shared = any(shares(padded, item) for item in items)
        observed[f"shares memory, {len(items)} items"] = shared
        padded.fill_(7)
        same = all(torch.equal(a, b) for a, b in zip(items, before, strict=True))
        observed[f"items left as they were, {len(items)} items"] = same
    return observed


def check_views(kata, given):
    """Sequences that are views, such as transposed ones, are read right."""
    items = [given.normal(3, 2).t(), given.normal(8, 3)[::2], given.normal(5, 3)[1:2]]
    return observe(kata.pad_collate([(item, 1) for item in items]))


@pytest.mark.parametrize("misfit", ["dtype", "size", "dimensions"])
def check_misfits(kata, given, misfit):
    """Sequences that do not fit together raise ValueError."""
    other = {
        "dtype": given.normal(2, 3, dtype=torch.float64),
        "size": given.normal(2, 1),
        "dimensions": given.normal(2),
    }[misfit]
    items = [(given.normal(4, 3), 0), (other, 1)]
    return {
        "the misfit last": raises(ValueError, lambda: kata.pad_collate(items)),
        "the misfit first": raises(ValueError, lambda: kata.pad_collate(items[::-1])),
    }


def check_empty_batch(kata):
    """An empty batch raises ValueError."""
    return {"pad_collate([])": raises(ValueError, lambda: kata.pad_collate([]))}


def check_loader(kata, given):
    """As the collate_fn of a DataLoader: every batch is as long as its longest sequence."""
    items = sequences(given, (3, 1, 2, 5, 4), kind="int64")
    data = list(zip(items, [1, 0, 2, 1, 0], strict=True))
    loader = torch.utils.data.DataLoader(data, batch_size=2, collate_fn=kata.pad_collate)
    return {"batches": [observe(batch) for batch in loader]}
