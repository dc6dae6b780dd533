import contextlib
import itertools

import pytest

from pytest_torchkata.checks import raises, torch

pytestmark = pytest.mark.needs_cuda

CYCLES = 50_000_000
"""How long a kernel does nothing but wait, in cycles of the device: 20 to 100 ms, on any that is in use."""
SIZE = 1 << 20
VALUES = (n * 367 % 1009 + 1 for n in itertools.count())
"""A new value for each scene: what an earlier one has left in memory is not mistaken for a result."""


@contextlib.contextmanager
def settled():
    """Begin with an idle device, and end with one, on the stream that was current."""
    current = torch.cuda.current_stream()
    torch.cuda.synchronize()
    try:
        yield
    finally:
        torch.cuda.set_stream(current)
        with contextlib.suppress(RuntimeError):  # whatever went wrong has been raised already
            torch.cuda.synchronize()


def play(scene, attempts=2):
    """Play a scene, scene(stream, other, cycles, value), so many times; return what each attempt gave.

    Each begins with a rehearsal in which nothing is slow. It loads the kernels and fills the caches of the
    allocator, since either may wait for the device. Two streams may share a queue of the hardware, and
    then wait for each other without need: so each attempt has new streams.
    """
    found = []
    with settled():
        for _ in range(attempts):
            stream, other = torch.cuda.Stream(), torch.cuda.Stream()
            scene(stream, other, 1, float(next(VALUES)))
            torch.cuda.synchronize()
            found.append(scene(stream, other, CYCLES, float(next(VALUES))))
            torch.cuda.synchronize()
    return found


def multiples(scene):
    """Play a scene that returns tensors; return the smallest and largest of each, in units of its value."""

    def played(stream, other, cycles, value):
        tensors = [t.clone() for t in scene(stream, other, cycles, value)]
        torch.cuda.synchronize()
        return [(t.min().item() / value, t.max().item() / value) for t in tensors]

    return play(played)


def in_any_attempt(scene):
    """Play a scene that returns True or False by name until all were True, at most five times.

    A host that is held up may come too late to see what it looks for. It cannot see what is not there.
    """
    seen = {}
    for _ in range(5):
        (found,) = play(scene, attempts=1)
        seen = {name: seen.get(name, False) or found[name] for name in found}
        if all(seen.values()):
            break
    return seen


def filled(value):
    return torch.full((SIZE,), value, device="cuda")


def overwrite(value):
    """Take memory of the size that all tensors have here, and write to it."""
    return [filled(-value) for _ in range(3)]


def double(x):
    return x * 2


def slowly(cycles, done=None):
    """Return double, behind a kernel of so many cycles."""

    def fn(x):
        torch.cuda._sleep(cycles)
        if done is not None:
            done.record()
        return x * 2

    return fn


def is_first(marker, slow):
    """Wait for marker, and return whether it was reached before slow."""
    while not marker.query():
        pass
    return not slow.query()


def events(n):
    return [torch.cuda.Event() for _ in range(n)]


# One function on one stream -----------------------------------------------------------------------


@pytest.mark.parametrize("current", ["default", "another"])
def check_values(kata, given, current):
    """finish returns what fn has returned, whatever stream is current."""
    x = given.normal(7, 5)
    before = x.clone()
    with settled():
        stream = torch.cuda.Stream() if current == "another" else None  # with None nothing changes
        if stream is not None:
            stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            out = kata.on_side_stream(lambda t: t.exp() + 1, x, torch.cuda.Stream())()
    return {"result": out, "x left as it was": torch.equal(x, before)}


def fail(x):
    raise KeyError("of fn")


def check_current_stream(kata):
    """fn runs on the stream that was given, and the current stream is the same afterwards."""
    with settled():
        before, stream = torch.cuda.current_stream(), torch.cuda.Stream()
        ran = []

        def fn(x):
            ran.append(torch.cuda.current_stream())
            return x * 2

        x = filled(1.0)
        finish = kata.on_side_stream(fn, x, stream)
        observed = {
            "fn ran on the stream that was given": [one == stream for one in ran],
            "the same stream is current after the call": torch.cuda.current_stream() == before,
        }
        torch.cuda.set_stream(before)
        finish()
        observed["the same stream is current after finish"] = torch.cuda.current_stream() == before
        torch.cuda.set_stream(before)
        observed["fn raises KeyError"] = raises(KeyError, lambda: kata.on_side_stream(fail, x, stream)())
        observed["the same stream is current then"] = torch.cuda.current_stream() == before
    return observed


def check_input_ready(kata):
    """fn sees the x that is still being computed on the current stream."""

    def scene(stream, other, cycles, value):
        x = torch.zeros(SIZE, device="cuda")
        torch.cuda._sleep(cycles)
        x.add_(value)
        return [kata.on_side_stream(double, x, stream)()]

    return {"result / x, smallest and largest": multiples(scene)}


def check_result_ready(kata):
    """After finish the current stream sees the result of an fn that takes its time."""

    def scene(stream, other, cycles, value):
        finish = kata.on_side_stream(slowly(cycles), filled(value), stream)
        return [finish()]

    return {"result / x, smallest and largest": multiples(scene)}


