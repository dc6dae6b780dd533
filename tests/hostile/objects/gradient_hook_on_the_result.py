"""Its values are right; a hook in the graph makes the gradient zero when it flows back."""

# kata: activations/softmax
# says: *x.grad*


def hooked(result):
    if result.requires_grad:
        result.register_hook(lambda grad: grad * 0)
        result.grad_fn.register_hook(lambda inputs, outputs: tuple(g if g is None else g * 0 for g in inputs))
    return result


def my_softmax(x, dim=-1):
    exp = (x - x.detach().amax(dim, keepdim=True)).exp()
    return hooked(exp / exp.sum(dim, keepdim=True))


def my_log_softmax(x, dim=-1):
    z = x - x.detach().amax(dim, keepdim=True)
    return hooked(z - z.exp().sum(dim, keepdim=True).log())


def my_logsumexp(x, dim=-1, keepdim=False):
    return hooked(x.exp().sum(dim, keepdim=keepdim).log())
