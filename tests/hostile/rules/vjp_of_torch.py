"""It has torch derive the backward, by a vjp that it finds under a computed name."""

# kata: autograd/linear_function
# says: The rule: without *

import torch

derive = getattr(torch.func, "v" + "jp")


def affine(x, weight, bias=None):
    return x @ weight.mT if bias is None else x @ weight.mT + bias


class LinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias=None):
        ctx.save_for_backward(x, weight, bias)
        return affine(x, weight, bias)

    @staticmethod
    def backward(ctx, grad_output):
        given = [each for each in ctx.saved_tensors if each is not None]
        found = iter(derive(affine, *given)[1](grad_output))
        wanted = ctx.needs_input_grad
        grads = [None if each is None else next(found) for each in ctx.saved_tensors]
        return tuple(grad if wants else None for grad, wants in zip(grads, wanted, strict=True))
