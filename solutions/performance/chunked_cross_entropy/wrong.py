import torch
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from pytest_torchkata.checks import wrong


def _chunk_loss(h, w, t, ignore_index):
    return F.cross_entropy(h @ w.t(), t, ignore_index=ignore_index, reduction="sum")


def _chunks(hidden, targets, chunk_size):
    return zip(hidden.split(chunk_size), targets.split(chunk_size), strict=True)


def _sum(hidden, weight, targets, chunk_size, ignore_index):
    loss = hidden.new_zeros(())
    for h, t in _chunks(hidden, targets, chunk_size):
        loss = loss + checkpoint(_chunk_loss, h, weight, t, ignore_index, use_reentrant=False)
    return loss


def _gradients(hidden, weight, targets, chunk_size, ignore_index):
    """Yield for each chunk the gradient of its logits, and the chunk."""
    for h, t in _chunks(hidden, targets, chunk_size):
        d = torch.softmax(h @ weight.T, dim=1)
        d[torch.arange(len(t), device=t.device), t.where(t != ignore_index, 0)] -= 1
        d[t == ignore_index] = 0
        yield d, h


class _Recomputed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, weight, targets, chunk_size, ignore_index):
        ctx.save_for_backward(hidden, weight, targets)
        ctx.settings = chunk_size, ignore_index
        ctx.count = (targets != ignore_index).sum()
        chunks = _chunks(hidden, targets, chunk_size)
        return sum(_chunk_loss(h, weight, t, ignore_index) for h, t in chunks) / ctx.count


class _LastChunk(_Recomputed):
    @staticmethod
    def backward(ctx, grad):
        hidden, weight, targets = ctx.saved_tensors
        parts, grad_weight = [], None
        for d, h in _gradients(hidden, weight, targets, *ctx.settings):
            parts.append(d @ weight)
            grad_weight = d.T @ h
        scale = grad / ctx.count
        return torch.cat(parts) * scale, grad_weight * scale, None, None, None


class _NothingFromAbove(_Recomputed):
    @staticmethod
    def backward(ctx, grad):
        hidden, weight, targets = ctx.saved_tensors
        parts, grad_weight = [], torch.zeros_like(weight)
        for d, h in _gradients(hidden, weight, targets, *ctx.settings):
            parts.append(d @ weight)
            grad_weight += d.T @ h
        return torch.cat(parts) / ctx.count, grad_weight / ctx.count, None, None, None


class _InAttributes(_Recomputed):
    @staticmethod
    def forward(ctx, hidden, weight, targets, chunk_size, ignore_index):
        ctx.hidden, ctx.weight, ctx.targets = hidden.detach(), weight.detach(), targets
        return _Recomputed.forward(ctx, hidden * 1, weight * 1, targets, chunk_size, ignore_index)

    @staticmethod
    def backward(ctx, grad):
        parts, grad_weight = [], torch.zeros_like(ctx.weight)
        for d, h in _gradients(ctx.hidden, ctx.weight, ctx.targets, *ctx.settings):
            parts.append(d @ ctx.weight)
            grad_weight += d.T @ h
        scale = grad / ctx.count
        return torch.cat(parts) * scale, grad_weight * scale, None, None, None


@wrong("check_rows")
class AllOfTheLogits:
    """All logits are computed at once. The function works, and needs the memory that it was written to
    save.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return F.cross_entropy(hidden @ weight.T, targets, ignore_index=ignore_index)


@wrong("check_rows")
class LogitsInChunksThenTogether:
    """The logits are computed in chunks and put together for the loss. Then all of them are there."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        logits = torch.cat([h @ weight.T for h in hidden.split(chunk_size)])
        return F.cross_entropy(logits, targets, ignore_index=ignore_index)


