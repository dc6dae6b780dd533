import contextlib
import itertools

import pytest

from pytest_torchkata.checks import F, raises, torch

pytestmark = pytest.mark.needs_cuda

CYCLES = 50_000_000
"""How long a kernel does nothing but wait, in cycles of the device: 20 to 100 ms, on any that is in use."""


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


def fn(x, y):
    """Several kernels, and tensors in between."""
    return (x @ y).tanh() + x.sum(1, keepdim=True) * 0.1


def inputs(given):
    return given.normal(4, 6), given.normal(6, 5)


def check_values(kata, given, dtype):
    """Each call returns what fn returns for its arguments."""
    with settled():
        fast = kata.graphed(fn, *inputs(given))
        return {f"result of call {number}": fast(*inputs(given)) for number in (1, 2, 3)}


def check_earlier_results(kata, given):
    """A result stays as it is when there are more calls."""
    with settled():
        fast = kata.graphed(lambda x: x * 2, given.normal(5))
        results = [fast(given.normal(5)) for _ in range(3)]
        return {"results, after the last call": results}


def check_calls(kata, given):
    """fn is captured once, and not called again."""
    captured = []

    def counted(x):
        captured.append(torch.cuda.is_current_stream_capturing())
        return x * 2

    with settled():
        fast = kata.graphed(counted, given.normal(5))
        observed = {"captured calls of fn in graphed": sum(captured)}
        captured.clear()
        observed["results"] = [fast(given.normal(5)) for _ in range(2)]
        observed["calls of fn afterwards"] = len(captured)
    return observed


def check_warm_up(kata, given):
    """Before it is captured fn runs on a side stream."""
    ran = []

    def watched(x):
        ran.append((torch.cuda.is_current_stream_capturing(), torch.cuda.current_stream()))
        return x * 2

    with settled():
        current = torch.cuda.current_stream()
        kata.graphed(watched, given.normal(5))
        observed = {
            "fn runs before it is captured": [captured for captured, _ in ran][:1] == [False],
            "it runs on the current stream": current in [stream for _, stream in ran],
            "the same stream is current afterwards": torch.cuda.current_stream() == current,
        }
    return observed


def check_examples(kata, given):
    """The examples are left as they were, and may be changed or freed."""
    with settled():
        changed, freed, x, y = given.normal(5), given.normal(5), given.normal(5), given.normal(5)
        before = changed.clone()
        fast = kata.graphed(lambda x, y: x - 2 * y, changed, freed)
        first = fast(x, y)
        observed = {"result": first, "examples left as they were": torch.equal(changed, before)}
        changed.fill_(7.0)
        del freed
        others = [torch.full((5,), -1.0, device="cuda") for _ in range(50)]  # where freed was, perhaps
        observed["result, with other examples"] = fast(x, y)
        observed["others left as they were"] = all(bool((other == -1).all()) for other in others)
    return observed


def check_in_place(kata, given):
    """Examples and arguments are left as they were by an fn that works in place."""
    with settled():
        example, x = given.normal(5), given.normal(5)
        before = example.clone(), x.clone()
        fast = kata.graphed(lambda t: t.mul_(3).add_(1), example)
        return {
            "results": [fast(x), fast(x)],
            "example left as it was": torch.equal(example, before[0]),
            "argument left as it was": torch.equal(x, before[1]),
        }


def check_strides(kata, given):
    """Transposed and expanded tensors are read right."""
    with settled():
        fast = kata.graphed(lambda x, y: x * 2 + y, given.normal(3, 4).t(), given.normal(3).expand(4, 3))
        return {
            "as the examples": fast(given.normal(3, 4).t(), given.normal(3).expand(4, 3)),
            "contiguous": fast(given.normal(4, 3), given.normal(4, 3)),
        }


@pytest.mark.parametrize("what", ["a size of 1", "a larger size", "one more dimension", "dtype", "number"])
def check_refusals(kata, given, what):
    """Another shape or dtype, or another number of arguments, raises ValueError."""
    other = {
        "a size of 1": lambda: [given.normal(4, 1), given.normal(2)],
        "a larger size": lambda: [given.normal(5, 3), given.normal(2)],
        "one more dimension": lambda: [given.normal(4, 3), given.normal(1, 2)],
        "dtype": lambda: [given.normal(4, 3), given.integers(0, 9, (2,))],
        "number": lambda: [given.normal(4, 3)],
    }[what]()
    with settled():
        fast = kata.graphed(lambda x, y: x.sum() + y, given.normal(4, 3), given.normal(2))
        good = given.normal(4, 3), given.normal(2)
        refused = raises(ValueError, lambda: fast(*other))
        return {"with another argument": refused, "result afterwards": fast(*good)}


def check_weights(kata, given):
    """Weights that have changed are seen, and no gradient is recorded."""
    with settled():
        weight = given.normal(6, 5, requires_grad=True)
        fast = kata.graphed(lambda x: x @ weight, given.normal(4, 6, requires_grad=True))
        x = given.normal(4, 6, requires_grad=True)
        first = fast(x)
        with torch.no_grad():
            weight.mul_(-2)
        second = fast(x)
        return {"result": first, "result with other weights": second, "requires_grad": second.requires_grad}


def check_random(kata, given):
    """An fn that draws random numbers draws new ones at each call."""
    with settled():
        fast = kata.graphed(lambda x: F.dropout(x, 0.5), given.normal(1000))
        x = torch.ones(1000, device="cuda", dtype=given.normal(1).dtype)
        masks = [fast(x) for _ in range(3)]
        return {
            "values": [sorted(set(mask.tolist())) for mask in masks],
            "two calls drew the same": any(torch.equal(a, b) for a, b in itertools.pairwise(masks)),
        }


def check_two(kata, given):
    """Two functions do not disturb each other."""
    with settled():
        one = kata.graphed(lambda x: x.exp() * 2, given.normal(5))
        two = kata.graphed(lambda x: x.cos() - 3, given.normal(5))
        return {"results": [each(given.normal(5)) for each in (one, two, one, two)]}


def check_no_waiting(kata, given):
    """A call does not let the host wait for the device."""
    with settled():
        fast = kata.graphed(lambda x: x * 2, given.normal(5))
        x = given.normal(5)
        early = False
        for _ in range(5):  # a host that is held up may come too late to see it
            fast(x)
            torch.cuda.synchronize()
            done = torch.cuda.Event()
            torch.cuda._sleep(CYCLES)
            done.record()
            out = fast(x)
            early = not done.query()
            if early:
                break
        return {"the call returns before the device is done": early, "result": out}
