"""It unpickles a reference to the forbidden function."""

# kata: layers/my_linear
# says: The rule: without *

import pickle

import torch
from torch import nn

affine = pickle.loads(b"ctorch._C._nn\nlinear\n.")


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return affine(x, self.weight, self.bias)
