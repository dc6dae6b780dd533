"""A cell of a notebook was pasted, with its commands to the shell."""

# kata: autograd/recompute_silu
# says: *is not valid Python: invalid syntax*

%pip install torch
def silu_mul(gate, up):
    return gate * up
