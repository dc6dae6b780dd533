import torch

from pytest_torchkata.checks import right


def walk(batch, change):
    if torch.is_tensor(batch):
        return change(batch)
    if type(batch) is dict:
        return {key: walk(value, change) for key, value in batch.items()}
    if type(batch) is list:
        return [walk(v, change) for v in batch]
    if type(batch) is tuple:
        return tuple([walk(v, change) for v in batch])
    return batch


@right
class IteratorOfItsOwn:
    """An iterator with a preload, one side stream, and an event for each batch."""

    class Prefetcher:
        def __init__(self, loader, device):
            self.loader, self.device = loader, torch.device(device)
            self.cuda = self.device.type == "cuda"
            self.stream = torch.cuda.Stream() if self.cuda else None

        def __iter__(self):
            return Running(self)


class Running:
    def __init__(self, owner):
        self.owner, self.source, self.error, self.ahead = owner, iter(owner.loader), None, []
        self.preload()

    def preload(self):
        if self.error is not None:
            return
        try:
            batch = next(self.source)
        except BaseException as error:
            self.error = error
            return
        device = self.owner.device
        if not self.owner.cuda:
            self.ahead.append((walk(batch, lambda t: t.to(device)), None))
            return
        with torch.cuda.stream(self.owner.stream):
            pinned = walk(batch, lambda t: t.pin_memory())
            moved = walk(pinned, lambda t: t.cuda(device, non_blocking=True))
            event = torch.cuda.Event()
            event.record(self.owner.stream)
        self.ahead.append((moved, event))

    def __iter__(self):
        return self

    def __next__(self):
        self.preload()
        if not self.ahead:
            raise self.error
        moved, event = self.ahead.pop(0)
        if event is not None:
            event.wait()
            walk(moved, lambda t: t.record_stream(torch.cuda.current_stream()))
        return moved


@right
class EmptyAndCopy:
    """Memory is allocated on the current stream, and the side stream copies into it."""

    class Prefetcher:
        def __init__(self, loader, device):
            self.loader = loader
            self.device = device

        def __iter__(self):
            if torch.device(self.device).type != "cuda":
                yield from ahead(self.loader, lambda b: walk(b, lambda t: t.to(self.device)), lambda b: b)
                return
            side = torch.cuda.Stream()

            def start(batch):
                def copy(t):
                    out = torch.empty(t.shape, dtype=t.dtype, device=self.device)
                    side.wait_stream(torch.cuda.current_stream())  # for whoever had this memory before
                    with torch.cuda.stream(side):
                        out.copy_(t.pin_memory(), True)
                    out.record_stream(side)
                    return out

                return walk(batch, copy), side.record_event()

            def finish(started):
                torch.cuda.current_stream().wait_event(started[1])
                return started[0]

            yield from ahead(self.loader, start, finish)


def ahead(loader, start, finish):
    """Yield what finish gives for each item that has been started, one behind."""
    held = []
    try:
        for item in loader:
            held.append(start(item))
            if len(held) > 1:
                yield finish(held.pop(0))
    except GeneratorExit:
        return
    except Exception:
        while held:
            yield finish(held.pop(0))
        raise
    while held:
        yield finish(held.pop(0))
