import torch
from torch import nn

from pytest_torchkata.checks import right

from . import reference


@right
class MaskAndMaximum:
    """masked_fill and a mask that is added to the divisor; a new tensor in the buffer's place."""

    def score(x, weight, threshold):
        scores = torch.mv(x, weight)
        scores = scores.masked_fill(scores <= threshold, 0)
        largest = scores.abs().max()
        return scores / (largest + (largest == 0))

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            if self.training:
                mean = x.detach().abs().mean(0)
                self.running_scale = (1 - self.momentum) * self.running_scale + self.momentum * mean
            return x / self.running_scale


@right
class Products:
    """A product with the mask; copy_ under no_grad."""

    def score(x, weight, threshold):
        scores = (x * weight).sum(-1)
        scores = scores * (scores > threshold)
        largest = torch.linalg.vector_norm(scores, ord=float("inf"))
        return scores / largest.masked_fill(largest == 0, 1)

    class RunningScale(nn.Module):
        def __init__(self, dim, momentum=0.1):
            super().__init__()
            self.register_buffer("running_scale", torch.ones(dim))
            self.rate = momentum

        def forward(self, x):
            if self.training:
                with torch.no_grad():
                    step = x.abs().mean(dim=0) - self.running_scale
                    self.running_scale.copy_(self.running_scale + self.rate * step)
            return x.div(self.running_scale)
