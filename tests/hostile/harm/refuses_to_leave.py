"""Ignores and blocks every signal that it may, and goes on when asked to leave."""

# kata: autograd/recompute_silu
# says: *Stopped after*

import contextlib
import signal
import threading
import time

for number in signal.valid_signals():
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def silu_mul(gate, up):
    threading.Thread(target=time.sleep, args=(60,)).start()
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(60)
