"""Six activations by hand

Write six activation functions out of exp and its relatives, erf, comparisons and arithmetic. x is a
floating tensor of any shape, zero-dimensional and empty ones included; each function works on its
elements and returns a tensor of its shape and dtype.

    relu        x where x > 0, otherwise 0
    leaky_relu  x where x > 0, otherwise negative_slope * x; the slope is any number, also above one
                or negative
    sigmoid     1 / (1 + exp(-x))
    tanh        (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    silu        x * sigmoid(x)
    gelu        x * P(Z <= x) for a standard normal Z: the exact form with erf, not that with tanh

Rules
    - Gradients are the true derivatives. At zero, and at -0.0, that is 0.25 for sigmoid, 1 for tanh
      and 0.5 for silu and gelu; relu has 0 there, and leaky_relu's is left open.
    - Values and gradients are right and finite for x of magnitude 1000. x itself is always finite.
    - x is left as it was.
    - Without torch's own activations in any of their forms: relu, leaky_relu, prelu, elu, sigmoid,
      tanh, silu, gelu, softplus, softmax, threshold, hardtanh and their relatives.

Why it is asked: the formulas are short, and typed in as they stand three of them give NaN far out,
some of them in the gradient only. And max(slope * x, x) is no LeakyReLU for every slope.

Example
    >>> x = torch.tensor([-1000.0, -0.75, 0.0, 2.0], requires_grad=True)
    >>> sigmoid(x).detach()
    tensor([0.0000, 0.3208, 0.5000, 0.8808])
    >>> gelu(x).detach()
    tensor([-0.0000, -0.1700,  0.0000,  1.9545])
    >>> tanh(x).sum().backward()
    >>> x.grad
    tensor([0.0000, 0.5966, 1.0000, 0.0707])
"""

from torch import Tensor


def relu(x: Tensor) -> Tensor:
    raise NotImplementedError


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    raise NotImplementedError


def sigmoid(x: Tensor) -> Tensor:
    raise NotImplementedError


def tanh(x: Tensor) -> Tensor:
    raise NotImplementedError


def silu(x: Tensor) -> Tensor:
    raise NotImplementedError


def gelu(x: Tensor) -> Tensor:
    raise NotImplementedError
