import torch
from torch import nn

from pytest_torchkata.checks import right

from . import reference


@right
class MasksAsNumbers:
    """Masks that are multiplied with, and a loop that stops counting."""

    class DynamicModel(nn.Module):
        def forward(self, x):
            positive = (x.mean() > 0).to(x.dtype)
            return positive * x.clamp(min=0) + (1 - positive) * torch.tanh(x)

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                large = (x.abs().amax() > self.limit).to(x.dtype)
                x = x / (1 + large)
            return x


@right
class ClosedForm:
    """The number of halvings from a logarithm, bounded on both sides."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            largest = x.detach().abs().max()
            steps = torch.log2(largest / self.limit).ceil().clamp(0, self.max_steps)
            return x * torch.exp2(-steps)
