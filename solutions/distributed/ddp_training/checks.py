import contextlib
import copy
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_torchkata.checks import nn, raises, torch

RANKS = 2
PATH = "model.pt"


@contextlib.contextmanager
def meeting(rank):
    """Leave the group that there is, and let its connections be joined again under an address.

    An answer has no network of its own. What joins at this address gets the backend of the group that the
    check came with; everything else in torch.distributed is as ever.
    """
    import torch.distributed as dist
    from torch.distributed import distributed_c10d as c10d

    rendezvous = torch.distributed.rendezvous.__globals__
    gloo, backend = c10d.ProcessGroupGloo, dist.group.WORLD._get_backend(torch.device("cpu"))
    store, times = c10d._get_default_store(), iter(range(1000))

    class Joined(type):
        def __call__(cls, *_, **__):
            return backend

        def __instancecheck__(cls, thing):
            return isinstance(thing, gloo)

    def meet(url, **_):
        asked = parse_qs(urlsplit(url).query)
        if asked.get("rank") != [str(rank)] or asked.get("world_size") != [str(RANKS)]:
            raise ValueError(f"there is no such rank: {urlsplit(url).query}")
        yield dist.PrefixStore(f"meeting {next(times)}", store), rank, RANKS

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(rendezvous["_rendezvous_handlers"], "meeting", meet)
        patch.setattr(c10d, "ProcessGroupGloo", Joined("ProcessGroupGloo", (), {}))
        dist.destroy_process_group()
        try:
            yield "meeting://point"
        finally:
            if dist.is_initialized():
                dist.destroy_process_group()
            dist.init_process_group("gloo", init_method="meeting://point", rank=rank, world_size=RANKS)


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)))


def samples(given, n):
    return torch.utils.data.TensorDataset(given.normal(n, 4), given.integers(0, 3, (n,)))


def train(kata, rank, make_model, dataset, *, epochs=3, batch_size=3, lr=0.3):
    """Call run with this rank."""
    with meeting(rank) as address:
        return kata.run(rank, RANKS, address, make_model, dataset, epochs, batch_size, lr, PATH)


def observe(kata, given, rank, models, n, **settings):
    """Train; return the losses and the weights of the model that was made on this rank."""
    made = []

    def make_model():
        made.append(copy.deepcopy(models[rank]))
        return made[-1]

    losses = train(kata, rank, make_model, samples(given, n), **settings)
    return {"losses": losses, **{f"{name} afterwards": p.detach() for name, p in made[0].named_parameters()}}


@pytest.mark.ranks(RANKS)
def check_one_epoch(kata, given, rank):
    """One epoch of one batch: the mean of the ranks' gradients and losses."""
    return observe(kata, given, rank, [network(given)] * RANKS, 6, epochs=1)


@pytest.mark.ranks(RANKS)
def check_epochs(kata, given, rank):
    """Several epochs, each in its own order, with a smaller last batch."""
    return observe(kata, given, rank, [network(given)] * RANKS, 10)


@pytest.mark.ranks(RANKS)
def check_uneven(kata, given, rank):
    """A dataset that cannot be divided by the number of ranks."""
    return observe(kata, given, rank, [network(given)] * RANKS, 9, batch_size=2)


@pytest.mark.ranks(RANKS)
def check_initial_weights(kata, given, rank):
    """Training starts from the weights of rank 0, on every rank."""
    return observe(kata, given, rank, [network(given) for _ in range(RANKS)], 6)


def saved():
    """Return what is in the file on this rank, if there is one."""
    return torch.load(PATH) if Path(PATH).exists() else {}


@pytest.mark.ranks(RANKS)
def check_file(kata, given, rank):
    """Rank 0 writes the plain model's state dict, and no other rank writes anything."""
    model = network(given)
    train(kata, rank, lambda: copy.deepcopy(model), samples(given, 8), epochs=2)
    state = saved()
    loading = raises(RuntimeError, lambda: network(given).load_state_dict(state)) if rank == 0 else ""
    return {
        "files": sorted(entry.name for entry in Path().iterdir()),
        "strict loading": loading,
        "saved": dict(state),
    }


@pytest.mark.ranks(RANKS)
def check_batch_norm(kata, given, rank):
    """Batch norm is in train mode, and rank 0's running statistics are saved."""
    # No bias before batch norm: its gradient would be nothing but rounding.
    layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 3)
    model = given.fill(nn.Sequential(*layers)).eval()
    losses = train(kata, rank, lambda: copy.deepcopy(model), samples(given, 12), epochs=2, lr=0.1)
    return {"losses": losses, "saved": dict(saved())}


@pytest.mark.ranks(RANKS)
def check_file_is_complete(kata, given, rank):
    """No rank returns before the file is complete, however long writing it takes."""
    import torch.distributed as dist

    model = network(given)
    write = torch.serialization._save

    def slow(*arguments, **keywords):
        time.sleep(0.3)
        return write(*arguments, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.serialization, "_save", slow)
        train(kata, rank, lambda: copy.deepcopy(model), samples(given, 6), epochs=1)
    returned = torch.tensor([time.time()], dtype=torch.float64)
    dist.all_reduce(returned, op=dist.ReduceOp.MIN)
    early = Path(PATH).exists() and Path(PATH).stat().st_mtime > returned.item()
    return {"a rank returned before the file was complete": early}


class Broken:
    """A dataset that raises while it is read, on every rank at once."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        raise LookupError(f"sample {index} cannot be read")


@pytest.mark.ranks(RANKS)
@pytest.mark.parametrize("failing", ["nothing", "dataset", "make_model"])
def check_group(kata, given, rank, failing):
    """The group is left after success, and when something raises, which comes through."""
    import torch.distributed as dist

    model = network(given)

    def make_model():
        if failing == "make_model":
            raise LookupError("no model")
        return copy.deepcopy(model)

    dataset = Broken() if failing == "dataset" else samples(given, 6)
    with meeting(rank) as address:
        arguments = rank, RANKS, address, make_model, dataset, 1, 3, 0.1, PATH
        ran = raises(LookupError, lambda: kata.run(*arguments))
        return {"run": ran, "still in a group": dist.is_initialized()}
