"""It calls the operator itself, as torch's dispatcher knows it."""

# kata: layers/my_linear
# says: The rule: without *

import torch
from torch import nn

space = getattr(torch.ops, "at" + "en")
affine = getattr(space, "lin" + "ear").default


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return affine(x, self.weight, self.bias)
