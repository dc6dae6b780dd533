"""Time it properly

Measure how long a function takes: call fn(x) warmup times without timing it, then n times, and
return the time of these n calls together, in seconds, as a float.

Rules
    - Every call gets x itself, and nothing else. What fn returns is not looked at.
    - The clock is read once before the n calls and once after them, not around each. It is one that
      only ever goes forward: setting the time of the machine, or the daylight saving, must not
      matter. It counts waiting as well as computing.
    - If x is on a CUDA device (the current one), fn only queues work there. Wait for the device
      before the clock is started and before it is stopped, and not between the calls.
    - Without CUDA the function works as well, and waits for nothing.
    - warmup may be 0. n < 1 raises ValueError, before fn is called.
    - Without torch.utils.benchmark.

Why it is asked: "how much faster is it" starts every talk about performance, and most answers to it
time the first call, the launch of the kernels, or a clock that can jump.

Example
    >>> calls = []
    >>> seconds = benchmark(lambda x: calls.append(len(x)), torch.zeros(3), n=4, warmup=2)
    >>> calls
    [3, 3, 3, 3, 3, 3]
    >>> 0 < seconds < 1
    True
"""

from collections.abc import Callable

import torch
from torch import Tensor


def benchmark(fn: Callable[[Tensor], object], x: Tensor, n: int = 100, warmup: int = 5) -> float:
    raise NotImplementedError
