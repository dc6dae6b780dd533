"""A pause that was put in to watch the output, and is an hour long."""

# kata: autograd/recompute_silu
# says: *Stopped after*

import time


def silu_mul(gate, up):
    time.sleep(3600)
    return gate.sigmoid() * gate * up
