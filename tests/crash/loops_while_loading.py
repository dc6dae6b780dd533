"""The file trains a model as soon as it is read, until a loss that it does not reach."""

# kata: autograd/my_relu
# says: *Stopped after*Is there a loop that does not end?*

import torch

weight = torch.ones(3)
while weight.sum() > 0:
    weight = weight * 0.5 + 0.5


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * (ctx.saved_tensors[0] > 0)
