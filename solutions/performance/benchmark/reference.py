import time
from collections.abc import Callable

import torch
from torch import Tensor


def benchmark(fn: Callable[[Tensor], object], x: Tensor, n: int = 100, warmup: int = 5) -> float:
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    for _ in range(warmup):
        fn(x)
    _wait_for(x)  # what the warm-up has queued is not ours
    start = time.perf_counter()
    for _ in range(n):
        fn(x)
    _wait_for(x)  # the calls have returned, but the work may not be done
    return time.perf_counter() - start


def _wait_for(x: Tensor) -> None:
    if x.is_cuda:
        torch.cuda.synchronize(x.device)
