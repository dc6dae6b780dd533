import time
import timeit
from time import perf_counter  # the real one, whatever is put in its place

import pytest

from pytest_torchkata.checks import raises, torch

FORWARD = ("perf_counter", "monotonic")
JUMPING = ("time", "clock")
IDLE = ("process_time", "thread_time")


class Setting:
    """A machine on which every call and every wait takes the time that is set, and clocks show that.

    The clocks of the time module are replaced by one that moves when told to. An answer that has bound
    a clock's name itself reads the real one: with ``real`` the time does pass.
    """

    def __init__(self, *, real=False, cuda=False, wait=0.0):
        self.events = []  # what happened, as ("call", its argument) and ("wait",)
        self.times = []  # when it began and ended, for each of the events
        self.reads = 0
        self._real, self._cuda, self._cost = real, cuda, wait
        self._now = 1000.0

    def __enter__(self):
        self._patch = patch = pytest.MonkeyPatch()
        patch.setattr(torch.cuda, "is_available", lambda: self._cuda)
        patch.setattr(torch.cuda, "synchronize", self._wait)
        patch.setattr(torch.accelerator, "synchronize", self._wait)
        patch.setattr(torch.cuda, "current_stream", lambda *_: self)
        if not self._real:
            self._replace_clocks(patch)
        return self

    def __exit__(self, *_):
        self._patch.undo()

    def _replace_clocks(self, patch):
        known = dict.fromkeys(FORWARD, self._read)
        known |= {name: lambda: self._read() - 3600 * self.reads for name in JUMPING}
        known |= {name: lambda: self._read() * 0 for name in IDLE}
        for name, clock in known.items():
            patch.setattr(time, name, clock, raising=False)
            patch.setattr(time, f"{name}_ns", lambda clock=clock: round(clock() * 1e9), raising=False)
        patch.setattr(timeit, "default_timer", self._read)

    def _read(self):
        self.reads += 1
        return self._now

    def synchronize(self):
        """Be a stream."""
        self._wait()

    def _wait(self, *_):
        if not self._cuda:
            raise AssertionError("Torch not compiled with CUDA enabled")
        self._happen(("wait",), self._cost)

    def function(self, costs):
        """Return a function whose calls take these seconds, one after the other."""
        costs = iter(costs)
        return lambda *arguments: self._happen(("call", *arguments), next(costs, 0.0))

    def _happen(self, event, seconds):
        begin = perf_counter()
        self._now += seconds
        if self._real:
            time.sleep(seconds)
        self.events.append(event)
        self.times.append((begin, perf_counter()))


def seconds(kata, x, warm, timed, *, wait=0.0, cuda=False):
    """Return what benchmark returns for calls that take so many seconds, and what happened."""
    with Setting(cuda=cuda, wait=wait) as setting:
        result = kata.benchmark(setting.function((*warm, *timed)), x, len(timed), len(warm))
    if setting.reads:
        return result, setting.events
    with Setting(real=True, cuda=cuda, wait=wait) as setting:
        result = kata.benchmark(setting.function((*warm, *timed)), x, len(timed), len(warm))
        end = perf_counter()
    calls = [i for i, event in enumerate(setting.events) if event[0] == "call"][len(warm) :]
    before = setting.times[calls[0] - 1][1] if calls and calls[0] else 0.0
    first, last = (setting.times[calls[0]][0], setting.times[-1][1]) if calls else (0.0, 0.0)
    right = isinstance(result, float) and last - first - 1e-3 <= result <= end - before + 1e-3
    return (sum(timed) + wait if right else result), setting.events


class OnCuda:
    """Makes a tensor say that it is on a CUDA device."""

    def __new__(cls, x):
        members = {"is_cuda": True, "is_cpu": False, "device": property(lambda _: torch.device("cuda", 0))}
        return x.as_subclass(type("Tensor", (torch.Tensor,), members))


@pytest.mark.parametrize("counts", [(7, 3), (1, 0), ()])
def check_calls(kata, given, counts):
    """fn is called warmup + n times, each time with x itself."""
    x, seen = given.normal(3, 2), []
    kata.benchmark(lambda *arguments: seen.append(arguments), x, *counts)
    return {
        "calls": len(seen),
        "each with x itself and nothing else": all(len(a) == 1 and a[0] is x for a in seen),
    }


def check_total(kata, given):
    """The result is the time of all timed calls together, in seconds."""
    result, _ = seconds(kata, given.normal(3), [0.0, 0.0], [0.0031, 0.0017, 0.0023])
    return {"seconds for calls of 0.0031, 0.0017 and 0.0023 s": result}


def check_warmup(kata, given):
    """Slow first calls do not count, and without a warm-up every call does."""
    slow, _ = seconds(kata, given.normal(3), [0.03, 0.02], [0.0017, 0.0023])
    none, _ = seconds(kata, given.normal(3), [], [0.0057, 0.0017])
    return {
        "seconds for a warm-up of 0.05 s and calls of 0.0017 and 0.0023 s": slow,
        "seconds for calls of 0.0057 and 0.0017 s without a warm-up": none,
    }


def check_without_cuda(kata, given):
    """Without CUDA it works as well, and waits for nothing."""
    result, events = seconds(kata, given.normal(3), [0.0], [0.0011, 0.0013])
    return {"seconds": result, "events": [event[0] for event in events]}


def check_device(kata, given):
    """For a CUDA tensor the device is waited for before the clock starts and before it stops."""
    x = OnCuda(given.normal(3).cpu())
    result, events = seconds(kata, x, [0.0, 0.0], [0.0012, 0.0013, 0.0014], wait=0.0301, cuda=True)
    names = [event[0] for event in events]
    calls = [i for i, name in enumerate(names) if name == "call"]
    between = names[calls[2] : calls[-1]] if len(calls) == 5 else names
    return {
        "waited between the warm-up and the timed calls": "wait" in names[calls[1] : calls[2]],
        "waited between the timed calls": "wait" in between,
        "waited after the last call": names[-1] == "wait",
        "seconds for calls of 0.0039 s and a wait of 0.0301 s": result,
    }


def check_bad_n(kata, given):
    """n < 1 raises ValueError, before fn is called."""
    x, calls = given.normal(3), []
    return {
        "n=0": raises(ValueError, lambda: kata.benchmark(calls.append, x, 0)),
        "n=-2": raises(ValueError, lambda: kata.benchmark(calls.append, x, -2)),
        "calls": len(calls),
    }
