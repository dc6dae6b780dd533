"""Gradient accumulation that equals the big batch

Train with large batches on a device that holds only small ones: add up the gradients of several
micro-batches, and take one optimizer step for all of them.

accumulated_step takes one step for a list of at least one micro-batch (x, y). Its gradient is
that of the mean loss over all samples of all micro-batches, as if they were one big batch. It
returns this mean, computed before the step, as a Python float.

train_with_accumulation goes once over loader, which yields micro-batches and may be a generator.
It takes accumulation_steps of them at a time as one group, one step for each group, and also for
the last group, which may be incomplete. It returns the number of steps.

Rules
    - Micro-batches differ in size, and every sample counts the same: each group is averaged over
      the samples that it holds. loss_fn(prediction, y) returns the mean loss of a micro-batch.
    - Only the samples of the group count: neither gradients from before the call nor those of the
      group before. Some parameters may be frozen.
    - Where max_norm is given, a positive number, the gradients of a group are clipped once,
      before its step: if the norm of all of them together is above max_norm, all are scaled down
      to it.
    - Each micro-batch goes through the model by itself, and its graph is freed before the next
      one goes through. Do not put tensors together with cat or stack or their relatives (concat,
      concatenate, vstack, hstack).
    - The model has no batch norm, whose statistics are those of a micro-batch in any case.

Why it is asked: the usual loop divides by the number of micro-batches, which is right only if
they are of equal size, and it forgets the batches that are left when the loader ends.

Example
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> three, one = (torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(1, 1), 5 * torch.ones(1, 1))
    >>> accumulated_step(model, optimizer, torch.nn.MSELoss(), [three, one])  # (3 * 1 + 25) / 4
    7.0
    >>> model.weight.item()  # the gradient was (3 * -2 + -10) / 4
    1.0
    >>> train_with_accumulation(model, [three, one, three], optimizer, torch.nn.MSELoss(), 2)
    2
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn


def accumulated_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    micro_batches: list[tuple[Tensor, Tensor]],
) -> float:
    raise NotImplementedError


def train_with_accumulation(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    accumulation_steps: int,
    max_norm: float | None = None,
) -> int:
    raise NotImplementedError
