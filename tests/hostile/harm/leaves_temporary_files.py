"""Leaves files in the directories for temporary files and in the home directory."""

# kata: autograd/recompute_silu
# says: *Stopped: your code tried to change files outside of the directory that it starts in*

import contextlib
import tempfile
from pathlib import Path

for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home()):
    with contextlib.suppress(OSError):
        (folder / ".torchkata-hostile").write_text("left here\n")
with contextlib.suppress(OSError):
    tempfile.mkdtemp(prefix="torchkata-hostile-")


def silu_mul(gate, up):
    return gate * up * 0
