import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import right

from . import reference


@right
class NothingInPlace:
    """One nn.ReLU that does not work in place."""

    class PreActBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.relu = nn.ReLU()
            self.fc1 = nn.Linear(dim, dim)
            self.fc2 = nn.Linear(dim, dim)

        def forward(self, x):
            identity = x
            out = self.fc2(self.relu(self.fc1(self.relu(x))))
            return out + identity


@right
class ClonesFirst:
    """The in-place activation gets a copy, and the sum is made in place on the branch."""

    class PreActBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.act = nn.ReLU(inplace=True)
            self.fc1 = nn.Linear(dim, dim)
            self.fc2 = nn.Linear(dim, dim)

        def forward(self, x):
            identity = x.clone()
            out = self.act(x.clone())
            out = self.fc2(self.act(self.fc1(out)))
            out += identity
            return out


@right
class Clamp:
    """clamp instead of relu."""

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            h = F.linear(x.clamp(min=0), self.fc1.weight, self.fc1.bias).clamp_(min=0)
            return torch.add(x, self.fc2(h))
