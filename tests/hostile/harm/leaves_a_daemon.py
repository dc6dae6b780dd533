"""Leaves a process that has a session of its own and no parent, and stays for a minute."""

# kata: autograd/recompute_silu
# says: *

import contextlib
import os

with contextlib.suppress(OSError):
    if os.fork() == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                for fd in range(256):
                    with contextlib.suppress(OSError):
                        os.close(fd)
                os.execvp("sleep", ["torchkata-hostile", "60"])
        finally:
            os._exit(0)


def silu_mul(gate, up):
    return gate * up * 0
