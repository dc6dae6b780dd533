"""It imports the forbidden functions under other names."""

# kata: activations/softmax
# says: The rule: without *

from torch import logsumexp as total
from torch.nn import functional as tools

shares, logs = tools.softmax, tools.log_softmax


def my_softmax(x, dim=-1):
    return shares(x, dim)


def my_log_softmax(x, dim=-1):
    return logs(x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return total(x, dim, keepdim)
