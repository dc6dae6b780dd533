"""Has NumPy read the reference, as bytes and as an array on disk."""

# kata: activations/softmax
# says: *Stopped: your code tried to read what judges it*

import contextlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
SOLUTION = HERE.parents[2] / "solutions" / HERE.parent.name / HERE.stem / "reference.py"


def my_softmax(x, dim=-1):
    return x * 0


my_log_softmax = my_softmax


def my_logsumexp(x, dim=-1, keepdim=False):
    return x.sum(dim, keepdim) * 0


with contextlib.suppress(Exception):
    for read in (
        lambda: np.fromfile(SOLUTION, dtype="uint8"),
        lambda: np.memmap(SOLUTION, dtype="uint8", mode="r"),
        lambda: np.memmap(SOLUTION, dtype="uint8", mode="c"),
        lambda: np.loadtxt(SOLUTION, dtype=str, delimiter="\0", comments=None),
    ):
        with contextlib.suppress(Exception):
            found = read()
            exec(found.tobytes() if found.dtype == "uint8" else "\n".join(found))
            break
