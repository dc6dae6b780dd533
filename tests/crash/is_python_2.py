"""print without brackets."""

# kata: autograd/recompute_silu
# says: *is not valid Python: Missing parentheses in call to 'print'*

def silu_mul(gate, up):
    print gate.shape
    return gate * gate.sigmoid() * up
