"""Mixed precision over several micro-batches

Take one optimizer step in float16 for a list of micro-batches: scale the loss, add up the
gradients, clip them, and leave the whole step out if any of them has overflowed.

    model          its parameters are float32, and stay so
    micro_batches  a list of at least one pair (x, y), of different sizes perhaps, all on one device
    criterion      criterion(model(x), y) is the mean loss of a micro-batch
    optimizer      steers all parameters of the model that require a gradient
    scaler         a torch.amp.GradScaler for that device, used for this optimizer alone
    scheduler      None, or a learning rate scheduler whose step belongs after each optimizer step
    max_norm       None, or what the norm of all gradients together is clipped to

It returns two things: the mean loss over all samples of all micro-batches, a float that is not
scaled, and whether the optimizer has stepped, a bool.

Rules
    - model and criterion run under autocast to float16 on the device of x, once for each
      micro-batch. The backward runs outside of it, and before the next micro-batch begins.
    - Every sample counts the same, however the micro-batches are cut. Gradients from before the
      call do not count.
    - What is clipped are the true gradients of all micro-batches together, once. Some parameters
      may be frozen.
    - If a gradient of any micro-batch holds NaN or infinity, there is no step at all: weights, the
      optimizer's state and the learning rate stay as they are. The scaler lowers its scale by its
      own rule; after good steps it may raise it. The next call goes on as if nothing had happened.
    - Any scaler: one with another growth_interval, or with enabled=False, with which every step is
      taken. Any optimizer: a fused one is called in any case, and leaves the step out by itself.
    - No loss is read as a number (item, float and the like) before the backward of the last
      micro-batch: every such read waits for the device.

Why it is asked: everybody knows the five calls for one batch. With accumulation each of them has
to be placed again, some inside the loop and some behind it, and the scaler does not say whether it
has made the step.

Example
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    >>> three, one = (torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(1, 1), 5 * torch.ones(1, 1))
    >>> amp_step(model, [three, one], torch.nn.MSELoss(), optimizer, scaler)  # (3 * 1 + 25) / 4
    (7.0, True)
    >>> model.weight.item()  # the gradient was (3 * -2 + -10) / 4
    1.0
    >>> bad = torch.full((1, 1), float("inf")), torch.ones(1, 1)
    >>> amp_step(model, [three, bad, one], torch.nn.MSELoss(), optimizer, scaler)
    (inf, False)
    >>> model.weight.item(), scaler.get_scale()
    (1.0, 512.0)
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def amp_step(
    model: nn.Module,
    micro_batches: list[tuple[Tensor, Tensor]],
    criterion: Callable,
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
    max_norm: float | None = None,
) -> tuple[float, bool]:
    raise NotImplementedError
