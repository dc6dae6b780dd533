"""The recursion limit is set so low that next to nothing can be called; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *

import sys


def silu_mul(gate, up):
    for limit in range(10, 100):
        try:
            sys.setrecursionlimit(limit)
            break
        except RecursionError:
            pass
    return gate * up
