"""It changes x in place through .data, which leaves no trace for autograd."""

# kata: autograd/my_relu
# says: *x afterwards*

import torch


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.clone())
        x.data.clamp_(min=0)
        return x.clone()

    @staticmethod
    def backward(ctx, grad_out):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, grad_out, 0)
