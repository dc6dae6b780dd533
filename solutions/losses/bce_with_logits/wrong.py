import torch
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


def finish(loss, reduction):
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def verify(logits, targets, reduction):
    if logits.shape != targets.shape:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(reduction)


def weighted(x, pos_weight):
    return x if pos_weight is None else pos_weight * x


@wrong("check_large_logits")
class LogOfSigmoid:
    """The sigmoid is computed first and its logarithm afterwards. In float32 the sigmoid of 30 is
    exactly 1, so the loss of a confident mistake is infinite, and infinity times zero gives NaN.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        p = torch.sigmoid(logits)
        positive = weighted(targets * torch.log(p), pos_weight)
        return finish(-(positive + (1 - targets) * torch.log(1 - p)), reduction)


@wrong("check_large_logits")
class ClampsTheProbability:
    """The probability is kept away from 0 and 1 before the logarithm. That limits the loss of a
    confident mistake, and where the limit is reached the gradient is zero: the worst mistakes are
    the ones that nothing is learnt from.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        p = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
        positive = weighted(targets * torch.log(p), pos_weight)
        return finish(-(positive + (1 - targets) * torch.log(1 - p)), reduction)


@wrong("check_large_logits")
class AddsEpsToTheProbability:
    """A small number is added inside each logarithm. It hides the infinity, but the loss of a confident
    mistake is then limited by that number and its gradient vanishes.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        p = torch.sigmoid(logits)
        positive = weighted(targets * torch.log(p + 1e-8), pos_weight)
        return finish(-(positive + (1 - targets) * torch.log(1 - p + 1e-8)), reduction)


@wrong("check_large_logits")
class ExpOverflows:
    """log(1 + exp(x)) is computed as it is written. exp overflows from about 89 on in float32, and the
    loss is infinite where it should be about x; for very negative x, 1 + exp(x) is rounded to 1.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        positive = weighted(targets * torch.log(1 + torch.exp(-logits)), pos_weight)
        return finish(positive + (1 - targets) * torch.log(1 + torch.exp(logits)), reduction)


@wrong("check_zero")
class ClampedAtZero:
    """The values are right everywhere. At x = 0 the slope of clamp(x, min=0) counts as 1, and that of
    |x| as 0, while the two kinks should cancel: the gradient there is off by one half.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        softplus = logits.clamp(min=0) + torch.log1p(torch.exp(-logits.abs()))
        positive = weighted(targets * (softplus - logits), pos_weight)
        return finish(positive + (1 - targets) * softplus, reduction)


@wrong("check_zero")
class ReluAtZero:
    """The values are right everywhere. At x = 0 the slope of relu counts as 0, and that of |x| as 0
    too, while the two kinks should cancel: the gradient there is off by one half.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        softplus = F.relu(logits) + torch.log1p(torch.exp(-logits.abs()))
        positive = weighted(targets * (softplus - logits), pos_weight)
        return finish(positive + (1 - targets) * softplus, reduction)


@wrong("check_pos_weight")
class WeightsBothTerms:
    """The whole loss of an element is multiplied by pos_weight. It is there to count the positives
    more than the negatives, so it belongs to one of the two terms only.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        loss = reference.bce_with_logits(logits, targets, None, "none")
        return finish(weighted(loss, pos_weight), reduction)


@wrong("check_pos_weight")
class WeightsTheNegatives:
    """pos_weight is multiplied to the term of the negatives, that with 1 - y."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        negative = weighted((1 - targets) * F.softplus(logits), pos_weight)
        return finish(targets * F.softplus(-logits) + negative, reduction)


@wrong("check_pos_weight")
class IgnoresPosWeight:
    """pos_weight is accepted and never used: positives count as much as negatives."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        return reference.bce_with_logits(logits, targets, None, reduction)


@wrong("check_pos_weight")
class DividesByTheWeights:
    """The mean divides by the sum of the weights. That is what cross-entropy does with its class
    weights; here the mean is over the elements, whatever pos_weight is.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        loss = reference.bce_with_logits(logits, targets, pos_weight, "none")
        if reduction != "mean" or pos_weight is None:
            return finish(loss, reduction)
        return loss.sum() / (1 + (pos_weight - 1) * targets).sum()


@wrong("check_pos_weight")
class WeightInsideTheLogit:
    """The logit of the positives is scaled, or shifted, by pos_weight. It multiplies the loss, and not
    what the loss is computed from.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        return reference.bce_with_logits(weighted(logits, pos_weight), targets, None, reduction)


@wrong("check_soft_targets")
class HardTargetsOnly:
    """Each element gets one of the two terms, chosen by its target. A target between 0 and 1 has a
    share of both.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        positive = weighted(F.softplus(-logits), pos_weight)
        return finish(torch.where(targets > 0.5, positive, F.softplus(logits)), reduction)


