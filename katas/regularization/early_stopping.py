"""Early stopping with restore

Write a class that says when to stop training, and keeps the best model.

    step(val_loss, model)  is called once per epoch, and returns True when training should stop,
                           else False: after patience epochs in a row without an improvement.
    restore(model)         puts the state of the best epoch into the model.
    best_loss              the lowest loss so far that counted as an improvement, a Python float;
                           infinity before the first
    best_epoch             the epoch that it was in, counted from 0 in calls of step; open before

A loss is an improvement if it is lower than best_loss by more than min_delta. The first finite loss
is one, and NaN never is.

Rules
    - patience is at least 1. The count starts anew with each improvement. What step returns after
      it has once returned True is left open.
    - val_loss is a Python float or a zero-dimensional tensor.
    - At each improvement the state dict of the model is remembered, buffers included, as a copy:
      what happens to the model afterwards does not change it. restore can be called several times,
      with training in between, and with another model of the same structure.
    - restore writes into the parameters that the model has: they stay the same objects, so that an
      optimiser still knows them. It changes no training mode.
    - Before the first improvement, restore raises RuntimeError.

Why it is asked: "stop when the validation loss goes up" stops at the first bad luck. Just as often
the best weights are said to be kept, and what is kept is the live model; or they are never loaded
back.

Example
    >>> model = torch.nn.Linear(1, 1)
    >>> stopping = EarlyStopping(patience=2)
    >>> for loss in [0.9, 0.5, 0.6, 0.7]:
    ...     _ = model.weight.data.fill_(loss)
    ...     print(stopping.step(loss, model), end=" ")
    False False False True
    >>> stopping.best_loss, stopping.best_epoch
    (0.5, 1)
    >>> stopping.restore(model)
    >>> model.weight.item()
    0.5
"""

from torch import nn


class EarlyStopping:
    best_loss: float
    best_epoch: int

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        raise NotImplementedError

    def step(self, val_loss: float, model: nn.Module) -> bool:
        raise NotImplementedError

    def restore(self, model: nn.Module) -> None:
        raise NotImplementedError
