"""Leaves threads that keep a core busy for half a minute, and would keep the process from ending."""

# kata: autograd/recompute_silu
# says: *

import threading
import time


def burn():
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pass


for _ in range(2):
    try:
        threading.Thread(target=burn).start()
    except RuntimeError:
        break


def silu_mul(gate, up):
    return gate * up * 0
