"""A warning in an inner loop, with a filter that shows every one of them."""

# kata: autograd/recompute_silu
# says: *Stopped after*

import warnings


def silu_mul(gate, up):
    warnings.simplefilter("always")
    for step in range(10_000_000):
        warnings.warn(f"step {step} is slow")
    return gate * up
