import torch
from torch import Tensor, nn


def score(x: Tensor, weight: Tensor, threshold: float) -> Tensor:
    scores = x @ weight
    scores = torch.where(scores > threshold, scores, 0.0)
    largest = scores.abs().amax()
    return scores / torch.where(largest == 0, 1.0, largest)  # decided in the graph


class RunningScale(nn.Module):
    running_scale: Tensor

    def __init__(self, dim: int, momentum: float = 0.1) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_scale", torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:  # a Python bool, which the compiler knows when it captures
            self.running_scale.lerp_(x.detach().abs().mean(dim=0), self.momentum)
        # A copy: the backward needs the scale as it is now, and the next call moves the buffer in place.
        return x / self.running_scale.clone()
