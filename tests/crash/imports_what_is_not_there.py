"""A package is imported that is not installed."""

# kata: autograd/recompute_silu
# says: *An import fails: No module named 'torch_helpers_of_mine'*

from torch_helpers_of_mine import silu


def silu_mul(gate, up):
    return silu(gate) * up
