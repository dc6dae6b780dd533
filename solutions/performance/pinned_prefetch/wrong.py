import torch

from pytest_torchkata.checks import wrong

from . import reference
from .reference import _map


@wrong("check_values")
class LosesTheLastBatch:
    """When the loader has no more, the iteration ends at once. The batch that was still on its way is never
    handed out.
    """

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            ahead = []
            for batch in super().__iter__():
                if ahead:
                    yield ahead.pop()
                ahead.append(batch)


@wrong("check_values")
class OneBufferForAll:
    """Every batch is copied into the same memory. The copy of the next one overwrites the batch that is in
    use.
    """

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            buffers = {}

            def stored(t):
                buffer = buffers.setdefault((t.shape, t.dtype), t.clone())
                return buffer.copy_(t)

            for batch in super().__iter__():
                yield _map(stored, batch)


@wrong("check_nested")
class TuplesBecomeLists:
    """Tuples come back as lists. Whoever takes the batch apart by type, or uses it as a key, is surprised."""

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            yield from map(self._listed, super().__iter__())

        def _listed(self, batch):
            if isinstance(batch, dict):
                return {key: self._listed(value) for key, value in batch.items()}
            if isinstance(batch, (list, tuple)):
                return [self._listed(value) for value in batch]
            return batch


@wrong("check_nested")
class OnlyOneLevel:
    """Tensors right in the batch are moved, and those in a list, tuple or dict inside it stay where they
    were.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            moved, done = super()._start(batch, side)
            if isinstance(batch, dict):
                return {key: self._flat(batch[key], moved[key]) for key in batch}, done
            if isinstance(batch, (list, tuple)):
                return type(batch)(map(self._flat, batch, moved)), done
            return moved, done

        def _flat(self, value, moved):
            return moved if isinstance(value, torch.Tensor) else value

        def _arrived(self, batch, done):
            if done is not None:
                torch.cuda.current_stream(self.device).wait_event(done)
                _map(lambda t: t.record_stream(torch.cuda.current_stream()) if t.is_cuda else None, batch)
            return batch


@wrong("check_left_as_it_was")
class MovesInPlace:
    """Lists and dicts are changed in place. They belong to the loader, which may hand them out again: a
    dataset in memory would end up on the device.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            moved, done = super()._start(batch, side)
            self._replace(batch, moved)
            return moved, done

        def _replace(self, batch, moved):
            keys = batch if isinstance(batch, dict) else range(len(batch)) if isinstance(batch, list) else ()
            for key in list(keys):
                batch[key] = moved[key]


@wrong("check_empty", shows="exception")
class NextInAGenerator:
    """The StopIteration of a next() leaves the generator when the loader is empty. Python turns it into a
    RuntimeError, so that it is not mistaken for the generator's own end.
    """

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            batches = super().__iter__()
            batch = next(batches)
            for following in batches:
                yield batch
                batch = following
            yield batch


@wrong("check_again")
class LoaderIsBegunOnce:
    """The loader's iterator is made when the Prefetcher is. In the second epoch it is exhausted, and there
    are no batches.
    """

    class Prefetcher(reference.Prefetcher):
        def __init__(self, loader, device):
            super().__init__(iter(loader), device)


@wrong("check_again")
class LoadsWhenItIsMade:
    """The first batch is loaded when the Prefetcher is made, before anybody has asked for one."""

    class Prefetcher(reference.Prefetcher):
        def __init__(self, loader, device):
            super().__init__(loader, device)
            next(iter(loader), None)


@wrong("check_one_ahead")
class NothingAhead:
    """Each batch is loaded and copied when it is asked for. Nothing is on its way while a batch is in use,
    and the device waits for its input as before.
    """

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            side = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
            for batch in self.loader:
                yield self._arrived(*self._start(batch, side))


@wrong("check_one_ahead")
class AllAhead:
    """All batches are loaded before the first is handed out. That takes the memory of the whole data set."""

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            side = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
            for started in [self._start(batch, side) for batch in self.loader]:
                yield self._arrived(*started)


@wrong("check_exception")
class LosesTheBatchBeforeAnError:
    """An exception of the loader comes through at once. The batch before it was loaded without any trouble,
    and is lost.
    """

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            side = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
            ahead = []
            for batch in self.loader:
                started = self._start(batch, side)
                if ahead:
                    yield self._arrived(*ahead.pop())
                ahead.append(started)
            if ahead:
                yield self._arrived(*ahead.pop())


