"""An address is read that belongs to nobody: a segmentation fault."""

# kata: autograd/recompute_silu
# says: *Stopped: your code tried to call native code or reach into memory*

import ctypes


def silu_mul(gate, up):
    values = (ctypes.c_float * gate.numel()).from_address(0)
    return gate * values[0] * up
