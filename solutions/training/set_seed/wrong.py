import os
import random

import numpy as np
import torch

from pytest_torchkata.checks import wrong


def switches(seed):
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    os.environ["PYTHONHASHSEED"] = str(seed)


@wrong("check_streams")
class IgnoresTheArgument:
    """The streams start at a number that is written into the function. The argument is read nowhere,
    so all seeds give the same run.
    """

    def set_seed(seed=42):
        random.seed(42)
        np.random.seed(42)
        torch.manual_seed(42)
        switches(42)


@wrong("check_streams")
class SkipsZero:
    """Seed 0 counts as no seed at all: `if seed` is false for it. Whoever asks for seed 0 gets a
    different run each time.
    """

    def set_seed(seed=42):
        if seed:
            random.seed(seed)
            np.random.seed(seed)
            torch.manual_seed(seed)
        switches(seed)


@wrong("check_environment")
class SkipsZeroEverywhere:
    """Seed 0 counts as no seed at all: `if seed` is false for it, and the function does nothing."""

    def set_seed(seed=42):
        if not seed:
            return
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        switches(seed)


@wrong("check_streams")
class ForgetsNumPy:
    """NumPy's global generator is not seeded. It is what most augmentation code draws from, and it
    knows nothing of torch's seed.
    """

    def set_seed(seed=42):
        random.seed(seed)
        torch.manual_seed(seed)
        switches(seed)


@wrong("check_streams")
class ForgetsRandom:
    """Python's random module is not seeded. It has a stream of its own, which shuffles lists and picks
    files.
    """

    def set_seed(seed=42):
        np.random.seed(seed)
        torch.manual_seed(seed)
        switches(seed)


@wrong("check_streams")
class SeedsTheGpusOnly:
    """torch's stream on the CPU is not seeded: initial weights, dropout on the CPU and shuffling differ
    from run to run. torch.cuda.manual_seed_all reaches the GPUs only.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.cuda.manual_seed_all(seed)
        switches(seed)


@wrong("check_streams")
class SeedsOwnGenerators:
    """The generators that are seeded here are new ones, and nobody draws from them. Code that calls
    random.random(), np.random.rand() or torch.rand() uses the global streams.
    """

    def set_seed(seed=42):
        random.Random(seed)
        np.random.default_rng(seed)
        torch.Generator().manual_seed(seed)
        switches(seed)


@wrong("check_streams")
class SeedsOwnNumPyGenerator:
    """default_rng makes a new generator and leaves NumPy's global one alone, which is what
    np.random.rand and most libraries draw from.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.default_rng(seed)
        torch.manual_seed(seed)
        switches(seed)


@wrong("check_default")
class DefaultIsZero:
    """Without an argument the seed is another one than the 42 that is asked for."""

    def set_seed(seed=0):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        switches(seed)


@wrong("check_cudnn")
class LeavesAutotuningOn:
    """torch.backends.cudnn.benchmark stays as it is. Where it is on, cuDNN times several algorithms and
    keeps the fastest, which may be another one in each run.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        torch.backends.cudnn.deterministic = True
        os.environ["PYTHONHASHSEED"] = str(seed)


@wrong("check_cudnn")
class TurnsAutotuningOn:
    """cudnn.benchmark is set to True, for speed. cuDNN then times several algorithms and keeps the
    fastest, which may be another one in each run.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        switches(seed)
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.deterministic = False


@wrong("check_cudnn")
class ForgetsDeterministic:
    """Nothing asks cuDNN for deterministic algorithms. Without autotuning it may still choose one that
    adds in a different order each time.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        torch.backends.cudnn.benchmark = False
        os.environ["PYTHONHASHSEED"] = str(seed)


@wrong("check_cudnn")
class ForgetsCudnn:
    """cuDNN is not told anything. A seed does not make its algorithms deterministic, and with autotuning
    it may take another one in each run.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        os.environ["PYTHONHASHSEED"] = str(seed)


@wrong("check_environment")
class ForgetsTheHashSeed:
    """PYTHONHASHSEED is not exported. Python randomises the hashes of strings in every process that is
    started, and with them the order of sets of strings.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


@wrong("check_environment")
class ExportsZero:
    """PYTHONHASHSEED=0 switches the randomisation off, whatever the seed. What is asked for is the seed
    itself.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        switches(0)


