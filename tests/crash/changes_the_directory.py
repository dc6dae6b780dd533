"""The working directory is made, entered, and removed again; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import os


def silu_mul(gate, up):
    os.makedirs("runs/1")
    os.chdir("runs/1")
    os.removedirs("../../runs/1")
    return gate * up
