import torch
from torch import Tensor, nn


class CustomLayer(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(dim, dim) / dim**0.5)
        self.bias = nn.Parameter(torch.zeros(dim))
        self.scale = nn.Parameter(torch.tensor(2.0))  # learned
        self.register_buffer("running_mean", torch.zeros(dim))  # saved and moved, not learned

    def forward(self, x: Tensor) -> Tensor:
        out = (x @ self.weight + self.bias) * self.scale
        if self.training:
            # Without detach the buffer would hold on to the graph of every batch so far.
            self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
        return out
