"""A context manager that puts the mode back

Write evaluating, for use as

    with evaluating(model) as m:
        ...

where m is model. Inside the block every submodule is in eval mode, the model itself included, and
no gradients are recorded. After it, everything is as it was before.

Rules
    - Each submodule gets back the flag that it had itself when the block was entered. One that was
      in eval mode on purpose, such as a frozen batch norm, still is; one that was in train mode is
      again. That holds whatever the block has done to the flags, and for a submodule that is in
      several places of the model, too.
    - The recording of gradients is on or off again as before the block. Inside of no_grad it stays
      off.
    - The same is true if the block raises, and the exception reaches the caller.
    - Calling evaluating does nothing yet; entering the block does.
    - Blocks nest, with the same model and with different ones.
    - requires_grad of the parameters does not change, not even inside the block.

Why it is asked: model.eval() at the beginning and model.train() at the end is what everybody
writes. It is wrong for every model of which a part is frozen, and after every error.

Example
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout().eval())
    >>> with evaluating(model) as m:
    ...     m is model, [layer.training for layer in m], m(torch.ones(1, 2)).requires_grad
    (True, [False, False], False)
    >>> model.training, [layer.training for layer in model]
    (True, [True, False])
"""

from contextlib import AbstractContextManager

import torch
from torch import nn


def evaluating(model: nn.Module) -> AbstractContextManager[nn.Module]:
    raise NotImplementedError