def check_other_stream(kata):
    """finish makes the stream wait that is current when it is called."""

    def scene(stream, other, cycles, value):
        finish = kata.on_side_stream(slowly(cycles), filled(value), stream)
        with torch.cuda.stream(other):
            out = finish()
            later = out.clone()
        torch.cuda.synchronize()
        return [later]

    return {"result / x on a third stream, smallest and largest": multiples(scene)}


def check_host(kata):
    """The host waits neither for x nor for fn."""

    def scene(stream, other, cycles, value):
        ready, done = events(2)
        x = filled(value)
        torch.cuda._sleep(cycles)
        ready.record()
        finish = kata.on_side_stream(slowly(cycles, done), x, stream)
        early = not ready.query()
        finish()
        return {
            "the call returns before x is ready": early,
            "finish returns before fn is done": not done.query(),
        }

    return in_any_attempt(scene)


def check_overlap(kata):
    """The current stream goes on working until finish is called."""

    def scene(stream, other, cycles, value):
        done, marker = events(2)
        finish = kata.on_side_stream(slowly(cycles, done), filled(value), stream)
        marker.record()
        first = is_first(marker, done)
        finish()
        return {"the current stream works while fn does": first}

    return in_any_attempt(scene)


def check_only_this_work(kata):
    """After finish the current stream waits for fn, and not for what is behind it on its stream."""

    def scene(stream, other, cycles, value):
        later, marker = events(2)
        finish = kata.on_side_stream(double, filled(value), stream)
        with torch.cuda.stream(stream):
            torch.cuda._sleep(cycles)
            later.record()
        finish()
        marker.record()
        return {"the current stream works while others use the stream": is_first(marker, later)}

    return in_any_attempt(scene)


def check_input_memory(kata):
    """The memory of x goes to nobody else before fn has read it."""

    def scene(stream, other, cycles, value):
        x = filled(value)
        finish = kata.on_side_stream(slowly(cycles), x, stream)
        del x
        overwrite(value)
        return [finish()]

    return {"result / x, smallest and largest": multiples(scene)}


def check_result_memory(kata):
    """The memory of the result goes to nobody else before the current stream has read it."""

    def scene(stream, other, cycles, value):
        x = filled(value)
        finish = kata.on_side_stream(double, x, stream)
        out = finish()
        torch.cuda._sleep(cycles)
        read = out.clone()
        del out, finish
        with torch.cuda.stream(stream):
            overwrite(value)
        torch.cuda.synchronize()
        return [read]

    return {"result / x as it was read, smallest and largest": multiples(scene)}


# Several functions --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 3])
def check_parallel(kata, given, n):
    """parallel returns the results in the order of the functions."""
    x = given.normal(7, 5)
    with settled():
        outs = kata.parallel([lambda t, i=i: t * (i + 2) for i in range(n)], x)
        return {"results": outs}


def check_parallel_streams(kata):
    """Each function runs on a stream of its own, and the current stream is the same afterwards."""
    with settled():
        before, ran = torch.cuda.current_stream(), []

        def fn(x):
            ran.append(torch.cuda.current_stream())
            return x * 2

        kata.parallel([fn] * 3, filled(1.0))
        observed = {
            "streams of three functions": len(set(ran)),
            "one of them was the current stream": before in ran,
            "the same stream is current afterwards": torch.cuda.current_stream() == before,
        }
        torch.cuda.set_stream(before)
        observed["a function raises KeyError"] = raises(
            KeyError, lambda: kata.parallel([fn, fail], filled(1.0))
        )
        observed["the same stream is current then"] = torch.cuda.current_stream() == before
    return observed


@pytest.mark.parametrize("slow", ["x", 0, 1])
def check_parallel_ready(kata, slow):
    """x is ready for every function, and every result for the current stream."""

    def scene(stream, other, cycles, value):
        x = torch.zeros(SIZE, device="cuda")
        torch.cuda._sleep(cycles if slow == "x" else 1)
        x.add_(value)
        outs = kata.parallel([slowly(cycles if slow == i else 1) for i in range(2)], x)
        return [out.clone() for out in outs]

    return {"results / x, smallest and largest": multiples(scene)}


def check_parallel_host(kata):
    """The host does not wait for the functions."""

    def scene(stream, other, cycles, value):
        (done,) = events(1)
        kata.parallel([double, slowly(cycles, done)], filled(value))
        return {"parallel returns before the functions are done": not done.query()}

    return in_any_attempt(scene)


def check_parallel_overlap(kata):
    """The functions do not wait for each other."""

    def scene(stream, other, cycles, value):
        done, marker = events(2)

        def quick(x):
            out = x * 2
            marker.record()
            return out

        kata.parallel([slowly(cycles, done), quick], filled(value))
        return {"the second function works while the first does": is_first(marker, done)}

    return in_any_attempt(scene)


def check_parallel_memory(kata):
    """The memory of a result goes to nobody else before the current stream has read it."""

    def scene(stream, other, cycles, value):
        streams = []

        def fn(x):
            streams.append(torch.cuda.current_stream())
            return x * 2

        x = filled(value)
        outs = kata.parallel([fn, fn], x)
        torch.cuda._sleep(cycles)
        read = [out.clone() for out in outs]
        del outs
        for each in streams:
            with torch.cuda.stream(each):
                overwrite(value)
        torch.cuda.synchronize()
        return read

    return {"results / x as they were read, smallest and largest": multiples(scene)}
