"""Evaluate without bias

Write the evaluation of a classifier: run it over all batches of loader, without training it, and return
the pair (average loss per sample, accuracy), two floats. Accuracy is a share between 0 and 1.

loader yields batches (x, y): x with the samples along its first dimension, y (N,) int64, the classes.
It may be a DataLoader, a list or a generator. Batches differ in size; each holds at least one sample.
The model returns logits (N, C). criterion(logits, y) returns the mean loss of the batch.

evaluate and validate do the same. You meet both names, so write both; one may call the other.

Rules
    - Both averages are over the samples that the loader gave you, each counting once.
    - The model runs in eval mode, whatever mode it is in when you get it. The mode in which you leave it
      is up to you.
    - No gradients are recorded while it runs. Afterwards recording is on or off as it was before the
      call, also if the model raises an error.
    - Parameters, buffers, the gradients on the parameters and the random state do not change.
    - The loader yields tensors on the CPU. The model is on device already; x and y are not.
    - A loader that yields nothing raises ValueError.

Why it is asked: a validation number decides which model is kept. It is easily biased by the last, small
batch or by a forgotten eval(), and an evaluation that leaves traces changes the training after it.

Example
    >>> model = torch.nn.Identity()  # what comes in are the logits
    >>> a = torch.zeros(3, 2), torch.tensor([0, 0, 1])
    >>> b = torch.tensor([[0.0, 100.0]]), torch.tensor([0])
    >>> loss, accuracy = evaluate(model, [a, b], torch.nn.CrossEntropyLoss(), "cpu")
    >>> round(loss, 4), accuracy  # batch a has a mean of 0.6931, batch b of 100
    (25.5199, 0.5)
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn


def evaluate(
    model: nn.Module, loader: Iterable, criterion: Callable, device: torch.device | str
) -> tuple[float, float]:
    raise NotImplementedError


def validate(
    model: nn.Module, loader: Iterable, loss_fn: Callable, device: torch.device | str
) -> tuple[float, float]:
    raise NotImplementedError
