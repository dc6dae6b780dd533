"""The function calls itself instead of torch's of the same name."""

# kata: autograd/recompute_silu
# says: *RecursionError*


def silu(x):
    return silu(x)


def silu_mul(gate, up):
    return silu(gate) * up
