"""The body of the function is not indented."""

# kata: autograd/recompute_silu
# says: *is not valid Python: expected an indented block after function definition*

def silu_mul(gate, up):
return gate * gate.sigmoid() * up
