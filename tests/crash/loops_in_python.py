"""The loop waits for a sum that never becomes exactly 1."""

# kata: autograd/recompute_silu
# says: *Stopped after*Is there a loop that does not end?*

import torch


def silu_mul(gate, up):
    total = 0.0
    while total != 1.0:
        total += 0.1
    return torch.nn.functional.silu(gate) * up
