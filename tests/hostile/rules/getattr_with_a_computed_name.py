"""It puts the names of the forbidden functions together when it runs."""

# kata: activations/softmax
# says: The rule: without *

import torch

SOFT = "soft" + "max"


def my_softmax(x, dim=-1):
    return getattr(torch, SOFT)(x, dim)


def my_log_softmax(x, dim=-1):
    return getattr(torch, f"log_{SOFT}")(x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return getattr(torch, "logsum" + "exp")(x, dim, keepdim)
