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
    total = sum(len(x) for x, _ in micro_batches)
    losses = []
    optimizer.zero_grad()
    for x, y in micro_batches:
        with torch.autocast(x.device.type, dtype=torch.float16):
            loss = criterion(model(x), y) * (len(x) / total)  # its share of the mean over all samples
        scaler.scale(loss).backward()  # adds scaled gradients to scaled gradients
        losses.append(loss.detach())
    scaler.unscale_(optimizer)  # once for all of them: it also looks for NaN and infinity
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scale = scaler.get_scale()
    scaler.update()
    stepped = scaler.get_scale() >= scale  # it falls only if the step was left out
    if stepped and scheduler is not None:
        scheduler.step()
    return sum(loss.item() for loss in losses), stepped
