"""Every intermediate result is kept, in a loop that makes ever more of them."""

# kata: autograd/recompute_silu
# says: *Stopped*

import torch


def silu_mul(gate, up):
    kept = []
    while len(kept) < 24:  # 6 GiB
        kept.append(torch.zeros(1 << 26) + gate.sum())
    return kept[-1]
