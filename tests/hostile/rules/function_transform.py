"""It calls the forbidden functions inside a transform of torch.func."""

# kata: activations/softmax
# says: The rule: without *

import torch

SOFT = "soft" + "max"


def transformed(name, x, *args):
    plain = getattr(torch, name)
    return torch.func.vmap(lambda one: plain(one, *args))(x[None])[0]


def my_softmax(x, dim=-1):
    return transformed(SOFT, x, dim)


def my_log_softmax(x, dim=-1):
    return transformed("log_" + SOFT, x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return transformed("logsum" + "exp", x, dim, keepdim)
