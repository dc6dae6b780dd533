import torch

from pytest_torchkata.checks import right


@right
class WaitsAround:
    """Waits for the device before and after, which changes nothing but the patience of the host."""

    def peak_memory(fn):
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        result = fn()
        torch.cuda.synchronize()
        peak = torch.cuda.max_memory_allocated()
        del result
        return peak - before

    def gpu_time_ms(fn, n=20, warmup=3):
        for _ in range(warmup):
            fn()
        torch.cuda.synchronize()
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(n):
            fn()
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / n
