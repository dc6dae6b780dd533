"""Takes 6 GiB by files that are in memory only, and are not in the address space."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import os

kept = []
with contextlib.suppress(OSError):
    for number in range(96):
        kept.append(os.memfd_create(f"torchkata-hostile-{number}"))
        os.write(kept[-1], bytes(1 << 26))


def silu_mul(gate, up):
    return gate * up * 0
