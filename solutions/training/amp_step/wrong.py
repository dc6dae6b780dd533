import torch
from torch import nn

from pytest_torchkata.checks import wrong


def _autocast(x):
    return torch.autocast(x.device.type, dtype=torch.float16)


def _total(micro_batches):
    return sum(len(x) for x, _ in micro_batches)


def _accumulate(model, micro_batches, criterion, optimizer, scaler):
    total, losses = _total(micro_batches), []
    optimizer.zero_grad()
    for x, y in micro_batches:
        with _autocast(x):
            loss = criterion(model(x), y) * (len(x) / total)
        scaler.scale(loss).backward()
        losses.append(loss.detach())
    return losses


def _clip(model, max_norm):
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)


def _finish(model, optimizer, scaler, scheduler, max_norm):
    scaler.unscale_(optimizer)
    _clip(model, max_norm)
    return _step(optimizer, scaler, scheduler)


def _step(optimizer, scaler, scheduler):
    scale = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    stepped = scaler.get_scale() >= scale
    if stepped and scheduler is not None:
        scheduler.step()
    return stepped


def _mean(losses):
    return sum(loss.item() for loss in losses)


@wrong("check_several", shows="exception")
class UnscalesEveryMicroBatch:
    """unscale_ is called for each micro-batch. It may be called once between two updates, and the
    next micro-batch would add scaled gradients to unscaled ones.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            _clip(model, max_norm)
            losses.append(loss.detach())
        return _mean(losses), _step(optimizer, scaler, scheduler)


@wrong("check_several")
class UnscalesTheFirstOnly:
    """unscale_ comes after the first micro-batch. The gradients of all others are added with the scale
    still in them, and nothing takes it out again.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            if not losses:
                scaler.unscale_(optimizer)
            losses.append(loss.detach())
        _clip(model, max_norm)
        return _mean(losses), _step(optimizer, scaler, scheduler)


@wrong("check_several", shows="exception")
class UpdatesEveryMicroBatch:
    """update is called for each micro-batch. It ends an iteration of the scaler, in which gradients must
    have been unscaled, and a scale that changes in between would mix gradients of different scales.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            scaler.update()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_several")
class StepsEveryMicroBatch:
    """Each micro-batch gets a step of its own. The point of adding gradients up is one step for all."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses, stepped = _total(micro_batches), [], True
        for x, y in micro_batches:
            optimizer.zero_grad()
            with _autocast(x):
                loss = criterion(model(x), y)
            scaler.scale(loss).backward()
            losses.append(loss.detach() * (len(x) / total))
            stepped = _finish(model, optimizer, scaler, scheduler, max_norm) and stepped
        return _mean(losses), stepped


@wrong("check_several")
class ClearsEveryMicroBatch:
    """zero_grad is inside the loop, so each micro-batch throws away the gradients of those before it."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        for x, y in micro_batches:
            optimizer.zero_grad()
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_several")
class DividesByTheirNumber:
    """Each loss is divided by the number of micro-batches. Where they differ in size, the samples of a
    small one count more.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) / len(micro_batches)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_several")
class AddsMeansUp:
    """The mean losses are added up as they are. The gradient is that of their sum, several times too
    large.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y)
            scaler.scale(loss).backward()
            losses.append(loss.detach() * (len(x) / total))
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_several")
class ReturnsTheLastLoss:
    """The loss that is returned is that of the last micro-batch. Asked for is the mean over all samples."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total = _total(micro_batches)
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y)
            scaler.scale(loss * (len(x) / total)).backward()
        return loss.item(), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_one_micro_batch")
class ReturnsTheScaledLoss:
    """The scaled loss is returned. It is the scale times too large, and jumps when the scale changes."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        losses = [scaler.scale(loss) for loss in losses]
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_one_micro_batch")
class ReturnsATensor:
    """The loss is returned as a tensor. A plain number was asked for."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        return sum(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_one_micro_batch")
