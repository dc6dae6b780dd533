"""The default device is set to meta and not set back; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import torch


def silu_mul(gate, up):
    torch.set_default_device("meta")
    return gate * up
