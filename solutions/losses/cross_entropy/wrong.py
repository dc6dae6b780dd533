import torch
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


def finish(loss, reduction, total):
    if reduction == "none":
        return loss
    return loss.sum() / total if reduction == "mean" else loss.sum()


def losses(logits, targets, weight, ignore_index, label_smoothing):
    return reference.cross_entropy_loss(logits, targets, weight, ignore_index, "none", label_smoothing)


def weight_of(logits, targets, weight, ignore_index):
    """Return the weight of every sample, 0 for ignored ones."""
    if weight is None:
        weight = logits.new_ones(logits.shape[1])
    ignored = targets == ignore_index
    return weight[targets.masked_fill(ignored, 0)].masked_fill(ignored, 0)


@wrong("check_large_logits")
class SoftmaxThenLog:
    """The probabilities are computed first and their logarithm afterwards. A confident mistake has
    probability 0 in floating point, and log 0 is -inf.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        log_p = torch.softmax(logits, dim=1).log()
        # log_softmax leaves log-probabilities as they are.
        return _with_log_p(log_p, targets, weight, ignore_index, reduction, label_smoothing)


@wrong("check_large_logits")
class SoftmaxPlusEpsThenLog:
    """A small number is added to the probabilities before the logarithm. That limits the loss of a
    confident mistake, and where the limit is reached the gradient is zero.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        log_p = (torch.softmax(logits, dim=1) + 1e-9).log()
        return _with_log_p(log_p, targets, weight, ignore_index, reduction, label_smoothing)


@wrong("check_large_logits")
class SumOfExponentials:
    """The logarithm of the sum of exponentials is computed as it is written. exp overflows from about
    89 on in float32, and is 0 for all classes of a very negative row.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        log_p = logits - logits.exp().sum(dim=1, keepdim=True).log()
        return _with_log_p(log_p, targets, weight, ignore_index, reduction, label_smoothing)


def _with_log_p(log_p, targets, weight, ignore_index, reduction, label_smoothing):
    ignored = targets == ignore_index
    t = targets.masked_fill(ignored, 0)
    w = log_p.new_ones(log_p.shape[1]) if weight is None else weight
    loss = -w[t] * log_p.gather(1, t[:, None]).squeeze(1)
    if label_smoothing > 0:
        spread = label_smoothing / log_p.shape[1]
        loss = (1 - label_smoothing) * loss - spread * (w * log_p).sum(dim=1)
    return finish(loss.masked_fill(ignored, 0.0), reduction, w[t][~ignored].sum())


@wrong("check_plain")
class SoftmaxOverTheBatch:
    """The softmax runs over the first dimension, so that the samples compete with each other. The
    classes are in the second.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        log_p = F.log_softmax(logits, dim=0)
        return _with_log_p(log_p, targets, weight, ignore_index, reduction, label_smoothing)


@wrong("check_plain")
class WithoutTheMinus:
    """This is the log-probability of the target. The loss is its negative: it falls as the model gets
    better.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        arguments = (logits, targets, weight, ignore_index, reduction, label_smoothing)
        return -reference.cross_entropy_loss(*arguments)


@wrong("check_weight")
class MeanOverTheSamples:
    """The weighted losses are divided by the number of samples. The mean divides by the sum of the
    weights that were used, so that it does not depend on their scale.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        return finish(loss, reduction, (targets != ignore_index).sum())


@wrong("check_weight")
class DividesByAllWeights:
    """The mean divides by the sum of the weight vector, one entry for each class. Each sample brings
    the weight of its own target: it is these that are added up.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        total = (targets != ignore_index).sum() if weight is None else weight.sum()
        return finish(loss, reduction, total)


@wrong("check_weight")
class WeightsTheLogits:
    """The logits, or their log-probabilities before the softmax, are scaled by the weights. A class
    weight multiplies the loss of a sample; it does not change what the model predicts.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        if weight is not None:
            logits = logits * weight
        return reference.cross_entropy_loss(logits, targets, None, ignore_index, reduction, label_smoothing)


