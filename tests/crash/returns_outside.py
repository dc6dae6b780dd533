"""A return stands outside of the function."""

# kata: autograd/recompute_silu
# says: *is not valid Python: 'return' outside function*

def silu_mul(gate, up):
    gate = gate * gate.sigmoid()


return gate * up
