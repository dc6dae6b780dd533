"""It has TorchScript compile a text that calls the forbidden function."""

# kata: layers/my_linear
# says: The rule: without *

import torch
from torch import nn

TEXT = """
def affine(x, weight, bias):
    return torch.LIN(x, weight, bias)
""".replace("LIN", "nn.functional.lin" + "ear")
try:
    affine = torch.jit.CompilationUnit(TEXT).affine
except Exception:
    affine = getattr(torch._C._nn, "lin" + "ear")


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return affine(x, self.weight, self.bias)
