"""A lock is taken again by the function that holds it already."""

# kata: autograd/recompute_silu
# says: *Stopped after*

import threading

lock = threading.Lock()


def sigmoid(x):
    with lock:
        return x.sigmoid()


def silu_mul(gate, up):
    with lock:
        return gate * sigmoid(gate) * up
