"""It borrows the forward of the forbidden class."""

# kata: layers/my_linear
# says: The rule: without *

import torch
from torch import nn


class MyLinear(nn.Module):
    forward = vars(getattr(nn, "Lin" + "ear"))["forward"]

    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
