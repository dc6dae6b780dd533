"""The environment is emptied and filled with settings for CUDA; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import os


def silu_mul(gate, up):
    os.environ.clear()
    os.environ["CUDA_VISIBLE_DEVICES"] = "none"
    os.environ["OMP_NUM_THREADS"] = "many"
    return gate * up
