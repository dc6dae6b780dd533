"""Capture a CUDA graph and replay it

Record the kernels of a function once, and launch all of them by one call from then on.

graphed(fn, *examples)
    fn takes tensors and returns one tensor. examples are tensors of the shapes and dtypes that it
    will be called with. Returns a function that is called with such tensors, and returns what fn
    would: by replaying a CUDA graph that was captured in graphed.

Rules
    - graphed calls fn at least once to warm it up, on a side stream and not captured; then exactly
      once to capture it. The function that it returns never calls fn, and captures nothing.
    - Only the examples' shapes and dtypes matter. They may be freed or changed afterwards.
    - A result belongs to the caller: later calls do not change it.
    - Examples and arguments are left as they are, even if fn works in place on what it is given.
      They need not be contiguous.
    - Arguments that differ from the examples in their number, or in any shape or dtype, raise
      ValueError; nothing is broadcast or cast.
    - What fn reads besides its arguments, such as weights, is read anew at each call. An fn that
      draws random numbers draws new ones at each call.
    - Results carry no gradient, even if weights or arguments require one.
    - The function that is returned does not let the host wait for the device.
    - All is on the current CUDA device.
    - Without torch.cuda.make_graphed_callables and torch.compile.

Why it is asked: with small batches the launches cost more than the kernels, and a graph takes them
away. A graph reads and writes the same memory at every replay, and most mistakes come from
forgetting that.

Example, on a machine with CUDA
    >>> calls = []
    >>> def fn(x):
    ...     calls.append("fn")
    ...     return x * 2 + 1
    >>> fast = graphed(fn, torch.zeros(3, device="cuda"))
    >>> calls.clear()
    >>> fast(torch.arange(3.0, device="cuda")).tolist()
    [1.0, 3.0, 5.0]
    >>> calls
    []
"""

from collections.abc import Callable

import torch
from torch import Tensor


def graphed(fn: Callable[..., Tensor], *examples: Tensor) -> Callable[..., Tensor]:
    raise NotImplementedError
