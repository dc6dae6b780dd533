"""The colon after the signature is missing."""

# kata: autograd/recompute_silu
# says: *is not valid Python: expected ':'*

def silu_mul(gate, up)
    return gate * gate.sigmoid() * up
