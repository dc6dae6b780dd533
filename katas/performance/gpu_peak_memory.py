"""Measure GPU memory and time

Two small tools for the current CUDA device.

peak_memory(fn)
    Calls fn() once and returns by how many bytes the peak of allocated memory during the call exceeds
    what was allocated just before it. Earlier, larger peaks do not count, nor does memory that the
    caching allocator holds without anyone using it. What fn returns does not outlive the call.

gpu_time_ms(fn, n, warmup)
    Calls fn() warmup times without timing, then n times, and returns the mean time of one of these n
    calls on the device, in milliseconds and not rounded. It is measured with CUDA events and waits for
    the device once, at the end: the n calls are queued one behind the other.

Rules
    - The n calls are made without waiting for the device in between.
    - Without torch.utils.benchmark.

Why it is asked: kernels are launched asynchronously, so a wall clock around them measures the launch,
and nvidia-smi shows what the allocator holds rather than what the program needs.

Example, on a machine with CUDA
    >>> peak_memory(lambda: torch.empty(1 << 20, device="cuda") + 1)  # two tensors of 4 MiB
    8388608
"""

from typing import Callable

import torch


def peak_memory(fn: Callable[[], object]) -> int:
    raise NotImplementedError


def gpu_time_ms(fn: Callable[[], object], n: int = 20, warmup: int = 3) -> float:
    raise NotImplementedError