class BackwardOfTheTrueLoss:
    """The backward starts from the loss itself, and the gradients are divided by the scale afterwards.
    They are far too small.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            loss.backward()
            losses.append(loss.detach())
        scaler.scale(loss.detach())  # the scaler wants to have seen one
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_one_micro_batch")
class AsksTheStep:
    """The return value of scaler.step is taken for the answer. It is what optimizer.step returns, and
    that is None without a closure, step or no step.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        stepped = scaler.step(optimizer) is not None
        scaler.update()
        if stepped and scheduler is not None:
            scheduler.step()
        return _mean(losses), stepped


@wrong("check_stale_gradients")
class NeverClears:
    """Nothing clears the gradients, and backward adds to what is there. A large scale hides it, because
    what is old is divided by it; with a small one it counts.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_stale_gradients")
class ClearsAtTheEnd:
    """The gradients are cleared after the step only. What somebody else has left there before the first
    call counts.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        stepped = _finish(model, optimizer, scaler, scheduler, max_norm)
        optimizer.zero_grad()
        return _mean(losses), stepped


@wrong("check_precision")
class DefaultDtype:
    """autocast is not told its dtype. The default depends on the device: on the CPU it is bfloat16."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            # The CPU's default, on every device: CUDA's own would be right.
            with torch.autocast(x.device.type, dtype=torch.bfloat16):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_precision")
class AlwaysForCuda:
    """autocast is for CUDA, wherever the data is. On another device it changes nothing, and the model
    runs in float32: the device type of x says which it has to be.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with torch.autocast("cuda", dtype=torch.float16):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_precision")
class CriterionOutside:
    """The criterion runs after the block has ended. It then gets float16 without autocast, which would
    have cast it to float32 first.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                prediction = model(x)
            loss = criterion(prediction, y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_precision")
class OneBlockForAll:
    """The whole loop is under autocast, the backward too. Each operation's backward has the dtype of its
    forward already; autocast is for the forward.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        with _autocast(micro_batches[0][0]):
            losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_order")
class OneBackwardForAll:
    """The losses are added up, and the backward comes once, at the end. Until then the graphs of all
    micro-batches are alive: as much memory as the big batch would have taken.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                losses.append(criterion(model(x), y) * (len(x) / total))
        scaler.scale(sum(losses)).backward()
        losses = [loss.detach() for loss in losses]
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_reads")
class ReadsEveryLoss:
    """Each loss is read as a number inside the loop. On a GPU that waits until the device has computed
    it, and only then the next micro-batch is queued: add the losses up as tensors, and read them at the
    end.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, mean = _total(micro_batches), 0.0
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            mean += loss.item()
            scaler.scale(loss).backward()
        return mean, _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_clipping")
class ClipsScaledGradients:
    """The gradients are clipped while the scale is still in them. They look thousands of times too long,
    so that every step is clipped to nearly nothing.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        _clip(model, max_norm)
        scaler.unscale_(optimizer)
        return _mean(losses), _step(optimizer, scaler, scheduler)


@wrong("check_clipping")
class ClipsEveryMicroBatch:
    """Clipping is inside the loop. It sees gradients that are scaled and not yet complete; what is to be
    bounded is the norm of the whole.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            if max_norm is not None:
                _clip(model, max_norm * scaler.get_scale())
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, None)


@wrong("check_clipping")
class NeverClips:
    """max_norm is not used. However long the gradients are, the step is taken in full."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, None)


@wrong("check_overflow")
class LeavesTheBadOneOut:
    """A micro-batch with NaN or infinity in its loss or gradients is passed over, and the rest makes a
    step. An overflow is the scaler's business: the whole step has to be left out, and the scale to fall.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            kept = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
            with _autocast(x):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
            if not all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None):
                for p, grad in zip(model.parameters(), kept, strict=True):
                    p.grad = torch.zeros_like(p) if grad is None else grad
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_overflow")
class RepairsTheGradients:
    """NaN and infinity in the gradients are replaced by zeros. The step that follows goes in a wrong
    direction, and moves what momentum remembers; the scaler never learns that its scale is too large.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad.nan_to_num_(0.0, 0.0, 0.0)
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_overflow")
class StepsWithoutTheScaler:
    """The optimizer's own step is called. After an overflow it takes the gradients as they are, and the
    weights are NaN from then on.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        optimizer.step()
        scale = scaler.get_scale()
        scaler.update()
        stepped = scaler.get_scale() >= scale
        if stepped and scheduler is not None:
            scheduler.step()
        return _mean(losses), stepped