@wrong("check_streams", shows="exception")
class ExportsAnInt:
    """The environment holds strings: os.environ refuses an int."""

    def set_seed(seed=42):
        os.environ["PYTHONHASHSEED"] = seed
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)


@wrong("check_returns_none")
class ReturnsAGenerator:
    """torch.manual_seed returns torch's global generator, and this passes it on. The function is there
    for what it does: it returns None.
    """

    def set_seed(seed=42):
        random.seed(seed)
        np.random.seed(seed)
        switches(seed)
        return torch.manual_seed(seed)


@wrong("check_worker_seeds")
class SeedsWithTheWorkerId:
    """The worker's number is the same in every run and every epoch, so every epoch draws the same noise.
    torch's seed in the worker is not: build on that.
    """

    def seed_worker(worker_id):
        random.seed(worker_id)
        np.random.seed(worker_id)


@wrong("check_worker_id")
class AddsTheWorkerId:
    """torch's seed in a worker is another one for every worker already. With worker_id added, two
    workers may even meet: the seeds of neighbours are one apart.
    """

    def seed_worker(worker_id):
        seed = (torch.initial_seed() + worker_id) % 2**32
        random.seed(seed)
        np.random.seed(seed)


@wrong("check_worker_lowest_bits")
class RemainderOfTheLargestSeed:
    """The remainder modulo 2**32 - 1 is not what the lowest 32 bits say: all higher bits enter it. They
    are the remainder modulo 2**32.
    """

    def seed_worker(worker_id):
        seed = torch.initial_seed() % (2**32 - 1)
        random.seed(seed)
        np.random.seed(seed)


@wrong("check_worker_repeats")
class BuildsOnNumPysState:
    """The seed is made from NumPy's state in the worker. Where workers are forked that is a copy of the
    parent's, which does not move while they draw: every epoch repeats the noise of the first.
    """

    def seed_worker(worker_id):
        seed = (int(np.random.get_state()[1][0]) + worker_id) % 2**32
        np.random.seed(seed)
        random.seed(seed)


@wrong("check_worker_large_seed", shows="exception")
class DoesNotReduce:
    """torch's seed has up to 64 bits, and NumPy refuses what does not fit into 32."""

    def seed_worker(worker_id):
        random.seed(torch.initial_seed())
        np.random.seed(torch.initial_seed())


@wrong("check_worker_repeats")
class WorkerForgetsRandom:
    """Only NumPy is seeded in the worker. Python's random has a stream of its own, and a forked worker
    starts with a copy of the parent's.
    """

    def seed_worker(worker_id):
        np.random.seed(torch.initial_seed() % 2**32)


@wrong("check_worker_repeats")
class WorkerForgetsNumPy:
    """Only random is seeded in the worker. NumPy's generator is the one that augmentation code mostly
    draws from.
    """

    def seed_worker(worker_id):
        random.seed(torch.initial_seed() % 2**32)


@wrong("check_worker_repeats")
class WorkerSeedsTorch:
    """torch has a seed in the worker already. random and NumPy are those that need one."""

    def seed_worker(worker_id):
        torch.manual_seed(torch.initial_seed() % 2**32 + worker_id)


@wrong("check_generator_alone")
class SeedsTheGlobalGenerator:
    """torch.manual_seed seeds torch's global stream and returns its generator. Everything else that
    draws from it is now part of the shuffling, and the other way round.
    """

    def make_generator(seed):
        return torch.manual_seed(seed)


@wrong("check_generator")
class ForgetsToSeedTheGenerator:
    """A new Generator starts at a fixed number of its own: the argument has no effect."""

    def make_generator(seed):
        return torch.Generator()


@wrong("check_generator")
class SeedsAtRandom:
    """Generator.seed() takes no seed, it draws one from the machine. The order is different in every
    run.
    """

    def make_generator(seed):
        generator = torch.Generator()
        generator.seed()
        return generator


_GENERATORS = {}


@wrong("check_generator")
class ReturnsTheSameGenerator:
    """The same generator is handed out again, wherever it has got to. Each call makes a new one, which
    starts at the seed.
    """

    def make_generator(seed):
        if seed not in _GENERATORS:
            _GENERATORS[seed] = torch.Generator().manual_seed(seed)
        return _GENERATORS[seed]


@wrong("check_generator")
class MakesANumPyGenerator:
    """This is a generator of NumPy. A DataLoader or randperm draws from a torch.Generator."""

    def make_generator(seed):
        return np.random.default_rng(seed)
