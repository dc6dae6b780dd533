"""Warnings are made errors for good, and one is given."""

# kata: autograd/recompute_silu
# says: *UserWarning*

import warnings


def silu_mul(gate, up):
    warnings.simplefilter("error")
    warnings.warn("gate may overflow")
    return gate * up
