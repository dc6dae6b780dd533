import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class FromMeans:
    """The variance as the mean of the squared differences, rsqrt, parameters registered as None."""

    class MyLayerNorm(nn.Module):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__()
            if isinstance(normalized_shape, int):
                normalized_shape = (normalized_shape,)
            self.normalized_shape = torch.Size(normalized_shape)
            self.eps = eps
            if elementwise_affine:
                self.weight = nn.Parameter(torch.ones(self.normalized_shape))
                self.bias = nn.Parameter(torch.zeros(self.normalized_shape))
            else:
                self.register_parameter("weight", None)
                self.register_parameter("bias", None)

        def forward(self, x):
            n = len(self.normalized_shape)
            assert x.shape[-n:] == self.normalized_shape, "shape mismatch"
            dims = [-(i + 1) for i in range(n)]
            mean = x.mean(dim=dims, keepdim=True)
            centred = x - mean
            var = centred.pow(2).mean(dim=dims, keepdim=True)
            out = centred * torch.rsqrt(var + self.eps)
            if self.weight is not None:
                out = self.weight * out + self.bias
            return out


@right
class Flattened:
    """The normalised dimensions are flattened into one, and restored."""

    class MyLayerNorm(nn.Module):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__()
            self.size = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
            self.eps, self.affine = eps, elementwise_affine
            if self.affine:
                self.weight = nn.Parameter(torch.ones(*self.size))
                self.bias = nn.Parameter(torch.zeros(*self.size))

        def forward(self, x):
            lead = x.dim() - len(self.size)
            if list(x.shape[lead:]) != self.size or lead < 0:
                raise RuntimeError("wrong shape")
            flat = x.reshape(*x.shape[:lead], -1)
            mean, var = flat.mean(-1, keepdim=True), flat.var(-1, unbiased=False, keepdim=True)
            flat = (flat - mean) / (var + self.eps) ** 0.5
            out = flat.reshape(x.shape)
            return out * self.weight + self.bias if self.affine else out
