import time

import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_earlier_peak")
class ReservedMemory:
    """memory_reserved is what the caching allocator holds, used or not. It does not fall when tensors
    are freed, and does not rise when a new one fits into what is held.
    """

    def peak_memory(fn):
        before = torch.cuda.memory_reserved()
        fn()
        return torch.cuda.memory_reserved() - before


@wrong("check_earlier_peak")
class PeakNotReset:
    """The peak is that of the whole program so far: an earlier, larger one hides this call's."""

    def peak_memory(fn):
        before = torch.cuda.memory_allocated()
        fn()
        return torch.cuda.max_memory_allocated() - before


@wrong("check_earlier_peak")
class AbsolutePeak:
    """The peak is returned as it is. What was allocated before the call is part of it."""

    def peak_memory(fn):
        torch.cuda.reset_peak_memory_stats()
        fn()
        return torch.cuda.max_memory_allocated()


@wrong("check_temporary")
class DifferenceAfterwards:
    """The memory after the call is compared with that before. What fn needed in between is gone by
    then.
    """

    def peak_memory(fn):
        before = torch.cuda.memory_allocated()
        fn()
        return torch.cuda.memory_allocated() - before


@wrong("check_time")
class WallClockOfTheLaunch:
    """The wall clock stops when the kernels are queued, long before they have run."""

    def gpu_time_ms(fn, n=20, warmup=3):
        for _ in range(warmup):
            fn()
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(n):
            fn()
        return (time.perf_counter() - start) / n * 1e3


@wrong("check_no_waiting")
class WaitsEveryTime:
    """The device is waited for after each call. It then idles while the next one is being launched, and
    short kernels look slower than they are.
    """

    def gpu_time_ms(fn, n=20, warmup=3):
        for _ in range(warmup):
            fn()
        total = 0.0
        for _ in range(n):
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            fn()
            end.record()
            torch.cuda.synchronize()
            total += start.elapsed_time(end)
        return total / n


@wrong("check_warmup")
class TimesTheWarmUp:
    """The first event is recorded before the warm-up, so that its slow calls are timed as well."""

    def gpu_time_ms(fn, n=20, warmup=3):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(warmup + n):
            fn()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) / n


@wrong("check_time")
class TotalTime:
    """This is the time of all n calls together; the mean was asked for."""

    def gpu_time_ms(fn, n=20, warmup=3):
        return reference.gpu_time_ms(fn, n, warmup) * n
