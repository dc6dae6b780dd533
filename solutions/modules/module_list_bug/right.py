import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class AddModule:
    """add_module and register_parameter in a loop, under the same names."""

    class ResNet(nn.Module):
        def __init__(self, n_blocks, dim=64):
            super().__init__()
            self.blocks = nn.Module()
            for i in range(n_blocks):
                self.blocks.add_module(str(i), nn.Linear(dim, dim))

        def forward(self, x):
            for block in self.blocks.children():
                x = x + F.relu(block(x), inplace=True)
            return x

    class Multiplier(nn.Module):
        def __init__(self, n_scales):
            super().__init__()
            self.scales = nn.Module()
            for i in range(n_scales):
                self.scales.register_parameter(str(i), nn.Parameter(torch.ones(())))

        def forward(self, x, index):
            return self.scales.get_parameter(str(index)) * x


@right
class OtherContainers:
    """A Sequential that is iterated over, and a stack of the scales."""

    class ResNet(nn.Module):
        def __init__(self, num_blocks, d=64):
            super().__init__()
            self.blocks = nn.Sequential(*[nn.Linear(d, d) for _ in range(num_blocks)])

        def forward(self, x):
            for i in range(len(self.blocks)):
                x = self.blocks[i](x).clamp(min=0) + x
            return x

    class Multiplier(nn.Module):
        def __init__(self, n_scales):
            super().__init__()
            self.scales = nn.ParameterList([torch.tensor(1.0) for _ in range(n_scales)])

        def forward(self, x, index):
            return x * torch.stack(list(self.scales))[index]
