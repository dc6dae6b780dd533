import random

import pytest

from pytest_torchkata.checks import np, requirement, torch


def noise(kata, seed=0, epoch=0, n=12, size=8):
    """Return the noise of all items of a dataset: the data is zero."""
    data = kata.NoisyDataset(torch.zeros(n, size, dtype=torch.float64), 1.0, seed)
    if epoch:
        data.set_epoch(epoch)
    return torch.stack([data[idx] for idx in range(n)])


def different(rows):
    return len({tuple(row.tolist()) for row in rows})


def check_read_again(kata, given):
    """An item is the same when it is read again, in another order, or from another object."""
    values = given.normal(6, 3)
    data = kata.NoisyDataset(values, 0.5, seed=3)
    first = torch.stack([data[idx] for idx in range(6)])
    again = torch.stack([data[idx] for idx in range(6)])
    backwards = torch.stack([data[idx] for idx in reversed(range(6))]).flip(0)
    data.set_epoch(0)
    other = kata.NoisyDataset(values, 0.5, seed=3)
    return {
        "len": len(data),
        "same when read again": torch.equal(first, again),
        "same when read backwards": torch.equal(first, backwards),
        "same after set_epoch(0)": torch.equal(first[0], data[0]),
        "first item of another object is the same": torch.equal(first[0], other[0]),
        "item 4 of another object is the same": torch.equal(first[4], other[4]),
    }


def check_items_differ(kata):
    """Every item, and every number in it, has noise of its own."""
    values = noise(kata)
    return {
        "different noise among 12 items": different(values),
        "different numbers among 12 items of 8": len(set(values.flatten().tolist())),
    }


def check_epochs_differ(kata):
    """Every epoch has noise of its own, and coming back to an epoch gives its noise again."""
    data = kata.NoisyDataset(torch.zeros(5, 4), 1.0, seed=2)
    reads = []
    for epoch in (None, 1, 2, 0, 1):
        if epoch is not None:
            data.set_epoch(epoch)
        reads.append(data[3])
    return {
        "different noise in 3 epochs": different(reads[:3]),
        "the first epoch is epoch 0": torch.equal(reads[0], reads[3]),
        "epoch 1 again gives the same": torch.equal(reads[1], reads[4]),
    }


def check_seeds_differ(kata):
    """Every seed has noise of its own."""
    return {"different noise of an item for 6 seeds": different(noise(kata, s)[1] for s in range(6))}


def check_triples_differ(kata):
    """Seed, epoch and idx do not stand in for each other."""
    numbers = (0, 1, 2, 3, 10, 31, 100, 1000)
    zeros = torch.zeros(1001, 2)
    reads = []
    for seed in numbers:
        data = kata.NoisyDataset(zeros, 1.0, seed)
        for epoch in numbers:
            data.set_epoch(epoch)
            reads += [data[idx] for idx in numbers]
    return {"different noise for 512 triples": different(reads)}


def check_far_items(kata):
    """In a large data set, an item far back does not have the noise of another epoch or seed."""
    zeros = torch.zeros(1, 2).expand(1_000_004, 2)
    far = (1000, 9973, 10**4, 10_007, 2**16, 65_537, 99_991, 10**5, 100_003, 10**6, 1_000_003)
    data, other = kata.NoisyDataset(zeros, 1.0, 0), kata.NoisyDataset(zeros, 1.0, 1)
    reads = [data[0], other[0], *(data[idx] for idx in far)]
    data.set_epoch(1)
    return {"different noise for 14 triples": different([data[0], *reads])}


def check_workers(kata, given):
    """The items are the same without workers, with one and with two."""
    data = kata.NoisyDataset(given.normal(6, 3), 0.5, seed=4)

    def read(workers):
        context = "fork" if workers else None
        loader = torch.utils.data.DataLoader(
            data, batch_size=1, num_workers=workers, multiprocessing_context=context
        )
        return torch.cat(list(loader))

    data.set_epoch(1)
    expected = read(0)
    return {
        f"the same items with num_workers={workers}": torch.equal(read(workers), expected)
        for workers in (1, 2)
    }


def seed_all(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def check_global_streams(kata):
    """The global streams are neither used nor changed."""
    reads = []
    for seed in (1, 2):
        seed_all(seed)
        reads.append(noise(kata, seed=5, epoch=1))
    observed = {"the same items for other global seeds": torch.equal(*reads)}
    seed_all(3)
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    noise(kata, seed=5, epoch=1)
    numpy_now = np.random.get_state()
    return {
        **observed,
        "random as before": random.getstate() == before[0],
        "NumPy as before": bool((numpy_now[1] == before[1][1]).all()) and numpy_now[2:] == before[1][2:],
        "torch as before": torch.equal(torch.get_rng_state(), before[2]),
    }


def check_no_noise(kata, given):
    """With sigma = 0 the items are those of the data, in its dtype and shape."""
    observed = {}
    for dtype in (torch.float32, torch.float64, torch.float16):
        values = given.normal(3, 2, 4, dtype=dtype)
        observed[f"item 1 of {dtype} data"] = kata.NoisyDataset(values, 0.0)[1]
    return observed


@pytest.mark.parametrize("sigma", [0.5, 3.0])
def check_statistics(kata, sigma):
    """The noise is normal, with mean 0 and standard deviation sigma."""
    zeros = torch.zeros(200, 60)
    data = kata.NoisyDataset(zeros, sigma, seed=1)
    values = torch.stack([data[idx] for idx in range(200)]) / sigma
    return {
        "mean / sigma": values.mean().item(),
        "standard deviation / sigma": values.std().item(),
        "share within one sigma": (values.abs() < 1).double().mean().item(),
    }


@requirement(check_statistics, "mean / sigma", within=0.1)
def near_zero(value):
    return None if abs(value) < 0.06 else "about 0"


@requirement(check_statistics, "standard deviation / sigma", within=0.1)
def near_one(value):
    return None if abs(value - 1) < 0.05 else "about 1"


@requirement(check_statistics, "share within one sigma", within=0.05)
def near_normal(value):
    return None if abs(value - 0.683) < 0.03 else "about 0.683"


def check_data(kata, given):
    """The data is left as it is, and the noise adds to it in proportion to sigma."""
    values = given.normal(4, 3, dtype=torch.float64)
    before = values.clone()
    one = kata.NoisyDataset(values, 1.0, seed=6)[2] - before[2]
    two = kata.NoisyDataset(values, 2.0, seed=6)[2] - before[2]
    return {
        "data as before": torch.equal(values, before),
        "noise grows with sigma": torch.allclose(two, 2 * one),
    }
