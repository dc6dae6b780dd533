"""Vector-Jacobian products and the Jacobian

The Jacobian of a function f of a tensor x holds the derivative of every output element with respect
to every element of x. Reverse mode never builds it: one backward gives one product of a vector with
it, from the left.

vjp(f, x, v)     the gradient of sum(v * f(x)) with respect to x, of the shape of x
jacobian(f, x)   all derivatives, of shape (*f(x).shape, *x.shape): the output's indices come first

f takes a tensor like x and returns a tensor. x is floating, of any shape, zero-dimensional and
non-contiguous ones included. f(x) has the dtype of x and any shape, zero-dimensional too if x is
not, and v has the shape and dtype of f(x). No tensor here is empty. f may be called more than once.

Rules
    - Outputs that do not depend on x have derivative zero. f may ignore x altogether, and return a
      constant.
    - The caller's x is left as it was: its values, its requires_grad flag and its .grad. x may
      require a gradient or not, and may itself have been computed from other tensors.
    - f may use parameters of modules. They get no .grad.
    - The results carry no graph: they do not require a gradient.
    - Both work inside torch.no_grad as well, and leave the recording of gradients on or off, as it
      was.
    - Use torch.autograd.grad or backward. Not allowed are torch.autograd.functional (jacobian, vjp,
      jvp, hessian) and torch.func (jacrev, jacfwd, vjp, jvp, hessian).

Why it is asked: "what does backward need a gradient argument for?" has the answer v. It is often
said that backward computes Jacobian-vector products; those belong to forward mode. Reverse mode
computes vector-Jacobian products: a row of weights for the outputs goes in, a gradient for the
inputs comes out.

Example
    >>> matrix = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> x = torch.tensor([1.0, 1.0, 2.0])
    >>> vjp(lambda x: matrix @ x**2, x, torch.tensor([1.0, 10.0]))
    tensor([ 82., 104., 252.])
    >>> jacobian(lambda x: matrix @ x**2, x)
    tensor([[ 2.,  4., 12.],
            [ 8., 10., 24.]])
"""

from collections.abc import Callable

import torch
from torch import Tensor


def vjp(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Tensor:
    raise NotImplementedError


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    raise NotImplementedError
