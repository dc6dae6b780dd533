"""A tensor is made whose sizes were multiplied instead of added."""

# kata: layers/my_linear
# says: *Stopped for lack of memory*

import torch
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features << 20, in_features << 20))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return x @ self.weight.T + self.bias
