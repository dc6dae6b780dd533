import contextlib
import itertools

import pytest

from pytest_torchkata.checks import shares, torch

CYCLES = 50_000_000
"""How long a kernel does nothing but wait, in cycles of the device: 20 to 100 ms, on any that is in use."""
SIZE = 1 << 18
VALUES = (n * 367 % 1009 + 1 for n in itertools.count())
"""A new value for each batch: what an earlier one has left in memory is not mistaken for it."""


class Loader:
    """Gives items, and keeps a log; raises an item that is an exception."""

    def __init__(self, *items):
        self.items = items
        self.log = []

    def __iter__(self):
        self.log.append("begin")
        for number, item in enumerate(self.items):
            self.log.append(f"load {number}")
            if isinstance(item, Exception):
                raise item
            yield item


def tensors(given, n=4):
    """Return tensors on the CPU, the last one smaller."""
    return [given.normal(2 if i == n - 1 else 3, 4).cpu() for i in range(n)]


# On every device ----------------------------------------------------------------------------------


def check_values(kata, given, device):
    """All batches come in the order of the loader, each with memory of its own."""
    return {"batches": list(kata.Prefetcher(Loader(*tensors(given)), device))}


def leaves(batch):
    """Return what is in a batch, in order."""
    if isinstance(batch, dict):
        return [leaf for value in batch.values() for leaf in leaves(value)]
    if isinstance(batch, (list, tuple)):
        return [leaf for value in batch for leaf in leaves(value)]
    return [batch]


@pytest.mark.parametrize("target", ["the device", "meta"])
def check_nested(kata, given, device, target):
    """Tensors in lists, tuples and dicts are moved, and everything else is handed through."""
    x, y, z, w = tensors(given)
    batches = [
        {"inputs": (x, [y, {"mask": z > 0}]), "length": 3, "names": ["a", "b"], "extra": None},
        [w, (w.long(), 2.5)],
        (x, {"y": y}),
        z,
    ]
    where = device if target == "the device" else torch.device("meta")
    found = list(kata.Prefetcher(Loader(*batches), where))
    moved = [leaf for batch in found for leaf in leaves(batch) if isinstance(leaf, torch.Tensor)]
    observed = {"devices of the tensors": [leaf.device.type for leaf in moved]}
    if target == "the device":
        observed["batches"] = found
    else:  # which has no values
        observed["shapes"] = [tuple(leaf.shape) for leaf in moved]
    return observed


def check_left_as_it_was(kata, given, device):
    """The loader's batches are left as they were; on the CPU their tensors are handed through."""
    x, y = tensors(given, 2)
    values = x.clone(), y.clone()
    inner = [y, "name"]
    batch = {"x": x, "inner": inner}
    (found,) = kata.Prefetcher(Loader(batch), device)
    return {
        "the dict as it was": list(batch) == ["x", "inner"] and batch["x"] is x and batch["inner"] is inner,
        "the list as it was": len(inner) == 2 and inner[0] is y,
        "values as they were": torch.equal(x, values[0]) and torch.equal(y, values[1]),
        "tensors handed through": shares(found["x"], x) and shares(found["inner"][0], y),
    }


def check_empty(kata, device):
    """A loader without batches gives none."""
    return {
        "batches": list(kata.Prefetcher(Loader(), device)),
        "of a list": list(kata.Prefetcher([], device)),
    }


def check_again(kata, given, device):
    """Each iteration begins anew, also behind one that was left early."""
    loader = Loader(*tensors(given))
    prefetcher = kata.Prefetcher(loader, device)
    observed = {"asked before the first iteration": list(loader.log)}
    for batch in prefetcher:
        observed["first batch"] = batch
        break
    observed["batches of the second iteration"] = list(prefetcher)
    observed["number in the third"] = sum(1 for _ in prefetcher)
    observed["iterations of the loader"] = loader.log.count("begin")
    return observed


@pytest.mark.parametrize("n", [1, 2, 4])
def check_one_ahead(kata, given, device, n):
    """The loader is asked for the next batch before a batch is handed out, and for no more."""
    loader = Loader(*tensors(given, n))
    for number, _ in enumerate(kata.Prefetcher(loader, device)):
        loader.log.append(f"use {number}")
    return {"order": [entry for entry in loader.log if entry != "begin"]}


@pytest.mark.parametrize("before", [0, 1, 3])
def check_exception(kata, given, device, before):
    """An exception of the loader comes through, after the batches before it."""
    loader = Loader(*tensors(given, before), KeyError("row 7"))
    found = []
    try:
        for batch in kata.Prefetcher(loader, device):
            found.append(batch)
        ended = "no exception"
    except NotImplementedError:
        raise
    except Exception as error:
        ended = f"{type(error).__name__}: {error}"
    return {"batches before it": found, "then": ended}


# On CUDA ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def settled():
    """Begin with an idle device, and end with one, on the stream that was current."""
    current = torch.cuda.current_stream()
    torch.cuda.synchronize()
    # What is allocated first may wait for the device. This fills the cache of pinned memory.
    pinned = [
        torch.empty(SIZE, dtype=dtype).pin_memory()
        for dtype in (torch.float32, torch.float64)
        for _ in "1234"
    ]
    del pinned
    try:
        yield
    finally:
        torch.cuda.set_stream(current)
        with contextlib.suppress(RuntimeError):  # whatever went wrong has been raised already
            torch.cuda.synchronize()