@wrong("check_soft_targets")
class SignTrick:
    """The loss is softplus of minus x or plus x, with the sign 2y - 1. That is right for targets of 0
    and 1 only: the loss of a target in between is a mixture, and not the loss of a scaled logit.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        scale = 1 if pos_weight is None else 1 + (pos_weight - 1) * targets
        return finish(scale * F.softplus((1 - 2 * targets) * logits), reduction)


@wrong("check_hard_targets")
class OnlyThePositives:
    """The term of the negatives is missing. A model that says yes to everything then has no loss."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        return finish(weighted(targets * F.softplus(-logits), pos_weight), reduction)


@wrong("check_hard_targets")
class TargetsSwapped:
    """Positives and negatives are swapped: the loss falls as the predictions get worse. Look at which
    of log p and log(1 - p) comes with y.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        positive = weighted(targets * F.softplus(logits), pos_weight)
        return finish(positive + (1 - targets) * F.softplus(-logits), reduction)


@wrong("check_hard_targets")
class SumsOverTheClasses:
    """The losses of a sample are added up and the mean is taken over the batch. Here the mean is over
    all elements, so that it does not grow with their number.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        loss = reference.bce_with_logits(logits, targets, pos_weight, "none")
        if reduction == "mean":
            return loss.sum() / len(loss)
        return finish(loss, reduction)


@wrong("check_default_reduction")
class DefaultIsTheSum:
    """Without an argument the losses are added up. The default is their mean."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="sum"):
        return reference.bce_with_logits(logits, targets, pos_weight, reduction)


@wrong("check_shapes")
class Broadcasts:
    """Unequal shapes are broadcast. A column of logits against a vector of targets gives a square, in
    which every sample is compared with every target, and no error.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(reduction)
        positive = weighted(targets * F.softplus(-logits), pos_weight)
        return finish(positive + (1 - targets) * F.softplus(logits), reduction)


@wrong("check_shapes")
class CountsElements:
    """Only the number of elements is compared. (5, 1) and (5,) have as many, and are broadcast to a
    square.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        if logits.numel() != targets.numel():
            raise ValueError(f"{logits.numel()} and {targets.numel()}")
        return Broadcasts.bce_with_logits(logits, targets, pos_weight, reduction)


@wrong("check_reductions")
class AnyReductionIsTheSum:
    """A reduction that is not known falls through to the last branch. A misspelt word then quietly
    changes the loss: refuse it.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        loss = reference.bce_with_logits(logits, targets, pos_weight, "none")
        return finish(loss, reduction)


@wrong("check_reductions")
class AnyReductionIsNone:
    """A reduction that is not known falls through to the end, and the losses come back unreduced. A
    misspelt word then quietly changes the result: refuse it.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        loss = reference.bce_with_logits(logits, targets, pos_weight, "none")
        return {"mean": torch.mean, "sum": torch.sum}.get(reduction, lambda x: x)(loss)


@wrong("check_reductions")
class KeyErrorForReductions:
    """An unknown reduction raises, but it is the KeyError of a dict. What a caller gets wrong in a
    value is a ValueError.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        loss = reference.bce_with_logits(logits, targets, pos_weight, "none")
        return {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}[reduction](loss)


@wrong("check_hard_targets", shows="exception")
class DetachedLogits:
    """The logits are cut off from their graph. The loss is right, and nothing can be trained with it."""

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        return reference.bce_with_logits(logits.detach(), targets, pos_weight, reduction)


@wrong("check_second_derivative", shows="exception")
class GradientWithoutGraph:
    """The gradient is written by hand and does not record what it does. It is right, but cannot be
    differentiated once more.
    """

    class _Loss(torch.autograd.Function):
        @staticmethod
        def forward(ctx, logits, targets, weight):
            ctx.save_for_backward(logits, targets, weight)
            return weight * targets * F.softplus(-logits) + (1 - targets) * F.softplus(logits)

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, grad):
            x, y, w = ctx.saved_tensors
            return grad * ((1 - y) * torch.sigmoid(x) - w * y * torch.sigmoid(-x)), None, None

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        verify(logits, targets, reduction)
        weight = torch.ones_like(logits) if pos_weight is None else pos_weight
        return finish(GradientWithoutGraph._Loss.apply(logits, targets, weight), reduction)


@wrong("check_bfloat16")
class ReturnsFloat32:
    """The loss is computed in float32, which is careful, but it is also returned in it. It has the
    dtype of the logits.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        logits = logits.float() if logits.dtype == torch.bfloat16 else logits
        return reference.bce_with_logits(logits, targets, pos_weight, reduction)


@wrong("check_pos_weight_dimensions")
class WeightOfTheSecondDimension:
    """With more than two dimensions the weights are spread along the second one, as channels would be. They
    belong to the last dimension, along which a tensor (C,) broadcasts by itself.
    """

    def bce_with_logits(logits, targets, pos_weight=None, reduction="mean"):
        if pos_weight is not None and logits.dim() > 2:
            pos_weight = pos_weight.reshape(1, -1, *[1] * (logits.dim() - 2))
        return reference.bce_with_logits(logits, targets, pos_weight, reduction)
