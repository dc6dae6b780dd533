"""It inherits forward from the forbidden class, whose constructor it never calls."""

# kata: layers/my_linear
# says: The rule: without *

import torch
from torch import nn


class MyLinear(getattr(nn, "Lin" + "ear")):
    def __init__(self, in_features, out_features):
        nn.Module.__init__(self)
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
