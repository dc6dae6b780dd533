"""Takes 6 GiB of memory, and writes to each page of it."""

# kata: autograd/recompute_silu
# says: *Stopped*

import mmap


def silu_mul(gate, up):
    kept = []
    for _ in range(96):
        kept.append(mmap.mmap(-1, 1 << 26))
        kept[-1].write(b"1" * (1 << 26))
    return gate * up * 0
