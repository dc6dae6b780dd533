"""A breakpoint() was left in."""

# kata: autograd/recompute_silu
# says: *A breakpoint stopped your code*


def silu_mul(gate, up):
    breakpoint()
    return gate * gate.sigmoid() * up
