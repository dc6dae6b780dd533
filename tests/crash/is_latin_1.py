"""An editor saved the file as Latin-1, and declared nothing."""

# kata: autograd/recompute_silu
# says: *is not valid Python: *utf-8*

def silu_mul(gate, up):
    assert gate.shape == up.shape, 'ungleiche Größen'
    return gate * gate.sigmoid() * up
