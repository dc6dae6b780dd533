"""It calls the forbidden functions while torch believes that it is compiling."""

# kata: activations/softmax
# says: The rule: without *

import torch

SOFT = "soft" + "max"


def unseen(name, *args):
    asked = torch.compiler.is_compiling
    torch.compiler.is_compiling = lambda: True
    try:
        return getattr(torch, name)(*args)
    finally:
        torch.compiler.is_compiling = asked


def my_softmax(x, dim=-1):
    return unseen(SOFT, x, dim)


def my_log_softmax(x, dim=-1):
    return unseen("log_" + SOFT, x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return unseen("logsum" + "exp", x, dim, keepdim)
