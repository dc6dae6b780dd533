"""Log like TensorBoard

Write a training loop that reports to writer what a TensorBoard SummaryWriter would be told, and
return the number of optimizer steps.

writer has two methods, with the parameters of a SummaryWriter: add_scalar(tag, scalar_value,
global_step) and add_histogram(tag, values, global_step).

What to call, and when:

    add_scalar "train/loss"   the loss of this batch before its step, at steps 0, log_every,
                              2 * log_every and so on
    add_scalar "train/lr"     at the same steps: the learning rate that this step is taken with, of
                              the optimizer's first group
    add_scalar "epoch/loss"   after each epoch: its mean loss per sample, over all of its batches
    add_histogram             after each epoch, for every parameter with requires_grad: its name as
                              in named_parameters is the tag, its value then is the values

Steps are counted from 0 through all epochs. The global_step of "epoch/loss" and of the histograms
is the epoch, counted from 0.

Rules
    - loader is iterated over once per epoch and yields batches (x, y) of different sizes. It may
      have no length. loss_fn(prediction, y) returns the mean loss of the batch.
    - One optimizer step for every batch, with the gradient of that batch and no other. Gradients
      that the caller has left on the parameters must not count. Logging changes nothing about
      training.
    - Scalars are Python floats. The values of a histogram are a copy without a graph: a writer
      may look at them later, when training has gone on.
    - step() may change the learning rate, where something is hooked to it. "train/lr" is the rate
      from before the change.
    - Call nothing but these two methods; the caller closes the writer. Train or eval mode is the
      caller's business. With no epochs nothing is logged.

Why it is asked: a curve is read for weeks and its axis is trusted. Steps that start again in each
epoch, means of means, and tensors that keep a graph alive are found in many logging loops.

Example
    >>> class Printer:
    ...     def add_scalar(self, tag, scalar_value, global_step=None):
    ...         print(tag, scalar_value, global_step)
    ...     def add_histogram(self, tag, values, global_step=None):
    ...         print(tag, values.tolist(), global_step)
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> loader = [(torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(1, 1), torch.ones(1, 1))]
    >>> loss_fn = torch.nn.MSELoss()
    >>> train_with_logging(model, loader, optimizer, loss_fn, Printer(), epochs=2, log_every=3)
    train/loss 1.0 0
    train/lr 0.25 0
    epoch/loss 0.8125 0
    weight [[0.75]] 0
    train/loss 0.015625 3
    train/lr 0.25 3
    epoch/loss 0.05078125 1
    weight [[0.9375]] 1
    4
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn


def train_with_logging(
    model: nn.Module,
    loader: Iterable,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    writer: object,
    epochs: int,
    log_every: int = 1,
) -> int:
    raise NotImplementedError
