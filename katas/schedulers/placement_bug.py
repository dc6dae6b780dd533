"""Stepped at the wrong time

train runs without an error, but the rates are not those of the schedule: the first one is never
used, a schedule made for batches hardly gets anywhere, and the plateau scheduler reacts to a wrong
number. Find out why, and repair it.

train goes over loader for the given number of epochs, with one optimizer step for every batch
(x, y), and returns the learning rates of the first parameter group that these steps have used: a
list with one float per step.

    batch_scheduler   made for batches: its step() is called after every optimizer step
    epoch_scheduler   made for epochs: its step() is called once at the end of every epoch
    plateau           its step(metric) is called at the end of every epoch, after that of
                      epoch_scheduler, with what validate(model) returns after the epoch's last step
    validate          returns one number, a float. It brings its own data along. It is called once
                      per epoch if there is a plateau scheduler, and otherwise not at all.

Rules
    - Any of these four may be None, in any combination; with a plateau scheduler there is always a
      validate. The schedulers belong to the optimizer, and nothing else sets the rate.
    - The model is in train mode for every training batch, whatever mode it is in when you get it.
      validate may leave it in eval mode.
    - Each step uses the gradient of its own batch and no other. Gradients that the caller has left
      on the parameters must not count.
    - loader can be iterated over once per epoch. It need not have a length.

Why it is asked: where a scheduler steps depends on which one it is. In most wrong places the loop
runs on without an error, and only the rates tell.

Example, once it is repaired
    >>> model = torch.nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    >>> loader = [(torch.zeros(2, 1), torch.zeros(2, 1))] * 2
    >>> halve = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> train(model, loader, torch.nn.MSELoss(), optimizer, epochs=3, epoch_scheduler=halve)
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn


def train(
    model: nn.Module,
    loader: Iterable,
    loss_fn: Callable,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    batch_scheduler: object | None = None,
    epoch_scheduler: object | None = None,
    plateau: object | None = None,
    validate: Callable[[nn.Module], float] | None = None,
) -> list[float]:
    rates = []
    model.train()
    for _ in range(epochs):
        if batch_scheduler is not None:
            batch_scheduler.step()
        if epoch_scheduler is not None:
            epoch_scheduler.step()
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
        if plateau is not None:
            plateau.step(loss.item())
    return rates
