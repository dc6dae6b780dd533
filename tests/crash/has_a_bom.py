"""The file begins with a byte order mark, which is allowed; the mistake is another: no sigmoid."""

# kata: autograd/recompute_silu
# says: *differ*

def silu_mul(gate, up):
    return gate * up