@wrong("check_weight")
class IgnoresTheWeights:
    """weight is accepted and never used: every class counts the same."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        return reference.cross_entropy_loss(logits, targets, None, ignore_index, reduction, label_smoothing)


@wrong("check_ignore_index")
class MeanOverTheIgnoredToo:
    """The mean counts the ignored samples. They have no loss, but they make the loss of the others look
    smaller: the more padding, the smaller.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        w = logits.new_ones(logits.shape[1]) if weight is None else weight
        ignored = targets == ignore_index
        return finish(loss, reduction, w[targets.masked_fill(ignored, 0)].sum())


@wrong("check_ignore_index", shows="exception")
class ReadsTheIgnored:
    """The target's entry is read before the ignored samples are set apart. Their target need not be a
    class, and -100 is no place in a row.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(reduction)
        log_p = F.log_softmax(logits, dim=1)
        w = logits.new_ones(logits.shape[1]) if weight is None else weight
        loss = -w[targets] * log_p.gather(1, targets[:, None]).squeeze(1)
        if label_smoothing > 0:
            spread = label_smoothing / logits.shape[1]
            loss = (1 - label_smoothing) * loss - spread * (w * log_p).sum(dim=1)
        kept = targets != ignore_index
        return finish(loss * kept, reduction, (w[targets] * kept).sum())


@wrong("check_ignore_index")
class OnlyMinus100:
    """-100 is written into the code. It is only the default: what is to be ignored is the argument."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        valid = targets.clamp(-100, logits.shape[1] - 1)
        return reference.cross_entropy_loss(logits, valid, weight, -100, reduction, label_smoothing)


@wrong("check_ignore_index")
class OnlyNegativeTargets:
    """Every negative target is ignored, and no other. ignore_index may be a class, and then the samples
    of that class are ignored.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        targets = targets.clamp(-1, logits.shape[1] - 1)
        return reference.cross_entropy_loss(logits, targets, weight, -1, reduction, label_smoothing)


@wrong("check_ignore_index")
class DropsTheIgnored:
    """Without a reduction the ignored samples are missing from the result. There is one loss for every
    sample, in its place, and theirs is 0.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        kept = targets != ignore_index
        return reference.cross_entropy_loss(
            logits[kept], targets[kept], weight, ignore_index, reduction, label_smoothing
        )


@wrong("check_all_ignored")
class AtLeastOneCounts:
    """The divisor is kept at 1 or above, so that nothing is ever divided by 0. The mean of no samples
    is then 0 instead of NaN, and weights that add up to less than 1 give a wrong mean.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        total = weight_of(logits, targets, weight, ignore_index).sum()
        return finish(loss, reduction, total.clamp(min=1))


@wrong("check_all_ignored")
class NothingIsZero:
    """Where all samples are ignored, 0 is returned early. The mean of nothing is 0 divided by 0."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        total = weight_of(logits, targets, weight, ignore_index).sum()
        return finish(loss, reduction, total if (targets != ignore_index).any() else 1.0)


@wrong("check_smoothing")
class SpreadsOverTheOthers:
    """The smoothing is spread over the C - 1 other classes. It goes to all C, the target's own
    included, which keeps a little more than 1 - s.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        classes = logits.shape[1]
        more = label_smoothing * classes / max(classes - 1, 1)  # of which the target keeps nothing
        loss = losses(logits, targets, weight, ignore_index, more) if label_smoothing else None
        if loss is None:
            loss = losses(logits, targets, weight, ignore_index, 0.0)
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())


@wrong("check_smoothing")
class AddsTheSmoothing:
    """The smoothing term is added, and the first term keeps its full size. The two are shares of one
    target: the first one has 1 - s.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        hard = losses(logits, targets, weight, ignore_index, 0.0)
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        total = weight_of(logits, targets, weight, ignore_index).sum()
        return finish(loss + label_smoothing * hard, reduction, total)


@wrong("check_smoothing")
class SumsTheSmoothing:
    """The smoothing term is the sum over the classes times s, without the division by C. It is then C
    times too large.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        hard = losses(logits, targets, weight, ignore_index, 0.0)
        even = losses(logits, targets, weight, ignore_index, 1.0) * logits.shape[1]
        loss = (1 - label_smoothing) * hard + label_smoothing * even if label_smoothing else hard
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())


@wrong("check_smoothing")
class IgnoresTheSmoothing:
    """label_smoothing is accepted and never used: the target has the whole share."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        return reference.cross_entropy_loss(logits, targets, weight, ignore_index, reduction)


