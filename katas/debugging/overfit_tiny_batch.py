"""Can it overfit five examples?

A model that cannot learn a handful of examples by heart has a bug. Write the check that is run
before any long training: train a copy of the model on one small batch (x, y), with Adam, for the
given number of steps, and return

    (the loss before the first step, the loss after the last one)

as two floats. Both are measured on the batch, in eval mode and without gradients.

loss_fn(prediction, y) returns the loss, a tensor of one element.

Rules
    - The steps are taken in train mode, one forward and backward pass each, with torch.optim.Adam
      at the rate lr and otherwise its defaults.
    - The model passed in keeps its weights, buffers, gradients, flags and modes, where each
      submodule has a mode of its own. Gradients that it holds must not count.
    - Parameters that are frozen in the model are frozen in the copy. If nothing is trainable, no
      step is taken and the two losses are equal. They are equal for steps=0 as well.

Why it is asked: it is the cheapest test of a training loop, and it is easily set up so that it
tells nothing. At the usual rate of 1e-3 a healthy model is often nowhere near zero after 200
steps, as below; with dropout active the loss is never that of the model.

Example
    >>> model = torch.nn.Linear(2, 2)
    >>> for parameter in model.parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> x, y, loss_fn = torch.eye(2), torch.tensor([0, 1]), torch.nn.CrossEntropyLoss()
    >>> [round(loss, 2) for loss in overfit_tiny_batch(model, loss_fn, x, y)]
    [0.69, 0.08]
    >>> [round(loss, 2) for loss in overfit_tiny_batch(model, loss_fn, x, y, lr=1e-3)]
    [0.69, 0.52]
"""

from collections.abc import Callable

from torch import Tensor, nn


def overfit_tiny_batch(
    model: nn.Module, loss_fn: Callable, x: Tensor, y: Tensor, steps: int = 200, lr: float = 1e-2
) -> tuple[float, float]:
    raise NotImplementedError
