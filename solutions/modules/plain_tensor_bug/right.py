import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class InPlace:
    """The buffer moves in place, under no_grad."""

    class CustomLayer(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.weight = nn.Parameter(torch.empty(dim, dim))
            nn.init.xavier_uniform_(self.weight)
            self.bias = nn.Parameter(torch.zeros(dim))
            self.register_parameter("scale", nn.Parameter(torch.full((), 2.0)))
            self.register_buffer("running_mean", torch.zeros(dim))

        def forward(self, x):
            out = torch.addmm(self.bias, x, self.weight) * self.scale
            if self.training:
                with torch.no_grad():
                    self.running_mean.lerp_(out.mean(0), 0.1)
            return out


@right
class BufferClass:
    """nn.Buffer, and a copy into it."""

    class CustomLayer(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(dim, dim))
            self.bias = nn.Parameter(torch.zeros(dim))
            self.scale = nn.Parameter(torch.tensor(2.0))
            self.running_mean = nn.Buffer(torch.zeros(dim))

        def forward(self, x):
            out = self.scale * (torch.matmul(x, self.weight) + self.bias)
            if self.training:
                new = self.running_mean * 0.9 + out.mean(0).detach() * 0.1
                self.running_mean.copy_(new)
            return out
