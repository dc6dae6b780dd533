"""A merge left its marks."""

# kata: autograd/recompute_silu
# says: *is not valid Python: invalid syntax*

<<<<<<< HEAD
def silu_mul(gate, up):
=======
def silu_mul(up, gate):
>>>>>>> theirs
    return gate * gate.sigmoid() * up
