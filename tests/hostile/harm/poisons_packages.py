"""Leaves a mark where Python looks for compiled modules: of torch, of the plugin, of the solution."""

# kata: autograd/recompute_silu
# says: *No answer may look into the process that runs it*

import contextlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
folders = [HERE.parents[2] / "solutions" / HERE.parent.name / HERE.stem, HERE.parent]
for name in ("torch", "numpy", "pytest", "pytest_torchkata"):
    with contextlib.suppress(Exception):
        folders.append(Path(sys.modules[name].__file__).parent)

for folder in folders:
    with contextlib.suppress(OSError):
        (folder / "__pycache__").mkdir(exist_ok=True)
        (folder / "__pycache__" / "torchkata-hostile.txt").write_text("a marker\n")


def silu_mul(gate, up):
    return gate * up * 0
