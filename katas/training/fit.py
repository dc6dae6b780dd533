"""A complete fit function

Write the function that trains a classifier: it moves the model to device, and then alternates one
epoch of training and one pass of validation.

It returns a dict of three lists with one Python float per epoch, each an average over samples:

    "train_loss"   the losses that the batches had before their steps
    "val_loss"     the validation loss after the training of the epoch
    "val_acc"      the share of validation samples that are classified right, between 0 and 1

Both loaders yield batches (x, y) of different sizes: x with the samples along its first
dimension, y (N,) int64. They can be iterated over again and again, may shuffle anew each time,
and may have no length. The model returns logits (N, C). loss_fn(logits, y) returns the mean loss
of the batch.

Rules
    - Training runs in train mode, with one optimizer step for every batch and the gradient of
      that batch alone. Validation runs in eval mode and records no gradients.
    - Where max_grad_norm is given, a positive number, and the norm of the gradients of all
      parameters of the model together is larger, all of them are scaled down by one factor before
      the step, so that their norm is max_grad_norm. Smaller gradients stay as they are.
    - Each loader is iterated over exactly once per epoch, and its batches are used in order.
    - A training loss that is NaN or infinite raises RuntimeError before its step: the parameters
      stay as the step before has left them. The message names the number of the epoch and that of
      the batch in it, each counted from 0 or from 1.
    - The batches are on the CPU and have to be moved to device. The optimizer was built before
      and steers the parameters of the model: they have to stay the same objects.
    - With epochs = 0 the three lists are empty. The mode in which the model is left is up to you.
    - You may write helper functions, or use your own from other exercises.

Why it is asked: it is the whole workflow on one page. An interviewer looks at the order of the
lines, at what is averaged over what, and at what happens on the day the loss is NaN.

Example
    >>> model = torch.nn.Linear(1, 2)
    >>> for parameter in model.parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    >>> batches = [(torch.tensor([[-1.0], [1.0]]), torch.tensor([0, 1]))]
    >>> history = fit(model, batches, batches, optimizer, torch.nn.CrossEntropyLoss(), "cpu", 2)
    >>> {name: [round(value, 4) for value in values] for name, values in history.items()}
    {'train_loss': [0.6931, 0.3133], 'val_loss': [0.3133, 0.1946], 'val_acc': [1.0, 1.0]}
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn


def fit(
    model: nn.Module,
    train_loader: Iterable,
    val_loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    device: torch.device | str,
    epochs: int,
    max_grad_norm: float | None = None,
) -> dict[str, list[float]]:
    raise NotImplementedError
