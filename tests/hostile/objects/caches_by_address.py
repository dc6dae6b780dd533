"""It remembers results by the address of x, and gives them again for whatever lies there later."""

# kata: layers/my_linear
# says: *RuntimeError: Trying to backward through the graph a second time*

import torch
from torch import nn

cache = {}


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        key = x.data_ptr(), x.shape
        if key not in cache:
            cache[key] = x @ self.weight.T + self.bias
        return cache[key]
