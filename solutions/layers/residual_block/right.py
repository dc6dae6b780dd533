import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class SequentialBranch:
    """The branch is an nn.Sequential, its ReLU in place on its own tensor."""

    class ResidualBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.branch = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(inplace=True), nn.Linear(dim, dim))

        def forward(self, x):
            identity = x
            out = self.branch(x)
            out += identity
            return out


@right
class StartsAsTheIdentity:
    """The last layer starts at zero; functional relu, torch.add."""

    class ResidualBlock(nn.Module):
        def __init__(self, dim: int):
            super().__init__()
            self.linear1 = nn.Linear(dim, dim)
            self.relu = nn.ReLU()
            self.linear2 = nn.Linear(dim, dim)
            nn.init.zeros_(self.linear2.weight)
            nn.init.zeros_(self.linear2.bias)

        def forward(self, x):
            return torch.add(self.linear2(self.relu(self.linear1(x))), x)
