import torch
from torch import Tensor, nn


class MyDropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be in [0, 1], got {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self.p == 1:
            return x * 0  # 0 / (1 - p) would be NaN
        return x * self._keep(x) / (1 - self.p)

    def _keep(self, x: Tensor) -> Tensor:
        # Booleans, so that the product has the dtype of x.
        return torch.rand_like(x) >= self.p
