"""A relative import, as in a package, which a kata's file is not part of."""

# kata: autograd/recompute_silu
# says: *An import fails: attempted relative import with no known parent package*

from .utils import silu


def silu_mul(gate, up):
    return silu(gate) * up
