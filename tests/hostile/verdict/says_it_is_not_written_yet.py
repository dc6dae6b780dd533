"""It raises what an untouched stub raises, so that a failure looks like work to do."""

# kata: activations/softmax
# says: *


def my_softmax(x, dim=-1):
    raise NotImplementedError


my_log_softmax = my_logsumexp = my_softmax
