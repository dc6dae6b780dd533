"""It calls the methods of the tensor through operator.methodcaller."""

# kata: activations/softmax
# says: The rule: without *

import operator

SOFT = "soft" + "max"


def my_softmax(x, dim=-1):
    return operator.methodcaller(SOFT, dim)(x)


def my_log_softmax(x, dim=-1):
    return operator.methodcaller("log_" + SOFT, dim)(x)


def my_logsumexp(x, dim=-1, keepdim=False):
    return operator.methodcaller("logsum" + "exp", dim, keepdim)(x)
