import math

import torch
from torch import nn

from pytest_torchkata.checks import right

from . import reference


@right
class Einsum:
    """einsum, after a check of the width."""

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            if x.size(-1) != self.weight.size(1):
                raise ValueError(f"expected {self.weight.size(1)} features, got {x.size(-1)}")
            return torch.einsum("...i,oi->...o", x, self.weight) + self.bias


@right
class AsTheLibraryDoes:
    """The initialisation of nn.Linear, torch.matmul, and a name for everything."""

    class MyLinear(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.in_features = in_features
            self.out_features = out_features
            self.bias = nn.Parameter(torch.Tensor(out_features))
            self.weight = nn.Parameter(torch.Tensor(out_features, in_features))
            self.reset_parameters()

        def reset_parameters(self):
            nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
            bound = 1 / math.sqrt(self.in_features)
            nn.init.uniform_(self.bias, -bound, bound)

        def forward(self, input):
            return torch.matmul(input, self.weight.mT) + self.bias


@right
class Flattened:
    """Two dimensions inside, the shape of x outside, and the width checked."""

    class MyLinear(nn.Module):
        def __init__(self, n_in, n_out):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(n_out, n_in))
            self.bias = nn.Parameter(torch.randn(n_out))

        def forward(self, x):
            assert x.shape[-1] == self.weight.shape[1]
            out = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight.t())
            return out.reshape(*x.shape[:-1], self.weight.shape[0])
