import torch
from torch import Tensor, nn


class DynamicModel(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        # The condition has no dimensions: one decision for all of x, and taken in the graph.
        return torch.where(x.mean() > 0, torch.relu(x), torch.tanh(x))


class RepeatUntilSmall(nn.Module):
    def __init__(self, limit: float = 1.0, max_steps: int = 8) -> None:
        super().__init__()
        self.limit = limit
        self.max_steps = max_steps

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.max_steps):  # known to Python: the loop is unrolled
            x = torch.where(x.abs().max() > self.limit, x / 2, x)
        return x
