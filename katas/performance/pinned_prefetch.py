"""Copy the next batch while this one is in use

Move the batches of a loader to a device, always one batch ahead of the one that is in use.

Prefetcher(loader, device)
    loader is anything that can be iterated and gives batches on the CPU. A batch is a tensor, or a
    plain list, tuple or dict of batches; whatever else is in it is handed through as it is.
    Iterating over the Prefetcher gives the same batches, in the same order, with their tensors on
    device.

Rules, on every device
    - The loader is asked for batch i + 1 before batch i is handed out, and for none after it.
    - Making a Prefetcher asks the loader for nothing. Each iteration begins the loader anew. A
      loader may be empty.
    - If the loader raises, its exception comes through, once all batches before it have been
      handed out.
    - Lists stay lists, tuples tuples and dicts dicts. The loader's own batches are left as they
      are, and each batch that is handed out has memory of its own.
    - Everything happens in the thread that iterates.

Rules, where device is a CUDA device
    - Tensors are copied from pinned memory, with non_blocking=True, on a stream that is not the
      caller's current one.
    - A batch can be used on the stream that is current when it is handed out. That stream waits for
      this batch's copies, and not for those of the next batch.
    - The host never waits for the device.
    - Memory is safe: the caller may drop a batch while the current stream still reads it.
    - The caller's current stream is what it was, while a batch is in use and afterwards.

On any other device tensors are moved by Tensor.to, without streams and without pinning; on the CPU
they are handed through.

Why it is asked: a GPU that waits for its input is the commonest reason for slow training. pin_memory
and non_blocking=True are known to everybody; that each does nothing without the other, and what has
to be waited for once both are there, is not.

Example
    >>> batches = [torch.tensor([1, 2]), {"x": torch.tensor([3]), "name": "last"}]
    >>> for batch in Prefetcher(batches, "cpu"):
    ...     print(batch)
    tensor([1, 2])
    {'x': tensor([3]), 'name': 'last'}
"""

from collections.abc import Iterable, Iterator
from typing import Any

import torch


class Prefetcher:
    def __init__(self, loader: Iterable, device: torch.device | str) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError
