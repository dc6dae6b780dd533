import torch
from torch import Tensor, nn


class MyLayerNorm(nn.Module):
    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
    ) -> None:
        super().__init__()
        self.shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.dims = tuple(range(-len(self.shape), 0))  # from the end: what stands in front is the batch
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None
        self.bias = nn.Parameter(torch.zeros(self.shape)) if elementwise_affine else None

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-len(self.shape) :] != self.shape:
            raise ValueError(f"expected (..., {self.shape}), got {tuple(x.shape)}")
        var, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
        x = (x - mean) / torch.sqrt(var + self.eps)
        if self.weight is None:
            return x
        return x * self.weight + self.bias
