import torch

from pytest_torchkata.checks import right

from . import reference


@right
class Einsum:
    """Sums over all leading dimensions with an ellipsis."""

    class LinearFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, inp, w, b=None):
            ctx.save_for_backward(inp, w)
            out = torch.einsum("...i,oi->...o", inp, w)
            return out if b is None else out + b

        @staticmethod
        def backward(ctx, g):
            inp, w = ctx.saved_tensors
            needs = ctx.needs_input_grad
            return (
                torch.einsum("...o,oi->...i", g, w) if needs[0] else None,
                torch.einsum("...o,...i->oi", g, inp) if needs[1] else None,
                torch.einsum("...o->o", g) if len(needs) == 3 and needs[2] else None,
            )


@right
class SavesTheBias:
    """The bias is saved to know whether there is one; a vector becomes a batch of one row."""

    class LinearFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, bias=None):
            ctx.save_for_backward(x, weight, bias)
            out = x.matmul(weight.t())
            if bias is not None:
                out += bias
            return out

        @staticmethod
        def backward(ctx, grad_output):
            x, weight, bias = ctx.saved_tensors
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output.matmul(weight)
            if x.dim() == 1:
                x, grad_output = x.unsqueeze(0), grad_output.unsqueeze(0)
            batch = list(range(x.dim() - 1))
            if ctx.needs_input_grad[1]:
                grad_weight = torch.tensordot(grad_output, x, dims=(batch, batch))
            if bias is not None and ctx.needs_input_grad[2]:
                grad_bias = grad_output.sum(batch)
            return grad_x, grad_weight, grad_bias


@right
class SetupContext:
    """forward without ctx, setup_context beside it, and as many gradients as arguments."""

    class LinearFunction(torch.autograd.Function):
        @staticmethod
        def forward(x, weight, bias=None):
            out = torch.matmul(x, weight.transpose(0, 1))
            return out if bias is None else out + bias

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.count = len(inputs)
            ctx.save_for_backward(*inputs[:2])

        @staticmethod
        def backward(ctx, grad_output):
            return reference.LinearFunction.backward(ctx, grad_output)[: ctx.count]


@right
class BroadcastProduct:
    """Every row's outer product, summed: slow, but right, and without a matrix product."""

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = ctx.saved_tensors
            needs = ctx.needs_input_grad
            grad_x = grad_weight = grad_bias = None
            if needs[0]:
                grad_x = (grad_output.unsqueeze(-1) * weight).sum(-2)
            if needs[1]:
                outer = grad_output.unsqueeze(-1) * x.unsqueeze(-2)
                grad_weight = outer.reshape(-1, *weight.shape).sum(0)
            if len(needs) > 2 and needs[2]:
                grad_bias = grad_output.reshape(-1, weight.shape[0]).sum(0)
            return grad_x, grad_weight, grad_bias
