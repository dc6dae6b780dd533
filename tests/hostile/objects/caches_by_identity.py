"""It remembers the product by the identities of its operands, whose values change."""

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
        key = id(x), id(self.weight), id(self.bias)
        return cache.setdefault(key, x @ self.weight.T + self.bias)
