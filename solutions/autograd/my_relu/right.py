import torch

from pytest_torchkata.checks import right

from . import reference


@right
class TimesAMask:
    """grad_out times a mask of zeros and ones; the mask in float32 even for other dtypes."""

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_output):
            (input_,) = ctx.saved_tensors
            return grad_output * (input_ > 0).float()


@right
class SavesTheOutput:
    """The output is saved: it is positive where the input was, and often kept anyway."""

    class MyReLU(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            out = torch.max(x, torch.tensor(0.0, device=x.device))
            ctx.save_for_backward(out)
            return out

        @staticmethod
        def backward(ctx, grad_out):
            (out,) = ctx.saved_tensors
            return torch.where(out > 0, grad_out, torch.zeros_like(grad_out))


@right
class KeepsTheMask:
    """Only the mask is kept, so that x may be changed afterwards."""

    class MyReLU(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mask = x > 0
            return x.masked_fill(x < 0, 0)

        @staticmethod
        def backward(ctx, grad_out):
            grad_x = grad_out.clone()
            grad_x[~ctx.mask] = 0
            return grad_x


@right
class SetupContext:
    """forward without ctx, and setup_context beside it."""

    class MyReLU(torch.autograd.Function):
        @staticmethod
        def forward(x):
            out = x.clone()
            out[out < 0] = 0
            return out

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            return grad_out.masked_fill(x <= 0, 0)  # lets the gradient through where x is NaN
