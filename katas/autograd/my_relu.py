"""Custom autograd Function: MyReLU

Write ReLU as a torch.autograd.Function, with a backward of your own.

MyReLU.apply(x) takes a floating tensor of any shape, zero-dimensional and empty ones included. It
returns a new tensor of the same shape and dtype: negative entries become zero, minus infinity too,
and all other entries stay as they are. NaN stays NaN.

backward gets grad_out, the gradient of the result, and returns the gradient of x: grad_out where x
was positive, zero everywhere else. Where x was exactly zero, the gradient is zero.

Rules
    - It works in float16, bfloat16, float32 and float64, and the gradient has the dtype of x.
    - Neither x nor grad_out is changed in place.
    - The gradient can be differentiated again: torch.autograd.gradgradcheck passes away from zero.
    - If x is changed in place after the forward, backward either raises an error or still gives
      the right gradient. It never gives a wrong one in silence.
    - Without torch's own relu in any spelling, its relatives (relu6, leaky_relu, prelu, rrelu, elu,
      hardtanh) and F.threshold.

What the gradient is where x is NaN is left open, and grad_out is always finite.

Why it is asked: it shows that you know what a backward receives and returns, what
save_for_backward is for, and what happens at the kink.

Example
    >>> x = torch.tensor([-1.0, 0.0, 2.0, 3.0], requires_grad=True)
    >>> y = MyReLU.apply(x)
    >>> y
    tensor([0., 0., 2., 3.], grad_fn=<MyReLUBackward>)
    >>> y.backward(torch.tensor([10.0, 20.0, 30.0, -40.0]))
    >>> x.grad
    tensor([  0.,   0.,  30., -40.])
"""

import torch
from torch import Tensor


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_out: Tensor) -> Tensor:
        raise NotImplementedError
