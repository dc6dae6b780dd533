"""It calls the forbidden functions inside a Function of its own, and differentiates them there again."""

# kata: activations/softmax
# says: The rule: without *

import torch

SOFT = "soft" + "max"


class Hidden(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, name, *args):
        ctx.save_for_backward(x)
        ctx.name, ctx.args = name, args
        return getattr(torch, name)(x, *args)

    @staticmethod
    def backward(ctx, grad):
        with torch.enable_grad():
            x = ctx.saved_tensors[0].detach().requires_grad_()
            result = getattr(torch, ctx.name)(x, *ctx.args)
        return (*torch.autograd.grad(result, x, grad), *[None] * (1 + len(ctx.args)))


def my_softmax(x, dim=-1):
    return Hidden.apply(x, SOFT, dim)


def my_log_softmax(x, dim=-1):
    return Hidden.apply(x, "log_" + SOFT, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return Hidden.apply(x, "logsum" + "exp", dim, keepdim)