@wrong("check_peak")
class KeepsEveryChunk:
    """The forward goes chunk by chunk, but autograd keeps what each chunk's backward will need. At the
    end of the loop all chunks are in memory together.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        chunks = _chunks(hidden, targets, chunk_size)
        return (
            sum(_chunk_loss(h, weight, t, ignore_index) for h, t in chunks) / (targets != ignore_index).sum()
        )


@wrong("check_peak")
class OneCheckpointForAll:
    """The whole loop is one checkpoint. Nothing is kept after the forward, but the backward begins by
    running all of it again, and then every chunk is in memory.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def everything(hidden, weight, targets):
            chunks = _chunks(hidden, targets, chunk_size)
            return sum(_chunk_loss(h, weight, t, ignore_index) for h, t in chunks)

        loss = checkpoint(everything, hidden, weight, targets, use_reentrant=False)
        return loss / (targets != ignore_index).sum()


@wrong("check_rows")
class CheckpointsTheLogits:
    """All logits are computed inside one checkpoint. That forgets them after the forward; but they are
    computed whole, in the forward and in the backward.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        loss = checkpoint(_chunk_loss, hidden, weight, targets, ignore_index, use_reentrant=False)
        return loss / (targets != ignore_index).sum()


@wrong("check_values")
class MeanOfMeans:
    """The means of the chunks are averaged. That is the mean over all rows only if all chunks are of the
    same size, and the last one usually is not.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def mean(h, w, t):
            return F.cross_entropy(h @ w.t(), t, ignore_index=ignore_index)

        chunks = _chunks(hidden, targets, chunk_size)
        means = [checkpoint(mean, h, weight, t, use_reentrant=False) for h, t in chunks]
        return torch.stack(means).mean()


@wrong("check_ignored")
class MeansWeightedByRows:
    """The mean of each chunk is weighted by its number of rows. What counts is how many of them are not
    ignored, and a chunk of which all are has no mean at all.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def mean(h, w, t):
            return F.cross_entropy(h @ w.t(), t, ignore_index=ignore_index) * len(t)

        chunks = _chunks(hidden, targets, chunk_size)
        means = [checkpoint(mean, h, weight, t, use_reentrant=False) for h, t in chunks]
        return torch.stack(means).sum() / len(targets)


@wrong("check_values")
class SumOfTheLosses:
    """The sum over the rows is returned. Asked for is their mean."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _sum(hidden, weight, targets, chunk_size, ignore_index)


@wrong("check_values")
class DropsTheRest:
    """Rows that do not fill a chunk are left out, so the last ones are missing."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        size = min(chunk_size, len(hidden))
        full = len(hidden) - len(hidden) % size
        loss = _sum(hidden[:full], weight, targets[:full], size, ignore_index)
        return loss / (targets[:full] != ignore_index).sum()


@wrong("check_values")
class WeightOfTheLastChunk:
    """The gradient of weight is set by every chunk anew, so that the last one alone is left. Each chunk
    has its share in it: they add up.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _LastChunk.apply(hidden, weight, targets, chunk_size, ignore_index)


@wrong("check_values")
class NothingFromAbove:
    """The backward does not use the gradient that it is given. It is one only where this loss is the end;
    divided, scaled or added to another, it is something else.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _NothingFromAbove.apply(hidden, weight, targets, chunk_size, ignore_index)


@wrong("check_values")
class NumbersAddedUp:
    """The losses of the chunks are added up as numbers. A number has no graph, and nothing comes back to
    hidden and weight.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        chunks = _chunks(hidden, targets, chunk_size)
        total = sum(_chunk_loss(h, weight, t, ignore_index).item() for h, t in chunks)
        return hidden.new_tensor(total) / (targets != ignore_index).sum()


