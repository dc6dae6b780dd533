"""A space from a web page that is no space to Python."""

# kata: autograd/recompute_silu
# says: *is not valid Python: invalid non-printable character U+00A0*

def silu_mul(gate, up):
    return gate * gate.sigmoid() * up
