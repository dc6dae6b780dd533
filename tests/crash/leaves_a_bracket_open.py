"""A bracket is not closed."""

# kata: autograd/recompute_silu
# says: *is not valid Python: '(' was never closed*

def silu_mul(gate, up):
    return (gate * gate.sigmoid() * up
