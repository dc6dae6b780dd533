"""The backward does not end; the engine of autograd runs it."""

# kata: autograd/my_relu
# says: *Stopped after*Is there a loop that does not end?*

import torch


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        (x,) = ctx.saved_tensors
        while grad_out.abs().max() >= 0:
            grad_out = grad_out * (x > 0)
        return grad_out
