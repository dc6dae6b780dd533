"""A thread is joined that waits for what happens only after the join."""

# kata: autograd/recompute_silu
# says: *Stopped after*

import threading


def silu_mul(gate, up):
    done, result = threading.Event(), []

    def work():
        done.wait()
        result.append(gate * gate.sigmoid() * up)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    done.set()
    return result[0]
