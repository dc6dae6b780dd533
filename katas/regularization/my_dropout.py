"""Inverted dropout

Write dropout as a module, for finite floating tensors x of any shape, empty ones too.

    In training  each element is set to zero with probability p, independently of all others; the
                 others are divided by 1 - p.
    In eval      x comes back as it is, bit for bit.

Rules
    - Every call in training draws a new mask. The gradient of x is masked and divided in the same way
      as x.
    - p = 0 changes nothing. p = 1 gives zeros, and no NaN in the gradient either.
    - The result has the shape, the dtype and the device of x: bfloat16 stays bfloat16.
    - The mode is that of the module, as train() and eval() of a model around it set it.
    - Randomness is torch's: after torch.manual_seed(s) the same mask comes again.
    - p outside [0, 1] raises ValueError in the constructor.
    - x is not changed. The module has no parameters and adds nothing to the state dict.
    - Without torch's dropout, in any of its forms.

Why it is asked: five lines that show whether you know why the survivors are scaled and not the
evaluation, and what train() and eval() do.

Example
    >>> dropout = MyDropout(p=0.25)
    >>> y = dropout(torch.full((1000,), 3.0))
    >>> y.unique()
    tensor([0., 4.])
    >>> dropout.eval()(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
"""

from torch import Tensor, nn


class MyDropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
