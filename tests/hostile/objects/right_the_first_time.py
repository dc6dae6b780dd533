"""It is right when it is called for the first time, and returns zeros from then on."""

# kata: layers/my_linear
# says: *expected*yours*

import torch
from torch import nn

calls = []


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        calls.append(x.shape)
        right = x @ self.weight.T + self.bias
        return right if len(calls) == 1 else right * 0
