from collections.abc import Callable

import torch


def peak_memory(fn: Callable[[], object]) -> int:
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    fn()  # the result dies here; the counters are the host's, so there is nothing to wait for
    return torch.cuda.max_memory_allocated() - before


def gpu_time_ms(fn: Callable[[], object], n: int = 20, warmup: int = 3) -> float:
    for _ in range(warmup):
        fn()
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()  # takes its turn in the stream, behind the warm-up
    for _ in range(n):
        fn()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / n
