"""Fills the scratch directory with 3 GiB, in files of 64 MiB."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import os

with contextlib.suppress(OSError):
    for number in range(48):
        with open(f"hostile-{number}", "wb") as file:
            file.write(bytes(1 << 26))
            os.fsync(file.fileno())


def silu_mul(gate, up):
    return gate * up * 0