@wrong("check_overflow")
class ReturnsBeforeTheUpdate:
    """Where a gradient is not finite, the function returns at once. The scaler is not updated then, so its
    scale does not fall, and the next step overflows as this one did.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        if not all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None):
            return _mean(losses), False
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_scale_too_large")
class AsksTheLoss:
    """Whether there was a step is read off the loss. It may be finite where scaled gradients have
    overflowed: that is the usual case, and no fault of the batch.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        scaler.unscale_(optimizer)
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        stepped = all(bool(loss.isfinite()) for loss in losses)
        if stepped and scheduler is not None:
            scheduler.step()
        return _mean(losses), stepped


@wrong("check_scheduler")
class SchedulesEveryCall:
    """The scheduler steps after every call. Where the optimizer has not stepped, the learning rate runs
    ahead of the weights.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        stepped = _finish(model, optimizer, scaler, None, max_norm)
        if scheduler is not None:
            scheduler.step()
        return _mean(losses), stepped


@wrong("check_scheduler")
class NeverSchedules:
    """The scheduler is not used, and the learning rate stays where it was."""

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        return _mean(losses), _finish(model, optimizer, scaler, None, max_norm)


@wrong("check_scheduler")
class SchedulesFirst:
    """The scheduler steps before the optimizer does. Each step is taken with the rate of the next, and a
    step that is left out cannot be known yet.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        scaler.unscale_(optimizer)
        if scheduler is not None:
            scheduler.step()
        _clip(model, max_norm)
        return _mean(losses), _step(optimizer, scaler, None)


@wrong("check_growth")
class AsksForTheSameScale:
    """A scale that is no longer the same is taken for a step that was left out. It also changes after
    good steps: then it rises.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        scale = scaler.get_scale()
        _finish(model, optimizer, scaler, None, max_norm)
        stepped = scaler.get_scale() == scale
        if stepped and scheduler is not None:
            scheduler.step()
        return _mean(losses), stepped


@wrong("check_disabled")
class ScalerSwitchesAutocast:
    """Autocast is on only if the scaler is. The two are switched separately: without a scaler mixed
    precision is wanted all the same.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        total, losses = _total(micro_batches), []
        optimizer.zero_grad()
        for x, y in micro_batches:
            with torch.autocast(x.device.type, dtype=torch.float16, enabled=scaler.is_enabled()):
                loss = criterion(model(x), y) * (len(x) / total)
            scaler.scale(loss).backward()
            losses.append(loss.detach())
        return _mean(losses), _finish(model, optimizer, scaler, scheduler, max_norm)


@wrong("check_fused")
class CountsTheCalls:
    """A hook notes whether optimizer.step was called. A fused optimizer is called always: it gets to know
    of the overflow, and leaves the step out by itself.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        calls = []
        hook = optimizer.register_step_post_hook(lambda *_: calls.append(1))
        _finish(model, optimizer, scaler, None, max_norm)
        hook.remove()
        if calls and scheduler is not None:
            scheduler.step()
        return _mean(losses), bool(calls)


@wrong("check_frozen", shows="exception")
class NeedsEveryGradient:
    """The gradients are looked at before the step without asking whether there is one. A frozen
    parameter has none.
    """

    def amp_step(model, micro_batches, criterion, optimizer, scaler, scheduler=None, max_norm=None):
        losses = _accumulate(model, micro_batches, criterion, optimizer, scaler)
        scaler.unscale_(optimizer)
        stepped = all(bool(p.grad.isfinite().all()) for p in model.parameters())
        _clip(model, max_norm)
        scaler.step(optimizer)
        scaler.update()
        if stepped and scheduler is not None:
            scheduler.step()
        return _mean(losses), stepped
