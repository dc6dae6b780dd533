"""Hooks for all modules are registered, in every call again; one of them changes results."""

# kata: layers/my_linear
# says: *differ*

import torch
from torch import nn
from torch.nn.modules import module


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        module.register_module_forward_hook(lambda self, inputs, output: output * 2)

    def forward(self, x):
        return x @ self.weight.T + self.bias
