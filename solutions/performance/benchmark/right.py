import time
from time import monotonic_ns

import torch

from pytest_torchkata.checks import right


@right
class WheneverThereIsCuda:
    """Waits whenever CUDA is available, wherever x is; time.monotonic."""

    def benchmark(fn, x, n=100, warmup=5):
        if n < 1:
            raise ValueError("n must be positive")

        def wait():
            if torch.cuda.is_available():
                torch.cuda.synchronize()

        wait()
        for _ in range(warmup):
            fn(x)
        wait()
        start = time.monotonic()
        for _ in range(n):
            fn(x)
        wait()
        return time.monotonic() - start


@right
class Nanoseconds:
    """A clock in whole nanoseconds, under a name of its own; waits for the stream."""

    def benchmark(function, tensor, count=100, before=5):
        if count <= 0:
            raise ValueError(count)
        on_gpu = tensor.device.type == "cuda"
        [function(tensor) for _ in range(before)]
        if on_gpu:
            torch.cuda.current_stream().synchronize()
        start = monotonic_ns()
        [function(tensor) for _ in range(count)]
        if on_gpu:
            torch.cuda.current_stream().synchronize()
        return (monotonic_ns() - start) / 1e9
