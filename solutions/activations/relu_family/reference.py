import torch
from torch import Tensor


def relu(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, negative_slope * x)


def sigmoid(x: Tensor) -> Tensor:
    z = torch.exp(_minus_magnitude(x))  # at most 1
    return torch.where(x > 0, 1 / (1 + z), z / (1 + z))


def tanh(x: Tensor) -> Tensor:
    t = torch.expm1(2 * _minus_magnitude(x))  # between -1 and 0, and exact near 0
    return torch.where(x > 0, -t / (t + 2), t / (t + 2))


def silu(x: Tensor) -> Tensor:
    return x * sigmoid(x)


def gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x / 2**0.5))


def _minus_magnitude(x: Tensor) -> Tensor:
    # Not -x.abs(), whose slope at 0 is 0: the gradients of sigmoid and tanh would vanish there.
    return torch.where(x > 0, -x, x)
