"""A first custom Function: squaring

Write y = x ** 2 as a torch.autograd.Function, with a backward of your own.

MyFunc.apply(x) takes a floating tensor of any shape, zero-dimensional, empty and non-contiguous
ones included. It returns a new tensor with the squares, of the same shape and dtype.

backward gets grad_output, the gradient of the result, and returns the gradient of x: the slope of
the square at x, times grad_output.

Rules
    - It works in float16, bfloat16, float32 and float64, and the gradient has the dtype of x.
    - Neither x nor grad_output is changed in place.
    - x is kept through save_for_backward. So if x is changed in place after the forward, backward
      raises a RuntimeError instead of giving a wrong gradient in silence.
    - The gradient can be differentiated again: torch.autograd.gradgradcheck passes.

Why it is asked: it is the smallest Function that needs its input again. It shows whether you know
what ctx is for, what grad_output is, and why there is a method for saving tensors at all.

Example
    >>> x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    >>> y = MyFunc.apply(x)
    >>> y
    tensor([1., 4., 9.], grad_fn=<MyFuncBackward>)
    >>> y.backward(torch.tensor([1.0, 10.0, 100.0]))
    >>> x.grad
    tensor([  2., -40., 600.])
"""

import torch
from torch import Tensor


class MyFunc(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_output: Tensor) -> Tensor:
        raise NotImplementedError
