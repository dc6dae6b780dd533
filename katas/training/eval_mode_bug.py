"""Validation that poisons training

fit runs without an error, and for a network of linear layers all its numbers are right. But a
model with dropout or batch norm learns something else after the first epoch, and even the first
validation loss is off. Find out why, and repair it.

fit trains for the given number of epochs, with one optimizer step for every batch of
train_batches. After each epoch it measures the validation loss, and returns these losses as a
list of Python floats, one for each epoch.

Both lists hold at least one batch (x, y), with the samples along the first dimension; batches
differ in size. loss_fn(prediction, y) returns the mean loss of the batch.

Rules
    - All training happens in train mode, all validation in eval mode, whatever mode the model is
      in when you get it.
    - The validation loss is the mean over the samples of val_batches, each counting once.
    - Validation records no gradients, and changes neither parameters nor buffers. After fit,
      recording of gradients is on, as it was before.
    - In which mode fit leaves the model is up to you. But with epochs = 0 it returns an empty
      list and leaves the mode alone.

Why it is asked: the mode is a switch that nobody sees. It is set in one place and read in
another, and every wrong setting gives numbers that look plausible.

Example, once it is repaired
    >>> norm = torch.nn.BatchNorm1d(1, affine=False)
    >>> model = torch.nn.Sequential(norm, torch.nn.Linear(1, 1, bias=False))
    >>> _ = torch.nn.init.ones_(model[1].weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    >>> train_batches = [(torch.tensor([[-2.0], [0.0], [2.0]]), torch.zeros(3, 1))]
    >>> val_batches = [(torch.tensor([[1.0]]), torch.zeros(1, 1))]
    >>> losses = fit(model, train_batches, val_batches, optimizer, torch.nn.MSELoss(), epochs=3)
    >>> [round(loss, 4) for loss in losses]  # running_var is 1.3, 1.57 and 1.813
    [0.7692, 0.6369, 0.5516]
"""

from collections.abc import Callable

import torch
from torch import nn


def fit(
    model: nn.Module,
    train_batches: list,
    val_batches: list,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    epochs: int,
) -> list[float]:
    model.train()
    losses = []
    for _ in range(epochs):
        for x, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in val_batches:
                total += loss_fn(model(x), y).item() * len(x)
                count += len(x)
            model.eval()
        losses.append(total / count)
    return losses
