"""A form feed divides the file, which is allowed; the mistake is another: no sigmoid."""

# kata: autograd/recompute_silu
# says: *differ*

import torch

def silu_mul(gate, up):
    return gate * up