@wrong("check_exception")
class AnErrorIsTheEnd:
    """Any exception of the loader is taken for its end. The epoch is cut short, and nobody learns why."""

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            batches = super().__iter__()
            while True:
                try:
                    batch = next(batches)
                except Exception:
                    return
                yield batch


@wrong("check_copies")
class NotPinned:
    """non_blocking=True is given, and the memory is not pinned. The device cannot read such memory by
    itself: the driver copies it to pinned memory first, and the host waits for that.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            with torch.cuda.stream(side):
                moved = _map(lambda t: t.to(self.device, non_blocking=True), batch)
                return moved, side and side.record_event()


@wrong("check_copies")
class PinnedAndBlocking:
    """The memory is pinned, and non_blocking=True is missing. Pinned memory makes it possible that the host
    goes on; it has to be asked for as well.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            if side is None:
                return super()._start(batch, side)
            with torch.cuda.stream(side):
                moved = _map(lambda t: t.pin_memory().to(self.device), batch)
                return moved, side.record_event()


@wrong("check_copies")
class PinnedCopyIsDropped:
    """pin_memory returns a copy, and does not pin the tensor itself. What is moved here is the tensor that it
    was called on, from memory that is not pinned, and blocking.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            if side is None:
                return super()._start(batch, side)

            def move(t):
                t.pin_memory()
                return t.to(self.device)

            with torch.cuda.stream(side):
                return _map(move, batch), side.record_event()


@wrong("check_copies")
class OnTheCurrentStream:
    """The copies are queued on the current stream. There they take their turn behind the work on the batch
    before, and nothing happens at the same time.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            if side is None:
                return super()._start(batch, side)
            return _map(lambda t: t.pin_memory().to(self.device, non_blocking=True), batch), None


@wrong("check_current_stream")
class YieldsInsideTheStream:
    """The yield stands inside the with statement of the side stream. A generator does not leave it there:
    the caller's work runs on the side stream as well.
    """

    class Prefetcher(reference.Prefetcher):
        def __iter__(self):
            if self.device.type != "cuda":
                yield from super().__iter__()
                return
            with torch.cuda.stream(torch.cuda.Stream(self.device)):
                yield from super().__iter__()


@wrong("check_ready")
class NobodyWaits:
    """No stream waits for the copies. A batch is handed out while it is still on its way, and is read as
    whatever was in that memory before.
    """

    class Prefetcher(reference.Prefetcher):
        def _arrived(self, batch, done):
            if done is not None:
                _map(lambda t: t.record_stream(torch.cuda.current_stream()), batch)
            return batch


@wrong("check_ready")
class PinnedBufferIsReused:
    """One pinned buffer is filled again for each batch. The copy of the batch before may not have begun, and
    then copies the new one: the host has to know that a copy is done before it writes to its source.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            if side is None:
                return super()._start(batch, side)
            buffers = self.__dict__.setdefault("buffers", {})

            def move(t):
                key = t.shape, t.dtype
                if key not in buffers:
                    buffers[key] = torch.empty_like(t).pin_memory()
                return buffers[key].copy_(t).to(self.device, non_blocking=True)

            with torch.cuda.stream(side):
                return _map(move, batch), side.record_event()


@wrong("check_overlap")
class WaitsForTheNextBatch:
    """The current stream waits for the whole side stream. The copy of the next batch is queued there by then,
    so it is waited for as well, and nothing happens at the same time.
    """

    class Prefetcher(reference.Prefetcher):
        def _start(self, batch, side):
            self.side = side
            return super()._start(batch, side)

        def _arrived(self, batch, done):
            if done is not None:
                torch.cuda.current_stream().wait_stream(self.side)
                _map(lambda t: t.record_stream(torch.cuda.current_stream()), batch)
            return batch


@wrong("check_host")
class HostWaits:
    """The host waits for the copies of a batch. It has queued nothing for the device behind them: it is
    enough that the current stream waits.
    """

    class Prefetcher(reference.Prefetcher):
        def _arrived(self, batch, done):
            if done is not None:
                done.synchronize()
            return super()._arrived(batch, done)


@wrong("check_memory")
class NotRecorded:
    """The allocator does not know that the current stream reads the batch. Its memory belongs to the side
    stream, and goes to a later batch as soon as the caller has dropped it.
    """

    class Prefetcher(reference.Prefetcher):
        def _arrived(self, batch, done):
            if done is not None:
                torch.cuda.current_stream().wait_event(done)
            return batch