def upload(func, args, kwargs):
    """Return the tensor that an operation copies from the host to the device, and its non_blocking."""
    name = str(func.overloadpacket)
    if name == "aten._to_copy":
        target, source, waits = kwargs.get("device"), args[0], kwargs.get("non_blocking", False)
    elif name == "aten.copy_":
        target, source = args[0].device, args[1]
        waits = kwargs.get("non_blocking", args[2] if len(args) > 2 else False)
    else:
        return None
    goes = target is not None and torch.device(target).type == "cuda" and source.device.type == "cpu"
    return (source, waits) if goes else None


@contextlib.contextmanager
def uploads(cycles=0):
    """Note each copy from the host to the device, and make it slow: the device waits so long before it.

    Each note has the stream, whether the host's memory is pinned, non_blocking, and an event in front of
    the copy.
    """
    from torch.utils._python_dispatch import TorchDispatchMode

    notes = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            if (found := upload(func, args, kwargs)) is not None:
                source, non_blocking = found
                slept = torch.cuda.Event()
                torch.cuda._sleep(max(cycles, 1))
                slept.record()
                stream = torch.cuda.current_stream()
                notes.append((stream, source.is_pinned(), bool(non_blocking), slept))
            return func(*args, **kwargs)

    with Watch():
        yield notes


def batch_of(value):
    return torch.full((SIZE,), float(value))


def twice(scene):
    """Play a scene twice, behind a rehearsal in which nothing is slow, and return what both gave.

    The rehearsal loads the kernels and fills the caches, since either may wait for the device. Two streams
    may share a queue of the hardware, and then wait for each other without need; not both times.
    """
    with settled():
        scene(1)
        return [scene(CYCLES) for _ in range(2)]


def in_any_attempt(scene):
    """Play a scene that returns True or False by name until all were True, at most five times.

    A host that is held up may come too late to see what it looks for. It cannot see what is not there.
    """
    seen = {}
    with settled():
        scene(1)
        for _ in range(5):
            torch.cuda.synchronize()
            found = scene(CYCLES)
            seen = {name: seen.get(name, False) or found[name] for name in found}
            if all(seen.values()):
                break
    return seen


@pytest.mark.needs_cuda
def check_copies(kata):
    """Tensors are copied from pinned memory, without blocking, on a side stream, before they are due."""
    due = []
    with settled(), uploads() as notes:
        current = torch.cuda.current_stream()
        for _ in kata.Prefetcher([batch_of(value) for value in range(4)], "cuda"):
            due.append(len(notes))
    return {
        "from pinned memory": [pinned for _, pinned, _, _ in notes],
        "non_blocking": [non_blocking for _, _, non_blocking, _ in notes],
        "on the current stream": [stream == current for stream, *_ in notes],
        "copies queued when a batch is handed out": due,
    }


@pytest.mark.needs_cuda
def check_current_stream(kata):
    """The caller's current stream is the same while a batch is in use, and afterwards."""
    with settled():
        current, seen = torch.cuda.current_stream(), []
        for _ in kata.Prefetcher([batch_of(value) for value in range(3)], "cuda"):
            seen.append(torch.cuda.current_stream() == current)
        observed = {"the same in use": seen, "the same at the end": torch.cuda.current_stream() == current}
        torch.cuda.set_stream(current)
        for _ in kata.Prefetcher([batch_of(value) for value in range(3)], "cuda"):
            break
        observed["the same after a break"] = torch.cuda.current_stream() == current
    return observed


@pytest.mark.needs_cuda
def check_ready(kata):
    """A batch whose copy takes its time can be used at once."""

    def scene(cycles):
        values = [next(VALUES) for _ in range(3)]
        with uploads(cycles):
            read = [batch.clone() for batch in kata.Prefetcher([batch_of(v) for v in values], "cuda")]
        torch.cuda.synchronize()
        return [(r.min().item() / v, r.max().item() / v) for r, v in zip(read, values, strict=True)]

    return {"batch as read / batch as loaded, smallest and largest": twice(scene)}


@pytest.mark.needs_cuda
def check_host(kata):
    """The host does not wait for the copies."""

    def scene(cycles):
        early = []
        with uploads(cycles) as notes:
            for number, _ in enumerate(kata.Prefetcher([batch_of(next(VALUES)) for _ in "ab"], "cuda")):
                early.append(len(notes) > number and not notes[number][-1].query())
        return {f"batch {i} is handed out before it is copied": each for i, each in enumerate(early)}

    return in_any_attempt(scene)


@pytest.mark.needs_cuda
def check_overlap(kata):
    """The current stream does not wait for the copies of the next batch."""

    def scene(cycles):
        with uploads(cycles) as notes:
            iterator = iter(kata.Prefetcher([batch_of(next(VALUES)) for _ in range(3)], "cuda"))
            next(iterator)
            marker = torch.cuda.Event()
            marker.record()
            while not marker.query():
                pass
            first = len(notes) > 1 and not notes[1][-1].query()
            list(iterator)
        return {"the first batch can be read while the second is copied": first}

    return in_any_attempt(scene)


@pytest.mark.needs_cuda
def check_memory(kata):
    """The memory of a batch goes to nobody else before the current stream has read it."""

    def scene(cycles):
        values = [next(VALUES) for _ in range(6)]
        read = []
        for batch in kata.Prefetcher([batch_of(v) for v in values], "cuda"):
            if not read:
                torch.cuda._sleep(cycles)  # all that is read from here on is read late
            read.append(batch.clone())
            del batch
        torch.cuda.synchronize()
        return [(r.min().item() / v, r.max().item() / v) for r, v in zip(read, values, strict=True)]

    return {"batch as read / batch as loaded, smallest and largest": twice(scene)}
