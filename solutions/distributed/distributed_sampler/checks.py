import random

import pytest

from pytest_torchkata.checks import np, raises, torch

SIZES = [(12, 3), (13, 3), (14, 4), (5, 1), (2, 5), (1, 4), (3, 7), (0, 3)]


def ranks(kata, n, replicas, *arguments, epoch=None):
    """Return what each rank of a group yields."""
    found = []
    for rank in range(replicas):
        sampler = kata.ShardSampler(n, replicas, rank, *arguments)
        if epoch is not None:
            sampler.set_epoch(epoch)
        found.append(list(sampler))
    return found


def interleaved(shards):
    """Return the whole list of which each rank has taken its positions; -1 where one has none."""
    longest = max(map(len, shards))
    filled = [shard + [-1] * (longest - len(shard)) for shard in shards]
    return [shard[i] for i in range(longest) for shard in filled]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n", "replicas"), SIZES)
def check_order(kata, n, replicas, drop_last):
    """Without shuffle: the positions of each rank, with the list extended or cut."""
    return {"indices of each rank": ranks(kata, n, replicas, False, 0, drop_last)}


@pytest.mark.parametrize("drop_last", [False, True])
def check_length(kata, drop_last):
    """len() is the number of indices, and the same on every rank."""
    observed = {}
    for n, replicas in SIZES:
        samplers = [kata.ShardSampler(n, replicas, rank, True, 3, drop_last) for rank in range(replicas)]
        observed[f"lengths for n={n}, {replicas} ranks"] = [len(sampler) for sampler in samplers]
        observed[f"indices for n={n}, {replicas} ranks"] = [len(list(sampler)) for sampler in samplers]
    return observed


@pytest.mark.parametrize(("n", "replicas"), [(12, 3), (14, 4), (3, 7)])
def check_shuffled(kata, n, replicas):
    """Shuffled: one permutation for all ranks, extended from its own beginning."""
    shards = ranks(kata, n, replicas, True, 5)
    whole = interleaved(shards)
    return {
        "indices of each rank": [len(shard) for shard in shards],
        "sorted first n of all ranks": sorted(whole[:n]),
        "the rest is the beginning again": all(whole[i] == whole[i - n] for i in range(n, len(whole))),
        "Python ints": all(type(index) is int for index in whole),
    }


def check_shuffled_and_cut(kata):
    """Shuffled with drop_last: the end of the same permutation is cut."""
    whole = interleaved(ranks(kata, 14, 4, True, 5))
    cut = interleaved(ranks(kata, 14, 4, True, 5, True))
    return {"indices": len(cut), "the beginning of the same order": cut == whole[: len(cut)]}


def check_defaults(kata):
    """Without further arguments the order is shuffled, with seed 0, and nothing is cut."""
    shards = ranks(kata, 41, 2)
    return {
        "indices of each rank": [len(shard) for shard in shards],
        "in another order": interleaved(shards)[:41] != list(range(41)),
        "the order of seed 0": shards == ranks(kata, 41, 2, True, 0),
    }


def check_epochs(kata):
    """Another epoch or seed has another order; only their sum counts, and the same epoch repeats."""

    def order(seed=None, epoch=None):
        return interleaved(ranks(kata, 20, 2, True, *([] if seed is None else [seed]), epoch=epoch))

    first = order()
    sampler = kata.ShardSampler(20, 2, 1)
    return {
        "shuffled": first != list(range(20)),
        "epoch 1 differs from epoch 0": order(0, 1) != first,
        "epoch 2 differs from epoch 1": order(0, 2) != order(0, 1),
        "seed 7 differs from seed 0": order(7) != first,
        "seed 0 and epoch 0 by default": order(0, 0) == first,
        "seed 3 in epoch 4 is seed 7 in epoch 0": order(3, 4) == order(7, 0),
        "the same again in the same epoch": list(sampler) == list(sampler),
        "sorted indices in epoch 3": sorted(order(0, 3)),
    }


def check_set_epoch(kata):
    """set_epoch has its effect on a sampler that was used before, and can go back."""
    sampler = kata.ShardSampler(30, 2, 0, True, 1)
    orders = []
    for epoch in (0, 1, 0):
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
    return {
        "epoch 1 differs from epoch 0": orders[0] != orders[1],
        "back in epoch 0, the same as before": orders[0] == orders[2],
    }


def check_global_random_state(kata):
    """The global random state is neither used nor changed."""
    orders, states = [], []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        random.seed(seed)
        before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
        orders.append(list(kata.ShardSampler(20, 2, 1)))
        same = [
            torch.equal(before[0], torch.get_rng_state()),
            bool((before[1] == np.random.get_state()[1]).all()),
            before[2] == random.getstate(),
        ]
        states.append(all(same))
    return {"the same order for another global seed": orders[0] == orders[1], "state unchanged": all(states)}


def check_loader(kata):
    """It serves a DataLoader as its sampler, epoch after epoch."""
    sampler = kata.ShardSampler(11, 2, 1, False)
    loader = torch.utils.data.DataLoader(range(100, 111), batch_size=4, sampler=sampler)
    batches = []
    for epoch in range(2):
        sampler.set_epoch(epoch)
        batches.append([batch.tolist() for batch in loader])
    return {"batches per epoch": len(loader), "batches": batches}


@pytest.mark.parametrize(("index", "replicas"), [(-1, 2), (2, 2), (5, 3)])
def check_bad_rank(kata, index, replicas):
    """A rank that is not in the group raises ValueError."""
    return {f"rank {index} of {replicas}": raises(ValueError, lambda: kata.ShardSampler(10, replicas, index))}
