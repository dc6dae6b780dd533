from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor


class Prefetcher:
    def __init__(self, loader: Iterable, device: torch.device | str) -> None:
        self.loader = loader
        self.device = torch.device(device)

    def __iter__(self) -> Iterator[Any]:
        side = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
        batches, failure = iter(self.loader), None
        ahead: list[Any] = []  # the batch that is on its way, if there is one
        while True:
            started: list[Any] = []
            try:
                started.append(self._start(next(batches), side))
            except StopIteration:  # which must not leave a generator
                pass
            except Exception as error:
                failure = error
            if ahead:
                yield self._arrived(*ahead.pop())
            if not started:
                break
            ahead = started
        if failure is not None:
            raise failure

    def _start(self, batch: Any, side: torch.cuda.Stream | None) -> tuple[Any, torch.cuda.Event | None]:
        """Queue the copies of a batch, and mark their end."""
        if side is None:
            return _map(lambda t: t.to(self.device), batch), None
        with torch.cuda.stream(side):
            # From memory that is not pinned the host would wait, whatever non_blocking says.
            copy = _map(lambda t: t.pin_memory().to(self.device, non_blocking=True), batch)
            return copy, side.record_event()

    def _arrived(self, batch: Any, done: torch.cuda.Event | None) -> Any:
        """Let the current stream wait for a batch, and the allocator know who uses it."""
        if done is not None:
            current = torch.cuda.current_stream(self.device)
            current.wait_event(done)
            _map(lambda t: t.record_stream(current), batch)  # its memory is the side stream's
        return batch


def _map(change: Callable[[Tensor], Any], batch: Any) -> Any:
    if isinstance(batch, Tensor):
        return change(batch)
    if isinstance(batch, dict):
        return {key: _map(change, value) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return type(batch)(_map(change, value) for value in batch)
    return batch
