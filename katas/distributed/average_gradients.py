"""Data parallelism by hand

Write what DistributedDataParallel does for you, with torch.distributed on a process group that is
already initialised (gloo; every rank runs the same code on its own shard of the batch).

broadcast_model(model, src)
    Afterwards the parameters and buffers of every rank equal those of rank src. Parameters stay the
    same objects.

average_gradients(model)
    Replaces every gradient by its mean over the ranks. A parameter that has a gradient on some rank but
    not on all counts as zero where it has none, and has the mean everywhere afterwards. A parameter
    without a gradient on any rank keeps grad None.

train_step(model, x, y, loss_fn, optimizer)
    One step on the local shard: clear the gradients, forward, loss_fn(model(x), y), backward, average,
    update. Returns the loss averaged over the ranks, as a float. With shards of equal size and a loss
    that is a mean over samples, the weights become what one process on the whole batch would get.

Rules
    - Every rank makes the same collective calls in the same order, whatever its shard is like: a call
      that only one rank makes waits for ever.
    - Without DistributedDataParallel, DataParallel or FSDP.

Why it is asked: everybody uses DDP, and the question is whether you know what it sends, when, and why
a branch that only one rank takes can hang a whole training run.

Example, for a group of one process
    >>> import tempfile, torch.distributed as dist
    >>> dist.init_process_group("gloo", init_method=f"file://{tempfile.mktemp()}", rank=0, world_size=1)
    >>> model = torch.nn.Linear(2, 1, bias=False)
    >>> with torch.no_grad():
    ...     _ = model.weight.copy_(torch.tensor([[1.0, -1.0]]))
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    >>> x, y = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.zeros(2, 1)
    >>> train_step(model, x, y, torch.nn.functional.mse_loss, optimizer)
    2.5
    >>> model.weight.data
    tensor([[0.5000, 1.0000]])
    >>> dist.destroy_process_group()
"""

from typing import Callable

import torch
import torch.distributed as dist
from torch import Tensor, nn


def broadcast_model(model: nn.Module, src: int = 0) -> None:
    raise NotImplementedError


def average_gradients(model: nn.Module) -> None:
    raise NotImplementedError


def train_step(
    model: nn.Module, x: Tensor, y: Tensor, loss_fn: Callable, optimizer: torch.optim.Optimizer
) -> float:
    raise NotImplementedError
