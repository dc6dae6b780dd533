"""import pdb; pdb.set_trace() was left in."""

# kata: autograd/my_relu
# says: *A breakpoint stopped your code*

import torch


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        import pdb; pdb.set_trace()
        return grad_out * (ctx.saved_tensors[0] > 0)
