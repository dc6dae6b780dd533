import math

import torch

from pytest_torchkata.checks import right


@right
class Masks:
    """Masks instead of where, tanh from sigmoid, sigmoid as exp of a logarithm."""

    def relu(x):
        return x * (x > 0)

    def leaky_relu(x, negative_slope=0.01):
        out = x.clone()
        negative = x < 0
        out[negative] = negative_slope * x[negative]
        return out

    def sigmoid(x):
        return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))

    def tanh(x):
        return 2 * Masks.sigmoid(2 * x) - 1

    def silu(x):
        return Masks.sigmoid(x) * x

    def gelu(x):
        return x * 0.5 * torch.special.erfc(-x / math.sqrt(2))


@right
class ClampedExponents:
    """Both branches of where are made safe by clamping their exponents."""

    def relu(x):
        return x.masked_fill(x <= 0, 0.0)

    def leaky_relu(x, negative_slope=0.01):
        return torch.where(x >= 0, x, x * negative_slope)

    def sigmoid(x):
        small = torch.where(x >= 0, 0.0, x)
        large = torch.where(x >= 0, x, 0.0)
        return torch.where(x >= 0, 1 / (1 + torch.exp(-large)), small.exp() / (1 + small.exp()))

    def tanh(x):
        safe = x.clamp(-20, 20)
        a, b = torch.exp(safe), torch.exp(-safe)
        return (a - b) / (a + b)

    def silu(x):
        return x / (1 + torch.exp(-x.clamp(min=-80)))

    def gelu(x):
        return 0.5 * x * (1.0 + torch.erf(x * (1 / math.sqrt(2.0))))
