import contextlib
import math

import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class LooksAtTheGradients:
    """Whether there was a step follows from the gradients, once they are unscaled; gradients are cleared
    at both ends.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        model.zero_grad(set_to_none=False)
        sizes = [x.shape[0] for x, _ in micro_batches]
        mean = 0
        for (x, y), size in zip(micro_batches, sizes, strict=True):
            with torch.amp.autocast(device_type=x.device.type, dtype=torch.float16):
                output = model(x)
                loss = criterion(output, y)
            mean = mean + loss.detach() * size
            scaler.scale(loss * size / sum(sizes)).backward()
        scaler.unscale_(optimizer)
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        finite = all(bool(g.isfinite().all()) for g in grads)
        if max_norm:
            nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], max_norm)
        scaler.step(optimizer)
        scaler.update()
        if scheduler and finite:
            scheduler.step()
        optimizer.zero_grad(set_to_none=True)
        return float(mean / sum(sizes)), finite


@right
class DividesTheGradients:
    """Sums of losses go back, and the gradients are divided by the number of samples once they are whole;
    the norm tells whether they were finite, and unscale_ comes only where it is needed.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        optimizer.zero_grad()
        device = micro_batches[0][0].device
        total, summed = 0, torch.zeros((), device=device)
        for x, y in micro_batches:
            with torch.autocast(device.type, torch.float16):
                loss = criterion(model(x), y)
            total += len(y)
            summed += loss.detach() * len(y)
            scaler.scale(loss * len(y) / 8).backward()
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad.mul_(8 / total)
        if max_norm is not None:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm)
        old = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        skipped = old > scaler.get_scale()
        with contextlib.suppress(AttributeError):
            if not skipped:
                scheduler.step()
        mean = (summed / total).item()
        return (mean if not math.isnan(mean) else math.nan), not skipped
