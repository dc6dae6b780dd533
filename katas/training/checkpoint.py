"""Save and load a training checkpoint

Write the two functions with which a training run survives the end of its process.

save_checkpoint writes one file with the state of the model and of the optimizer, the epoch, and the
best validation loss so far. load_checkpoint reads it back into a model and an optimizer that have just
been built, and returns the epoch and the loss, an int and a float. Training then goes on as if it had
never stopped.

Rules
    - In any other process, torch.load(path) must be able to read the file with its default arguments,
      which allow tensors and plain Python values only. best_val_loss may come as a float, a NumPy scalar
      or a zero-dimensional tensor.
    - load_checkpoint loads safely as well: code that somebody hid in a file does not run.
    - It also reads a file that was written on a machine with GPUs, where there are none: load to the CPU.
      From there the values go to wherever the model is.
    - It fills the parameters and buffers that the model has, so that the optimizer still steers them.
    - A file that does not fit the model, by a name or by a shape, raises an error.
    - Saving and loading leave the train or eval mode of every submodule as it is. Saving changes
      neither model nor random state.
    - path is a str or a Path. A file that is already there is replaced. The layout of the file is up to
      you.

Why it is asked: nearly everybody saves the weights, and many forget what else a run consists of. It
also shows whether you know what a pickle may do when it is loaded.

Example
    >>> def build():
    ...     model = torch.nn.Linear(2, 1)
    ...     return model, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    >>> model, optimizer = build()
    >>> save_checkpoint("last.pt", 3, model, optimizer, torch.tensor(0.25))
    >>> restored, its_optimizer = build()
    >>> load_checkpoint("last.pt", restored, its_optimizer)
    (3, 0.25)
    >>> torch.equal(restored.weight, model.weight)
    True
"""

from pathlib import Path

import torch
from torch import nn


def save_checkpoint(
    path: str | Path,
    epoch: int,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    best_val_loss: float,
) -> None:
    raise NotImplementedError


def load_checkpoint(
    path: str | Path, model: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    raise NotImplementedError
