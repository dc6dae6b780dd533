"""Same value, scaled gradient

Write a function that changes nothing in the forward pass, and multiplies the gradient by a factor
in the backward pass.

scale_gradient(x, factor) takes a floating tensor of any shape and a float. It returns a tensor with
the values of x, of the same shape and dtype. The gradient that arrives at the result reaches x
multiplied by factor. A negative factor reverses it, and 0 makes it zero.

Rules
    - For finite x of moderate size the values are those of x up to rounding.
    - Only what passes through the result is scaled. If x is used elsewhere too, before or after the
      call, those gradients reach x as they are.
    - With factor 0, backward runs and gives zeros, also when no other way leads to x. None or an
      error is not the same.
    - Applied twice, the factors multiply.
    - The scaled gradient can be differentiated again, and the same factor applies at every order:
      torch.autograd.gradgradcheck of the function alone passes with check_undefined_grad=False.
    - It works for tensors that do not require a gradient, and inside torch.no_grad.
    - Neither x and its requires_grad flag nor the gradient that comes in is changed in place.
      Whether the result shares memory with x is left open.

Why it is asked: reversing gradients is how one trains against a domain classifier, and scaling them
how heads that share a trunk are balanced. It can be done with a hook, a Function or one line with
detach, and each has a way to go wrong.

Example
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> y = scale_gradient(x, -0.5)
    >>> y.detach()
    tensor([1., 2.])
    >>> (y * torch.tensor([10.0, 20.0]) + x).sum().backward()
    >>> x.grad
    tensor([-4., -9.])
"""

import torch
from torch import Tensor


def scale_gradient(x: Tensor, factor: float) -> Tensor:
    raise NotImplementedError
