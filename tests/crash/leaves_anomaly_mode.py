"""The search for anomalies is switched on and left on; and the gradient is NaN."""

# kata: autograd/my_relu
# says: *nan*

import torch


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        torch.autograd.set_detect_anomaly(True)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * torch.nan
