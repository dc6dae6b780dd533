"""Mixed precision in the wrong order

amp_train_step runs without an error and returns a loss that looks right, but nothing got faster,
the model learns as if every gradient had the same length, one overflow turns all weights into NaN,
and the scaler's scale is the same after a thousand steps. Find out why, and repair it.

amp_train_step makes one training step in mixed precision:

    1. the forward and loss_fn(prediction, y), under autocast for device_type and dtype
    2. the backward of the scaled loss, outside of autocast
    3. clipping of the true gradients: the norm of all together is max_norm at most
    4. the step and the scaler's update

It returns the loss as a float, not scaled.

Rules
    - Gradients of earlier steps do not count. Before the first step there are none.
    - Where a gradient is not finite, no weight moves, and the scale goes down as the scaler has it.
    - The parameters stay float32. A scaler with enabled=False works as well.
    - The optimizer steers all parameters of the model, and the scaler is used for it alone.

Why it is asked: five calls have to come in one order, and most other orders run without an error.
An interviewer wants to hear what the gradients are multiplied by at each of them.

Example, once it is repaired
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.ones_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    >>> x, y = torch.full((4, 1), 2.0), torch.zeros(4, 1)  # the gradient is 8
    >>> amp_train_step(model, x, y, torch.nn.functional.mse_loss, optimizer, scaler, max_norm=10.0)
    4.0
    >>> round(model.weight.item(), 4)
    -1.0
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def amp_train_step(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_fn: Callable,
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    max_norm: float,
    device_type: str = "cpu",
    dtype: torch.dtype = torch.bfloat16,
) -> float:
    optimizer.zero_grad()
    prediction = model(x)
    with torch.autocast(device_type, dtype=dtype):
        loss = loss_fn(prediction, y)
    scaler.scale(loss).backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()
