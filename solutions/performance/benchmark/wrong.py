import time

import torch

from pytest_torchkata.checks import wrong

from . import reference


def _measure(fn, x, n, warmup, clock=None, wait=reference._wait_for, wait_before=True, wait_after=True):
    """Do as the reference does, but for one thing."""
    clock = clock or time.perf_counter
    if n < 1:
        raise ValueError(n)
    for _ in range(warmup):
        fn(x)
    if wait_before:
        wait(x)
    start = clock()
    for _ in range(n):
        fn(x)
    if wait_after:
        wait(x)
    return clock() - start


@wrong("check_calls")
class NoWarmUp:
    """There is no warm-up. The first calls load code, fill caches and pick algorithms: they say little
    about the calls that follow.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, 0)


@wrong("check_warmup")
class TimesTheWarmUp:
    """The clock is started before the warm-up, so that its slow calls are part of the result."""

    def benchmark(fn, x, n=100, warmup=5):
        if n < 1:
            raise ValueError(n)
        reference._wait_for(x)
        start = time.perf_counter()
        for _ in range(warmup):
            fn(x)
        reference._wait_for(x)
        for _ in range(n):
            fn(x)
        reference._wait_for(x)
        return time.perf_counter() - start


@wrong("check_calls")
class WarmUpOutOfN:
    """The warm-up is taken out of the n calls. It comes in addition: n calls are to be timed."""

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, max(n - warmup, 1) if n > 0 else n, warmup)


@wrong("check_without_cuda", shows="exception")
class AlwaysSynchronises:
    """torch.cuda.synchronize() is called whatever x is on. On a machine without CUDA it does not do
    nothing: it raises.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, warmup, wait=lambda x: torch.cuda.synchronize())


@wrong("check_total")
class TimeOfDay:
    """time.time() is the time of day. It is corrected now and then, forwards and backwards, and the
    difference of two readings can be anything, a negative number included.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, warmup, clock=time.time)


@wrong("check_total")
class ProcessorTime:
    """time.process_time() counts what the processor does for this process. Waiting for a disk, a lock or
    a GPU takes no such time.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, warmup, clock=time.process_time)


@wrong("check_total")
class Average:
    """The time is divided by n. The mean of a call is a good number to report, but the time of all n
    calls together was asked for.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return reference.benchmark(fn, x, n, warmup) / n


@wrong("check_total")
class Milliseconds:
    """The result is in milliseconds; seconds were asked for."""

    def benchmark(fn, x, n=100, warmup=5):
        return reference.benchmark(fn, x, n, warmup) * 1000


@wrong("check_total")
class BestTimesN:
    """The fastest call is taken n times. That is a fair way to fight noise, but not the time of the n
    calls.
    """

    def benchmark(fn, x, n=100, warmup=5):
        if n < 1:
            raise ValueError(n)
        for _ in range(warmup):
            fn(x)
        return min(_measure(fn, x, 1, 0) for _ in range(n)) * n


@wrong("check_device")
class WaitsOnlyAtTheEnd:
    """The device is waited for only at the end. When the clock starts, the work of the warm-up may
    still be queued, and is then timed as if it belonged to the n calls.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, warmup, wait_before=False)


@wrong("check_device")
class WaitsOnlyAtTheStart:
    """The device is not waited for at the end. The clock then stops when the work has been queued, long
    before it is done.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, warmup, wait_after=False)


@wrong("check_device")
class NeverWaits:
    """Nothing waits for the device. On a GPU a call returns when its work is queued, so this measures
    the launch.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, n, warmup, wait=lambda x: None)


@wrong("check_device")
class WaitsEveryTime:
    """Each call is timed for itself, and waited for. The device then idles while the next call is being
    prepared, and short calls look slower than they are.
    """

    def benchmark(fn, x, n=100, warmup=5):
        if n < 1:
            raise ValueError(n)
        for _ in range(warmup):
            fn(x)
        total = 0.0
        for _ in range(n):
            reference._wait_for(x)
            start = time.perf_counter()
            fn(x)
            reference._wait_for(x)
            total += time.perf_counter() - start
        return total


@wrong("check_device")
class StopsTheClockFirst:
    """The clock is read before the device is waited for. The wait at the end is what the result is
    about: without it only the launch is timed.
    """

    def benchmark(fn, x, n=100, warmup=5):
        if n < 1:
            raise ValueError(n)
        for _ in range(warmup):
            fn(x)
        reference._wait_for(x)
        start = time.perf_counter()
        for _ in range(n):
            fn(x)
        end = time.perf_counter()
        reference._wait_for(x)
        return end - start


@wrong("check_device")
class StartsTheClockFirst:
    """The clock is read before the device has finished the warm-up, so that the wait for it is timed."""

    def benchmark(fn, x, n=100, warmup=5):
        if n < 1:
            raise ValueError(n)
        for _ in range(warmup):
            fn(x)
        start = time.perf_counter()
        reference._wait_for(x)
        for _ in range(n):
            fn(x)
        reference._wait_for(x)
        return time.perf_counter() - start


@wrong("check_bad_n")
class AcceptsNoCalls:
    """n is not looked at. For n = 0 nothing is timed, and a number near zero comes back as if something
    had been.
    """

    def benchmark(fn, x, n=100, warmup=5):
        return _measure(fn, x, max(n, 1), warmup) if n > 0 else 0.0
