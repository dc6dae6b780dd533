"""It evaluates texts that name the forbidden functions."""

# kata: activations/softmax
# says: The rule: without *

import torch

shares, logs, total = (
    eval("torch." + "".join(parts), {"torch": torch})
    for parts in (
        ("soft", "max"),
        ("log_", "soft", "max"),
        ("logsum", "exp"),
    )
)


def my_softmax(x, dim=-1):
    return shares(x, dim)


def my_log_softmax(x, dim=-1):
    return logs(x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return total(x, dim, keepdim)
