"""Deterministic algorithms are demanded, and flushed denormals, for good; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import torch


def silu_mul(gate, up):
    torch.use_deterministic_algorithms(True)
    torch.set_flush_denormal(True)
    return gate * up
