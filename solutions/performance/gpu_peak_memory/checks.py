import time

import pytest

from pytest_torchkata.checks import requirement, torch

pytestmark = pytest.mark.needs_cuda
MIB = 1 << 20


def allocate(mib):
    return torch.empty(mib * MIB, dtype=torch.uint8, device="cuda")


def check_temporary(kata):
    """A temporary of known size is seen, the result of fn included."""
    return {
        "peak of a 64 MiB tensor": kata.peak_memory(lambda: allocate(64)),
        "peak of two at a time": kata.peak_memory(lambda: (allocate(32), allocate(16))),
        "peak of one after the other": kata.peak_memory(lambda: [allocate(32).sum() for _ in "ab"]),
    }


def check_earlier_peak(kata):
    """Earlier peaks, memory in use before, and memory that is only cached do not count."""
    held = allocate(48)
    allocate(256)
    return {"peak of a 64 MiB tensor": kata.peak_memory(lambda: allocate(64)), "held": held.numel()}


def check_twice(kata):
    """Two measurements in a row agree, and leave nothing allocated behind."""
    before = torch.cuda.memory_allocated()
    peaks = [kata.peak_memory(lambda: allocate(24)) for _ in range(2)]
    return {"peaks": peaks, "bytes left behind": torch.cuda.memory_allocated() - before}


def check_calls(kata):
    """fn is called once for the memory, and warmup + n times for the time."""
    calls = []
    kata.peak_memory(lambda: calls.append("memory"))
    kata.gpu_time_ms(lambda: calls.append("time"), n=7, warmup=2)
    return {name: calls.count(name) for name in ("memory", "time")}


def work(size=4096):
    a = torch.ones(size, size, device="cuda")
    return lambda: a @ a


def wall_clock_ms(fn, n=20):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(n):
        fn()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / n * 1e3


def check_time(kata):
    """The time of a large matrix product agrees with a wall clock that waits for the device."""
    fn = work()
    wall_clock_ms(fn, n=3)
    expected = wall_clock_ms(fn)
    return {"relative to the wall clock": kata.gpu_time_ms(fn) / expected}


@requirement(check_time, "relative to the wall clock", within=0.2)
def agrees(ratio):
    return None if 0.5 <= ratio <= 2 else "between 0.5 and 2"


def check_warmup(kata):
    """The warm-up is not timed."""
    small, large = work(512), work(6144)
    calls = []

    def fn():
        calls.append(1)
        return (large if len(calls) <= 3 else small)()

    torch.cuda.synchronize()
    with_warmup = kata.gpu_time_ms(fn, n=20, warmup=3)
    return {"relative to fn without its slow start": with_warmup / wall_clock_ms(small)}


@requirement(check_warmup, "relative to fn without its slow start", within=1.0)
def untimed(ratio):
    return None if ratio <= 5 else "at most 5"


def check_no_waiting(kata):
    """The n calls are queued without waiting for the device in between."""
    fn = work()
    behind = []

    def watched():
        fn()
        marker = torch.cuda.Event()
        marker.record()
        if behind:
            behind[-1] = not behind[-1].query()  # still busy with the call before
        behind.append(marker)

    kata.gpu_time_ms(watched, n=20, warmup=0)
    return {"calls queued while the one before was running": sum(b is True for b in behind) > 10}
