"""It returns a view whose rows overlap in memory, so that most of them are those of their neighbours."""

# kata: activations/softmax
# says: *elements differ*


def overlapping(result):
    flat = result.reshape(-1)
    return flat.as_strided(result.shape, [1] * result.dim()) if result.dim() else result


def my_softmax(x, dim=-1):
    exp = (x - x.detach().amax(dim, keepdim=True)).exp()
    return overlapping(exp / exp.sum(dim, keepdim=True))


def my_log_softmax(x, dim=-1):
    return overlapping(my_softmax(x, dim).log())


def my_logsumexp(x, dim=-1, keepdim=False):
    return overlapping(x.exp().sum(dim, keepdim=keepdim).log())
