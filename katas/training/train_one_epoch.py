"""The training loop

Write one epoch of training: one pass over loader, with one optimizer step for every batch. Return the
average loss per sample, as a float.

loader yields batches (x, y), two tensors with the samples of the batch along their first dimension. It
may be a DataLoader, a list or a generator, and it yields at least one batch. Batches may differ in
size: the last one is often smaller. loss_fn(prediction, y) returns the mean loss of the batch.

Rules
    - The model trains in train mode, whatever mode it is in when you get it.
    - The loader yields tensors on the CPU. The model is on device already; x and y are not.
    - Each step uses the gradient of its own batch and no other. Gradients that are left on the
      parameters from before the call must not count.
    - Call the model, not its forward method, so that its hooks run. Use every batch once, in order.
    - The average is over the samples that the loader gave you. Each counts once, with the loss that
      its batch had before the step.
    - Do not keep the graphs of earlier batches alive: an epoch may have a million of them.

Why it is asked: it is the loop that everybody has written, so every missing line shows. Most of the
mistakes raise no error; they only make the model worse, or the number that you report wrong.

Example
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> batches = [(torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(1, 1), torch.ones(1, 1))]
    >>> train_one_epoch(model, batches, optimizer, torch.nn.MSELoss(), "cpu")  # losses 1 and 0.25
    0.8125
    >>> model.weight.item()
    0.75
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn


def train_one_epoch(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    device: torch.device | str,
) -> float:
    raise NotImplementedError
