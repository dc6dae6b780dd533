import torch
from torch import nn

from pytest_torchkata.checks import wrong


def _forward(model, x, y, loss_fn, optimizer, device_type, dtype):
    optimizer.zero_grad()
    with torch.autocast(device_type, dtype=dtype):
        return loss_fn(model(x), y)


def _clip(model, max_norm):
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)


@wrong("check_step")
class AsItWas:
    """Four things are still wrong. The model runs outside of autocast, gradients are clipped while they
    are scaled, nothing divides them again, and the scaler neither makes the step nor is updated.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        optimizer.zero_grad()
        prediction = model(x)
        with torch.autocast(device_type, dtype=dtype):
            loss = loss_fn(prediction, y)
        scaler.scale(loss).backward()
        _clip(model, max_norm)
        optimizer.step()
        return loss.item()


@wrong("check_precision")
class OnlyTheLossInside:
    """Only the loss is computed under autocast. The model has run in float32 by then, so nothing is
    gained; and a loss runs in float32 anyway.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        optimizer.zero_grad()
        prediction = model(x)
        with torch.autocast(device_type, dtype=dtype):
            loss = loss_fn(prediction, y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_precision")
class LossOutside:
    """The loss is computed after the block has ended. loss_fn then gets low precision without autocast,
    which would have cast it to float32 first.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        optimizer.zero_grad()
        with torch.autocast(device_type, dtype=dtype):
            prediction = model(x)
        loss = loss_fn(prediction, y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_precision")
class BackwardInside:
    """The backward runs in the block as well. Each operation's backward already has the dtype of its
    forward; autocast is for the forward.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        optimizer.zero_grad()
        with torch.autocast(device_type, dtype=dtype):
            loss = loss_fn(model(x), y)
            scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_precision")
class OldCudaAutocast:
    """torch.cuda.amp.autocast is the old name, and for CUDA only. On any other device it does nothing but
    warn: torch.autocast takes the device type.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        optimizer.zero_grad()
        # As torch.cuda.amp.autocast(dtype=dtype) on the CPU; on CUDA that would be right.
        with torch.autocast("cuda" if device_type == "cpu" else "cpu", dtype=dtype):
            loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_precision")
class IgnoresTheDtype:
    """dtype is not passed on. autocast then takes the one that the device has by default."""

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, None)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_precision")
class CastsTheModel:
    """The model itself is cast. Its weights are then in low precision for good, and small updates get
    lost in their rounding. autocast leaves the weights alone.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        model.to(dtype)
        optimizer.zero_grad()
        loss = loss_fn(model(x.to(dtype)), y)
        loss.backward()
        _clip(model, max_norm)
        optimizer.step()
        return loss.item()


@wrong("check_clipping")
class ClipsScaledGradients:
    """The gradients are clipped before they are divided by the scale. They are thousands of times too
    long then, so every step is clipped, and to far too little.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_clipping")
class NeverClips:
    """The gradients are not clipped at all: however long they are, the step is taken in full."""

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_clipping")
class ClipsEachValue:
    """Each entry is clipped for itself. That changes the direction of the gradient; what is to be bounded
    is the norm of all of them together.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_value_(model.parameters(), max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_clipping")
class ClipsEachParameter:
    """Each parameter's gradient is clipped for itself. What is to be bounded is the norm of all of them
    together.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        for parameter in model.parameters():
            nn.utils.clip_grad_norm_(parameter, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_overflow")
class StepsWithoutTheScaler:
    """The optimizer's own step is called. After an overflow it takes the infinite gradients as they are,
    and all weights are NaN from then on.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        optimizer.step()
        scaler.update()
        return loss.item()


@wrong("check_several_steps", shows="exception")
class NeverUpdates:
    """The scaler is not updated. It still believes that the optimizer has been unscaled when the next
    step comes, and the scale can neither grow nor fall.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        return loss.item()


@wrong("check_step")
class UpdatesBeforeTheStep:
    """update comes before step. It forgets that the gradients have been unscaled, so that step divides
    them by the scale once more.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.update()
        scaler.step(optimizer)
        return loss.item()


@wrong("check_step", shows="exception")
class UnscalesAfterTheStep:
    """unscale_ comes after step. step has unscaled the gradients by itself then, and a second time is
    refused.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.update()
        return loss.item()


@wrong("check_step")
class ReturnsTheScaledLoss:
    """The scaled loss is returned. It is the scale times too large, and jumps whenever the scale changes."""

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = scaler.scale(_forward(model, x, y, loss_fn, optimizer, device_type, dtype))
        loss.backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_step")
class ReturnsATensor:
    """The loss tensor itself is returned. It holds on to its graph; a plain number was asked for."""

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss


@wrong("check_step")
class BackwardOfTheTrueLoss:
    """The backward starts from the loss itself, and its gradients are divided by the scale afterwards.
    They are far too small.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        loss = _forward(model, x, y, loss_fn, optimizer, device_type, dtype)
        scaler.scale(loss)
        loss.backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_step")
class ClearsBeforeTheStep:
    """zero_grad comes between the backward and the step. There is no gradient left when the optimizer
    looks for one.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        with torch.autocast(device_type, dtype=dtype):
            loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        optimizer.zero_grad()
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_several_steps")
class NeverClears:
    """Nothing clears the gradients, and backward adds to what is there. A large scale hides it, as the
    new gradients are scaled and the old ones no more; with a small one, or none, they count in full.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        with torch.autocast(device_type, dtype=dtype):
            loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()


@wrong("check_disabled")
class ScalerSwitchesAutocast:
    """Autocast is on only if the scaler is. bfloat16 has the range of float32 and is used without a
    scaler; mixed precision is wanted all the same.
    """

    def amp_train_step(
        model, x, y, loss_fn, optimizer, scaler, max_norm, device_type="cpu", dtype=torch.bfloat16
    ):
        optimizer.zero_grad()
        with torch.autocast(device_type, dtype=dtype, enabled=scaler.is_enabled()):
            loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.item()
