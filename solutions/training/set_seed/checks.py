import contextlib
import os
import random

import pytest

from pytest_torchkata.checks import np, torch


@contextlib.contextmanager
def undone():
    """Put back what an answer may set for the whole process."""
    cudnn = torch.backends.cudnn
    flags, environment = (cudnn.deterministic, cudnn.benchmark), dict(os.environ)
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = flags
        os.environ.clear()
        os.environ.update(environment)
        if torch.are_deterministic_algorithms_enabled():
            torch.use_deterministic_algorithms(False)


def disturb():
    """Leave all streams at another place than any seed does."""
    for library in (random, np.random):
        library.seed(987)
        library.random()
    torch.manual_seed(987)
    torch.rand(1)


def draws():
    return {
        "random": [random.randrange(10**9) for _ in range(3)],
        "NumPy": np.random.randint(10**9, size=3).tolist(),
        "torch": torch.randint(10**9, (3,)).tolist(),
    }


@pytest.mark.parametrize("seed", [7, 8, 0, 2**32 - 1])
def check_streams(kata, seed):
    """random, NumPy and torch all start at the seed, 0 included."""
    disturb()
    with undone():
        kata.set_seed(seed)
        return {f"drawn from {name}": values for name, values in draws().items()}


def check_default(kata):
    """Without an argument the seed is 42."""
    disturb()
    with undone():
        kata.set_seed()
        return {f"drawn from {name}": values for name, values in draws().items()}


def check_cudnn(kata):
    """cuDNN is asked for deterministic algorithms, and not to try out which is fastest."""
    with undone():
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = False, True
        kata.set_seed(7)
        return {
            "torch.backends.cudnn.deterministic": torch.backends.cudnn.deterministic,
            "torch.backends.cudnn.benchmark": torch.backends.cudnn.benchmark,
        }


def check_environment(kata):
    """PYTHONHASHSEED is exported, for seed 0 too."""
    observed = {}
    for seed in (7, 0):
        with undone():
            os.environ["PYTHONHASHSEED"] = "5"
            kata.set_seed(seed)
            observed[f"PYTHONHASHSEED after set_seed({seed})"] = os.environ.get("PYTHONHASHSEED")
    return observed


def in_worker(kata, torch_seed, worker_id=1, before=987):
    """Call seed_worker where torch has this seed, as in a worker of a loader; return what is drawn."""
    loop = torch.utils.data._utils.worker
    random.seed(before)
    np.random.seed(before)
    torch.manual_seed(torch_seed)
    loop._worker_info = loop.WorkerInfo(id=worker_id, num_workers=3, seed=torch_seed, dataset=None)
    try:
        with undone():
            kata.seed_worker(worker_id)
            drawn = draws()
    finally:
        loop._worker_info = None
    return {name: drawn[name] for name in ("random", "NumPy")}


def check_worker_repeats(kata):
    """In a worker, the same seed of torch gives the same streams, whatever they did before."""
    one, other = in_worker(kata, 12, before=1), in_worker(kata, 12, before=2)
    return {f"{name} repeats itself": one[name] == other[name] for name in one}


def check_worker_seeds(kata):
    """In a worker, another seed of torch gives other streams, also for the same worker_id."""
    seeds = 5, 6, 5 + 2**16, 5 + 2**31
    streams = [in_worker(kata, seed) for seed in seeds]
    return {
        f"different streams of {name} for 4 different seeds": len({tuple(s[name]) for s in streams})
        for name in ("random", "NumPy")
    }


def check_worker_id(kata):
    """In a worker, the streams depend on torch's seed and not on worker_id."""
    one, other = in_worker(kata, 12, worker_id=0), in_worker(kata, 12, worker_id=2)
    return {f"{name} is the same for another worker_id": one[name] == other[name] for name in one}


def check_worker_lowest_bits(kata):
    """In a worker, seeds of torch with the same lowest 32 bits give NumPy the same stream."""
    one = in_worker(kata, 5)["NumPy"]
    return {f"NumPy, seed 5 + 2**{k}": in_worker(kata, 5 + 2**k)["NumPy"] == one for k in (32, 40, 63)}


def check_worker_large_seed(kata):
    """torch's seed in a worker has up to 64 bits."""
    seeds = 2**32, 2**40 + 3, 2**63 + 12345, 2**64 - 1
    streams = [in_worker(kata, seed) for seed in seeds]
    return {
        f"different streams of {name} for 4 large seeds": len({tuple(s[name]) for s in streams})
        for name in ("random", "NumPy")
    }


def check_returns_none(kata):
    """set_seed and seed_worker return None."""
    with undone():
        return {"set_seed(7)": kata.set_seed(7), "seed_worker(0)": kata.seed_worker(0)}


@pytest.mark.parametrize("seed", [7, 0])
def check_generator(kata, seed):
    """The generator is new, on the CPU, and starts at the seed."""
    first, second = kata.make_generator(seed), kata.make_generator(seed)
    if not isinstance(first, torch.Generator):
        return {"is a torch.Generator": False}
    return {
        "is a torch.Generator": True,
        "device": first.device.type,
        "randperm(9) of one": torch.randperm(9, generator=first).tolist(),
        "randperm(9) of another": torch.randperm(9, generator=second).tolist(),
    }


def check_generator_alone(kata):
    """Making a generator, and drawing from it, leaves the global streams alone."""
    states = []
    for make in (False, True):
        disturb()
        if make:
            torch.rand(3, generator=kata.make_generator(7))
        states.append(draws())
    return {f"{name} as before": states[0][name] == states[1][name] for name in states[0]}
