from collections.abc import Callable

import torch
from torch import Tensor


def on_side_stream(
    fn: Callable[[Tensor], Tensor], x: Tensor, stream: torch.cuda.Stream
) -> Callable[[], Tensor]:
    stream.wait_stream(torch.cuda.current_stream())  # x is ready then
    x.record_stream(stream)  # the allocator knows only of the stream that x was made on
    with torch.cuda.stream(stream):
        out = fn(x)
    done = stream.record_event()  # what is queued on stream from here on is not waited for

    def finish() -> Tensor:
        current = torch.cuda.current_stream()
        current.wait_event(done)
        out.record_stream(current)  # out was made on stream, and is used here
        return out

    return finish


def parallel(fns: list[Callable[[Tensor], Tensor]], x: Tensor) -> list[Tensor]:
    # All are queued before the first is waited for: else each would wait for those before it.
    finishes = [on_side_stream(fn, x, torch.cuda.Stream()) for fn in fns]
    return [finish() for finish in finishes]
