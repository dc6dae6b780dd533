import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class ClearsAtTheEnd:
    """The gradients are cleared after the update; a loss that is left in a variable of its own."""

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        with torch.amp.autocast(device_type=device_type, dtype=dtype):
            prediction = model(x)
            loss = loss_fn(prediction, y)
        value = float(loss.detach())
        scaled = scaler.scale(loss)
        scaled.backward()
        scaler.unscale_(optimizer)
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(parameters, max_norm=max_norm)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        return value


@right
class ClearsBeforeTheBackward:
    """The model's gradients are cleared, between the forward and the backward."""

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        with torch.autocast(device_type, dtype):
            loss = loss_fn(model(x), y)
        model.zero_grad(set_to_none=False)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()