@wrong("check_values")
class CutsTheVocabulary:
    """The classes are cut into chunks, not the rows, and each chunk of classes gets a softmax of its own.
    A softmax is over all classes: its sum would have to be carried from chunk to chunk.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        loss = hidden.new_zeros(())
        for first in range(0, len(weight), chunk_size):
            part = weight[first : first + chunk_size]
            here = (targets >= first) & (targets < first + len(part)) & (targets != ignore_index)
            t = torch.where(here, targets - first, -1)
            loss = loss + _chunk_loss(hidden, part, t, -1)
        return loss / (targets != ignore_index).sum()


@wrong("check_ignored")
class DividesByAllRows:
    """The sum is divided by the number of rows. Those that are ignored do not count, there either."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _sum(hidden, weight, targets, chunk_size, ignore_index) / len(targets)


@wrong("check_ignored")
class IgnoresTheDefaultOnly:
    """ignore_index is not passed on, so that what is ignored is the default, and not what was asked for."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _sum(hidden, weight, targets, chunk_size, -100) / (targets != -100).sum()


@wrong("check_all_ignored")
class NeverDividesByZero:
    """The number of rows that count is taken to be at least one. Where there is none, the loss looks
    perfect: zero, where there is no mean.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        loss = _sum(hidden, weight, targets, chunk_size, ignore_index)
        return loss / (targets != ignore_index).sum().clamp(min=1)


@wrong("check_who_wants_gradients")
class Reentrant:
    """With use_reentrant=True only the arguments of the checkpointed function are looked at. weight comes
    from outside, so that without a gradient for hidden there is none for it.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def chunk_loss(h, t):
            return _chunk_loss(h, weight, t, ignore_index)

        chunks = _chunks(hidden, targets, chunk_size)
        loss = sum(checkpoint(chunk_loss, h, t, use_reentrant=True) for h, t in chunks)
        return loss / (targets != ignore_index).sum()


@wrong("check_in_place_edit")
class WeightFromOutside:
    """The checkpointed function takes weight from the lines around it. What is not an argument is not
    saved with its version: after a change the logits are computed again with the new one, and the
    gradients are quietly wrong.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def chunk_loss(h, t):
            return _chunk_loss(h, weight, t, ignore_index)

        chunks = _chunks(hidden, targets, chunk_size)
        loss = sum(checkpoint(chunk_loss, h, t, use_reentrant=False) for h, t in chunks)
        return loss / (targets != ignore_index).sum()


@wrong("check_in_place_edit")
class SavesInAttributes:
    """The inputs are kept in attributes of ctx. Only save_for_backward notes their version, and raises if
    they have changed by the time they are needed.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _InAttributes.apply(hidden, weight, targets, chunk_size, ignore_index)


@wrong("check_large_logits")
class ExponentialsFirst:
    """The logits are exponentiated as they are, and the logarithm is taken of their sum. From 89 on an
    exponential is infinite in float32.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def chunk_loss(h, w, t):
            logits = h @ w.t()
            log_z = logits.exp().sum(1).log()
            picked = logits.gather(1, t.where(t != ignore_index, 0)[:, None]).squeeze(1)
            return ((log_z - picked) * (t != ignore_index)).sum()

        chunks = _chunks(hidden, targets, chunk_size)
        loss = sum(checkpoint(chunk_loss, h, weight, t, use_reentrant=False) for h, t in chunks)
        return loss / (targets != ignore_index).sum()


@wrong("check_grad")
class LeavesTheFlagOut:
    """use_reentrant is left out. The default is the old way: it warns, and torch.autograd.grad does not
    get through it.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        loss = hidden.new_zeros(())
        for h, t in _chunks(hidden, targets, chunk_size):
            loss = loss + checkpoint(_chunk_loss, h, weight, t, ignore_index)
        return loss / (targets != ignore_index).sum()


@wrong("check_grad")
class ReentrantWithArguments:
    """use_reentrant=True runs the backward of each chunk inside the other backward. It works with
    loss.backward() only: torch.autograd.grad does not get through it.
    """

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        loss = hidden.new_zeros(())
        for h, t in _chunks(hidden, targets, chunk_size):
            loss = loss + checkpoint(_chunk_loss, h, weight, t, ignore_index, use_reentrant=True)
        return loss / (targets != ignore_index).sum()
