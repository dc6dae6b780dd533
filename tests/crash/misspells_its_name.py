"""The class has another name than the statement asks for."""

# kata: autograd/my_relu
# says: *there is no MyReLU in this file. Did you mean MyRelu?*

import torch


class MyRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out
