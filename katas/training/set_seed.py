"""Seed everything

Write the three functions that make a training script repeat itself.

set_seed(seed) seeds, with seed itself, every global source of randomness that a script uses:
Python's random, NumPy's global generator (the one behind np.random.rand), and torch on all
devices. It also asks cuDNN for deterministic algorithms, switches off the autotuning that may
pick another algorithm in each run, and exports the seed as PYTHONHASHSEED.

seed_worker(worker_id) is meant as the worker_init_fn of a DataLoader, so it runs in a worker
process. It seeds random and NumPy there from torch.initial_seed(), the seed that torch has in
this worker. That is a number of up to 64 bits, and NumPy takes 32: use the lowest 32.

make_generator(seed) returns a new torch.Generator on the CPU, seeded with seed, for shuffling.

Rules
    - seed is an int from 0 to 2**32 - 1. Without an argument, set_seed takes 42.
    - set_seed and seed_worker return None.
    - What seed_worker sets depends on torch.initial_seed() only, and on all of its lowest 32
      bits. What NumPy and random were doing before must not matter.
    - make_generator leaves the global streams alone. Each call makes a generator of its own.
    - set_seed may do more, such as calling torch.use_deterministic_algorithms.

Why it is asked: everybody has such a function, and many copies of it have a hole. Know its limits
too. A running interpreter has read PYTHONHASHSEED already: only processes started from now on see
it. Operations without a deterministic algorithm need torch.use_deterministic_algorithms, and on a
GPU the workspace setting of cuBLAS. Recent versions of torch seed random and NumPy in each worker
by themselves, so seed_worker is for older ones.

Example
    >>> import random
    >>> set_seed(0)
    >>> torch.rand(2)
    tensor([0.4963, 0.7682])
    >>> random.random()
    0.8444218515250481
    >>> torch.randperm(5, generator=make_generator(1))
    tensor([0, 4, 2, 3, 1])
"""

import os
import random

import numpy as np
import torch


def set_seed(seed: int = 42) -> None:
    raise NotImplementedError


def seed_worker(worker_id: int) -> None:
    raise NotImplementedError


def make_generator(seed: int) -> torch.Generator:
    raise NotImplementedError
