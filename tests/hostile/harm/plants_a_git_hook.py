"""Plants a hook and an alias in .git, which git would run at the next commit."""

# kata: autograd/recompute_silu
# says: *Stopped: your code tried to change files outside of the directory that it starts in*

import contextlib
from pathlib import Path

GIT = Path(__file__).resolve().parents[2] / ".git"

for name in ("pre-commit", "post-checkout"):
    with contextlib.suppress(OSError):
        (GIT / "hooks").mkdir(exist_ok=True)
        hook = GIT / "hooks" / name
        hook.write_text("#!/bin/sh\necho torchkata-hostile\n")
        hook.chmod(0o755)
with contextlib.suppress(OSError), (GIT / "config").open("a") as file:
    file.write("[alias]\n\thostile = status\n")


def silu_mul(gate, up):
    return gate * up * 0
