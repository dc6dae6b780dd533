import pytest

from pytest_torchkata.checks import np, requirement, torch

pytestmark = pytest.mark.needs_cuda
MIB = 1 << 20
CYCLES = 5_000_000
"""How long a kernel does nothing but wait, in cycles of the device: 2 to 10 ms, on any that is in use."""


def allocate(mib):
    return torch.empty(mib * MIB, dtype=torch.uint8, device="cuda")


def check_temporary(kata):
    """A temporary of known size is seen, the result of fn included."""
    torch.cuda.empty_cache()  # a cached block may be larger than what is asked for, and counts whole
    return {
        "peak of a 64 MiB tensor": kata.peak_memory(lambda: allocate(64)),
        "peak of two at a time": kata.peak_memory(lambda: (allocate(32), allocate(16))),
        "peak of one after the other": kata.peak_memory(lambda: [allocate(32).numel() for _ in "ab"]),
    }


def check_earlier_peak(kata):
    """Earlier peaks, memory in use before, and memory that is only cached do not count."""
    torch.cuda.empty_cache()
    held = allocate(48)
    allocate(256)
    return {"peak of a 64 MiB tensor": kata.peak_memory(lambda: allocate(64)), "held": held.numel()}


def check_twice(kata):
    """Two measurements in a row agree, and leave nothing allocated behind."""
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    peaks = [kata.peak_memory(lambda: allocate(24)) for _ in range(2)]
    return {"peaks": peaks, "bytes left behind": torch.cuda.memory_allocated() - before}


def check_calls(kata):
    """fn is called once for the memory, and warmup + n times for the time."""
    calls = []
    kata.peak_memory(lambda: calls.append("memory"))
    kata.gpu_time_ms(lambda: calls.append("time"), n=7, warmup=2)
    return {name: calls.count(name) for name in ("memory", "time")}


def check_no_waiting(kata):
    """The n calls are queued without waiting for the device in between."""
    markers, ahead = [], []

    def fn():
        if markers:
            ahead.append(not markers[-1].query())  # still busy with the call before
        torch.cuda._sleep(CYCLES)
        marker = torch.cuda.Event()
        marker.record()
        markers.append(marker)

    kata.gpu_time_ms(fn, n=10, warmup=0)
    return {"calls are queued while the one before is running": any(ahead)}


def relative_time(kata, warmup, slow):
    """Return the time that gpu_time_ms gives, relative to that between events within the n calls, and itself.

    The warm-up is slower, by the factor slow. Both look at the same calls, so that nothing else that uses the
    device can come between. A host that is held up leaves the device idle: of three times the best counts.
    """
    n, times = 5, []
    for _ in range(3):
        pairs = []

        def fn(pairs=pairs):
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            torch.cuda._sleep(CYCLES * (slow if len(pairs) < warmup else 1))
            end.record()
            pairs.append((begin, end))

        measured = kata.gpu_time_ms(fn, n=n, warmup=warmup)
        torch.cuda.synchronize()
        if len(pairs) != warmup + n:  # there is nothing to compare it with
            return 0.0, measured
        timed = pairs[warmup:]
        times.append((measured * n / timed[0][0].elapsed_time(timed[-1][1]), measured))
        if 0.9 <= times[-1][0] <= 1.1:
            break
    return min(times, key=lambda time: abs(time[0] - 1))


def check_time(kata):
    """The time is the mean time of one call on the device, and is not rounded."""
    ratio, measured = relative_time(kata, warmup=1, slow=1)
    return {
        "relative to the time between events in the calls": ratio,
        "rounded": measured in (round(measured, 2), float(np.float16(measured))),
    }


@requirement(check_time, "relative to the time between events in the calls", within=0.2)
def agrees(ratio):
    return None if 0.8 <= ratio <= 1.25 else "between 0.8 and 1.25"


def check_warmup(kata):
    """The warm-up is not timed."""
    ratio, _ = relative_time(kata, warmup=3, slow=5)
    return {"relative to the time without the warm-up": ratio}


@requirement(check_warmup, "relative to the time without the warm-up", within=0.2)
def untimed(ratio):
    return None if 0.8 <= ratio <= 1.25 else "between 0.8 and 1.25"
