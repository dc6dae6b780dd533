"""The default dtype is set to float64 and not set back; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import torch


def silu_mul(gate, up):
    torch.set_default_dtype(torch.float64)
    return gate * up
