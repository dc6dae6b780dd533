"""Leaves a .pth file where Python reads such at every start; a comment is all that is in it."""

# kata: autograd/recompute_silu
# says: *Stopped: your code tried to change files outside of the directory that it starts in*

import contextlib
import site
from pathlib import Path

for folder in (*site.getsitepackages(), site.getusersitepackages()):
    with contextlib.suppress(OSError):
        Path(folder, "torchkata-hostile.pth").write_text("# a marker\n")


def silu_mul(gate, up):
    return gate * up * 0