@wrong("check_weighted_smoothing")
class SmoothingWithoutWeights:
    """The smoothing term has no class weights. Each class is weighted by its own weight there, too."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, 0.0)
        if label_smoothing > 0:
            even = losses(logits, targets, None, ignore_index, 1.0)
            loss = (1 - label_smoothing) * loss + label_smoothing * even
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())


@wrong("check_weighted_smoothing")
class SmoothingWithTheTargetsWeight:
    """The whole loss of a sample, smoothing included, is multiplied by the weight of its target. In the
    smoothing term each class has its own weight.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        w = weight_of(logits, targets, weight, ignore_index)
        loss = w * losses(logits, targets, None, ignore_index, label_smoothing)
        return finish(loss, reduction, w.sum())


@wrong("check_all_options")
class IgnoredPayForSmoothing:
    """The ignored samples are left out of the first term only. They have no loss at all, and none from
    the smoothing either.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        if label_smoothing > 0:
            nobody = torch.zeros_like(targets)
            even = losses(logits, nobody, weight, -100, 1.0)
            loss = torch.where(targets == ignore_index, label_smoothing * even, loss)
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())


@wrong("check_minus_infinity")
class OneHotTimesLogarithm:
    """The log-probabilities are multiplied by one-hot targets and added up. A class of probability 0
    has the logarithm -inf, and 0 times -inf is NaN: pick the target's entry instead.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(reduction)
        classes = logits.shape[1]
        ignored = targets == ignore_index
        one_hot = F.one_hot(targets.masked_fill(ignored, 0), classes).to(logits.dtype)
        soft = (1 - label_smoothing) * one_hot + label_smoothing / classes
        w = logits.new_ones(classes) if weight is None else weight
        loss = -(soft * w * F.log_softmax(logits, dim=1)).sum(dim=1).masked_fill(ignored, 0.0)
        return finish(loss, reduction, (one_hot @ w)[~ignored].sum())


@wrong("check_minus_infinity")
class SmoothsByZero:
    """The smoothing term is computed even without smoothing, and multiplied by 0. Where a class has
    probability 0 that is 0 times infinity, which is NaN.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        hard = losses(logits, targets, weight, ignore_index, 0.0)
        even = losses(logits, targets, weight, ignore_index, 1.0)
        loss = (1 - label_smoothing) * hard + label_smoothing * even
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())


@wrong("check_arguments_left")
class OverwritesTheTargets:
    """The ignored targets are overwritten with a class in the caller's tensor. When the same batch comes
    again, nobody knows any more that they were to be ignored.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        arguments = (logits, targets, weight, ignore_index, reduction, label_smoothing)
        loss = reference.cross_entropy_loss(*arguments)
        targets[targets == ignore_index] = 0
        return loss


@wrong("check_bad_targets")
class NegativeTargetsWrap:
    """The target's entry is read by indexing, and a negative index counts from the end: a target of -1
    is taken for the last class, without a word.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        if ((targets < 0) & (targets != ignore_index)).any():
            targets = torch.where(targets == ignore_index, targets, targets.remainder(logits.shape[1]))
        return reference.cross_entropy_loss(logits, targets, weight, ignore_index, reduction, label_smoothing)


@wrong("check_bad_targets")
class ClampsTheTargets:
    """The targets are clamped to the classes, which hides the ignored ones from gather, and every wrong
    target as well. A label that is no class is an error in the data.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        clamped = targets.clamp(0, logits.shape[1] - 1)
        return reference.cross_entropy_loss(
            logits,
            torch.where(targets == ignore_index, targets, clamped),
            weight,
            ignore_index,
            reduction,
            label_smoothing,
        )


@wrong("check_bad_reductions")
class AnyReductionIsTheSum:
    """A reduction that is not known falls through to the last branch. A misspelt word then quietly
    changes the loss: refuse it.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())


@wrong("check_bad_reductions")
class AnyReductionIsNone:
    """A reduction that is not known falls through to the end, and the losses come back unreduced. A
    misspelt word then quietly changes the result: refuse it.
    """

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        loss = losses(logits, targets, weight, ignore_index, label_smoothing)
        if reduction not in ("mean", "sum"):
            return loss
        return finish(loss, reduction, weight_of(logits, targets, weight, ignore_index).sum())
