"""Custom autograd Function with three inputs

Write the affine map of a linear layer as a torch.autograd.Function, with a backward of your own.

    LinearFunction.apply(x, weight)          x @ weight transposed
    LinearFunction.apply(x, weight, bias)    the same, plus bias; bias may also be given as None

    x       (..., in)     any number of leading dimensions, none included; they may be empty
    weight  (out, in)
    bias    (out,)
    result  (..., out)

All are floating and of one dtype. backward gets grad_output, of the shape of the result, and
returns the gradients of x, weight and bias, each with the shape of its input.

Rules
    - Compute only the gradients that ctx.needs_input_grad asks for, and return None for the others:
      no matrix product is spent on a gradient that nobody wants.
    - x, weight and grad_output may be non-contiguous; grad_output may be expanded.
    - The gradients can be differentiated again: torch.autograd.gradgradcheck passes.
    - x and weight are kept through save_for_backward. So a backward that needs one of them raises
      if that one was changed in place after the forward.
    - Write the products yourself: without F.linear, nn.Linear and their bilinear relatives, and
      without the vjp functions of torch.

Why it is asked: it is the smallest backward with several inputs, and shows whether you can derive
gradients as matrix products, sum over what was broadcast, and know what ctx is for.

Example
    >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
    >>> weight = torch.tensor([[1.0, -1.0]], requires_grad=True)
    >>> bias = torch.tensor([10.0], requires_grad=True)
    >>> out = LinearFunction.apply(x, weight, bias)
    >>> out
    tensor([[9.],
            [9.],
            [8.]], grad_fn=<LinearFunctionBackward>)
    >>> out.backward(torch.tensor([[1.0], [0.0], [2.0]]))
    >>> weight.grad, bias.grad
    (tensor([[11., 16.]]), tensor([3.]))
"""

import torch
from torch import Tensor


class LinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        raise NotImplementedError
