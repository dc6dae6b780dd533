"""Each access to a parameter makes a new one; nothing is registered."""

# kata: layers/my_linear
# says: *parameters?'weight'?*expected the str '(3, 4)'*

import torch
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.size = out_features, in_features

    @property
    def weight(self):
        return nn.Parameter(torch.randn(self.size))

    @property
    def bias(self):
        return nn.Parameter(torch.randn(self.size[0]))

    def forward(self, x):
        return x @ self.weight.T.to(x.dtype) + self.bias.to(x.dtype)
