"""Find the module that made the NaN

Run model(*inputs) once, and return the dotted name of the first submodule that turns finite
inputs into an output with a NaN or an infinity in it.

    None      if no submodule does that, and the model itself does not
    "input"   if one of inputs is not finite already
    ""        if it is the model itself, that is, the arithmetic in its own forward

Names are those of named_modules(). Submodules count in the order in which they finish. So a
module is blamed before the container around it, and the container only for what it computes
itself. A module that gets a NaN or an infinity, and passes it on, is not blamed.

Rules
    - inputs are tensors of any dtype. Submodules are called with positional arguments. They
      return a tensor, or a tuple or a dict of tensors; what they get may be the same. No
      submodule writes to its input in place. A submodule may run more than once.
    - The model runs without gradients, and in the modes that it is in.
    - Afterwards the model is as it was: parameters, buffers, gradients, modes and hooks. The
      random state of torch is as it was, too. All of this also holds if the model raises; the
      exception goes through.
    - Without anomaly detection, which looks at gradients and not at outputs.

Why it is asked: a NaN in the loss says only that there was one somewhere. The search is a handful
of hooks, and whoever leaves them behind, or lets batch norm learn from the search, has a second
bug.

Example
    >>> class Log(torch.nn.Module):
    ...     def forward(self, x):
    ...         return x.log()
    >>> model = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Tanh(), Log()))
    >>> first_nonfinite(model, torch.tensor([1.0, -1.0]))
    '1.1'
    >>> print(first_nonfinite(model, torch.tensor([1.0, 2.0])))
    None
"""

from torch import Tensor, nn


def first_nonfinite(model: nn.Module, *inputs: Tensor) -> str | None:
    raise NotImplementedError
