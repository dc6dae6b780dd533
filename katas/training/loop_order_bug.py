"""The five lines in the wrong order

train runs without an error and returns losses, but the model learns badly: some batches do not count at
all, and others count more than once. Find out why, and repair it.

train goes over loader for the given number of epochs, with one optimizer step for every batch (x, y),
and returns the loss of every batch as a list of Python floats: epochs times the number of batches.

Rules
    - Each step uses the gradient of its own batch and no other. Gradients that the caller has left on the
      parameters must not count.
    - The loss of a batch is the one computed before its step.
    - Only the parameters that the optimizer was given move.
    - loader can be iterated over once per epoch. Train or eval mode is the caller's business.

Why it is asked: the loop has five steps, and in most wrong orders they run without an error; only the
numbers tell. An interviewer wants to hear what each step reads and what it changes.

Example, once it is repaired
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> loader = [(torch.ones(1, 1), torch.ones(1, 1))]
    >>> train(model, loader, optimizer, torch.nn.MSELoss(), epochs=3)
    [1.0, 0.25, 0.0625]
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn


def train(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    epochs: int,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        for step, (x, y) in enumerate(loader):
            loss = loss_fn(model(x), y)
            loss.backward()
            if step == 0:
                optimizer.zero_grad()
            optimizer.step()
            losses.append(loss.item())
    return losses
