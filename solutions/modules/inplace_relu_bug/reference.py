import torch
from torch import Tensor, nn


class PreActBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, dim)
        self.fc2 = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        out = torch.relu(x)  # a new tensor: x is needed again, and it is the caller's
        out = self.fc1(out)
        out = torch.relu_(out)  # nobody else has the output of fc1, nor does its backward need it
        out = self.fc2(out)
        return x + out
