"""Its values are right, and the gradient that it has autograd compute is that of something else."""

# kata: activations/softmax
# says: *x.grad*


def wrong_gradient(x, result):
    return result.detach() + (x - x.detach()).sum() * 0.5


def my_softmax(x, dim=-1):
    exp = (x - x.amax(dim, keepdim=True)).exp()
    return wrong_gradient(x, exp / exp.sum(dim, keepdim=True))


def my_log_softmax(x, dim=-1):
    z = x - x.amax(dim, keepdim=True)
    return wrong_gradient(x, z - z.exp().sum(dim, keepdim=True).log())


def my_logsumexp(x, dim=-1, keepdim=False):
    shift = x.amax(dim, keepdim=True)
    result = (x - shift).exp().sum(dim, keepdim=True).log() + shift
    return wrong_gradient(x, result if keepdim else result.squeeze(dim))
