"""Quotes that a word processor has curled."""

# kata: autograd/recompute_silu
# says: *is not valid Python: invalid character*

def silu_mul(gate, up):
    assert gate.shape == up.shape, “shapes differ”
    return gate * gate.sigmoid() * up
