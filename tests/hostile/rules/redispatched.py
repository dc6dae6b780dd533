"""It asks torch to leave out one hop of its dispatch, at the forbidden call."""

# kata: activations/softmax
# says: The rule: without *

import torch

SOFT = "soft" + "max"


def unseen(name, *args):
    return torch.overrides.redispatch_function(getattr(torch, name), (), args, {})


def my_softmax(x, dim=-1):
    return unseen(SOFT, x, dim)


def my_log_softmax(x, dim=-1):
    return unseen("log_" + SOFT, x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return unseen("logsum" + "exp", x, dim, keepdim)
