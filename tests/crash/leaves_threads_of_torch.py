"""The number of torch's threads is changed and not set back; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import torch


def silu_mul(gate, up):
    torch.set_num_threads(2)
    return gate * up
