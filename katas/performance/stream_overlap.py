"""Work on a side stream

Let a function work on another CUDA stream than the current one, so that both can work at the same
time, and nothing is read too early or overwritten too soon.

on_side_stream(fn, x, stream)
    Queues fn(x) on stream, for a tensor x, and returns a function finish that takes no arguments.
    finish() returns the tensor that fn has returned.

parallel(fns, x)
    Runs each function of a list on a stream of its own, all with the same tensor x, and returns
    their results in order. The results can be used on the current stream right away. The functions
    do not wait for each other.

Rules
    - fn starts when what was queued on the current stream before the call is done: x may not be
      ready yet when on_side_stream or parallel is called.
    - After finish() the result can be used on the stream that is current when finish is called,
      which need not be the one that was current before.
    - Between the call and finish() the current stream waits for nothing. Afterwards it waits for
      fn's work only, and not for what others have queued on stream since.
    - The host never waits for the device.
    - Memory is safe: the caller may drop x right after the call, and the result while the stream that
      finish was called on still reads it. Somebody else may get that memory only when its last
      reader is done.
    - fn runs with stream as the current stream. Afterwards the current stream is what it was
      before, also if fn raises; its exception comes through.
    - All is on the current device. fn takes one tensor and returns one that it has made itself;
      gradients are not asked for.

Why it is asked: overlapping work, copies and communication is what streams are for, and the caching
allocator knows only the stream that a tensor was made on. A forgotten wait gives wrong numbers now
and then, and no error.

Example, on a machine with CUDA
    >>> x = torch.arange(3.0, device="cuda")
    >>> finish = on_side_stream(lambda t: t * 10, x, torch.cuda.Stream())
    >>> finish().tolist()
    [0.0, 10.0, 20.0]
    >>> [out.tolist() for out in parallel([torch.square, torch.ones_like], x)]
    [[0.0, 1.0, 4.0], [1.0, 1.0, 1.0]]
"""

from collections.abc import Callable

import torch
from torch import Tensor


def on_side_stream(
    fn: Callable[[Tensor], Tensor], x: Tensor, stream: torch.cuda.Stream
) -> Callable[[], Tensor]:
    raise NotImplementedError


def parallel(fns: list[Callable[[Tensor], Tensor]], x: Tensor) -> list[Tensor]:
    raise NotImplementedError
