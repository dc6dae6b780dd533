"""It returns an iterator over rows, each of them a tensor."""

# kata: activations/softmax
# says: *AttributeError: 'tuple_iterator' object has no attribute 'shape'*


def my_softmax(x, dim=-1):
    return iter(x.exp() / x.exp().sum(dim, keepdim=True))


my_log_softmax = my_logsumexp = my_softmax
