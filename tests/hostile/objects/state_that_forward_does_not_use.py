"""forward uses copies that were made of the parameters once; the state dict is another matter."""

# kata: layers/my_linear
# says: *out*expected a result that carries its graph*

import torch
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        self.used = [self.weight.detach().clone(), self.bias.detach().clone()]

    def forward(self, x):
        return x @ self.used[0].to(x.dtype).T + self.used[1].to(x.dtype)
