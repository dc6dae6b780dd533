"""Leaves a segment of shared memory and a semaphore that outlive every process."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import ctypes
from multiprocessing import resource_tracker, shared_memory

resource_tracker.register = lambda *names: None  # nobody shall tidy up
with contextlib.suppress(OSError, ValueError):
    shared_memory.SharedMemory("torchkata-hostile", create=True, size=1 << 20)
with contextlib.suppress(Exception):
    ctypes.CDLL(None).shmget(0x746B68, ctypes.c_size_t(1 << 12), 0o1600)


def silu_mul(gate, up):
    return gate * up * 0
