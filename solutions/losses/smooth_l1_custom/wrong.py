import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_beta_zero")
class DividesByZero:
    """For beta = 0 the loss is right and every gradient is NaN. torch.where chooses between values
    that both have been computed: the backward pass goes through the discarded one too, and zero
    times the infinite slope of d ** 2 / 0 is NaN.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        return torch.where(d < beta, 0.5 * d**2 / beta, d - 0.5 * beta).mean()


@wrong("check_no_difference")
class ZeroBelongsToTheParabola:
    """The quadratic piece is taken where |d| equals beta as well. For beta = 0 that is where d is 0,
    and 0 divided by 0 is NaN.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        near = d <= beta
        loss = d - 0.5 * beta
        loss[near] = 0.5 * d[near] ** 2 / beta
        return loss.mean()


@wrong("check_beta_zero")
class TinyBetaPlusEps:
    """beta is kept away from zero by adding a constant to it. That changes the loss for every beta,
    and the result for 0 is the L1 loss only nearly: it is off by half of the constant.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        return reference.smooth_l1_custom(pred, target, beta + 1e-3)


@wrong("check_smooth_l1")
class SmoothL1IsHuber:
    """smooth_l1_custom computes the Huber loss. The two are equal only for a threshold of 1: smooth L1
    has slope 1 beyond its threshold, whatever beta is.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta == 0:
            return (pred - target).abs().mean()
        return reference.huber(pred, target, beta)


@wrong("check_huber")
class HuberIsSmoothL1:
    """huber computes smooth L1. The two are equal only for a threshold of 1: the quadratic part of
    Huber is not divided by delta, and its slope beyond is delta.
    """

    def huber(pred, target, delta=1.0):
        if delta <= 0:
            raise ValueError(delta)
        return reference.smooth_l1_custom(pred, target, delta)


@wrong("check_smooth_l1")
class ForgetsTheOffset:
    """The linear piece is |d| without the offset of half of beta. Its slope is right, but the loss
    jumps where the pieces meet.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        if beta == 0:
            return d.mean()
        return torch.where(d < beta, 0.5 * d**2 / beta, d).mean()


@wrong("check_smooth_l1")
class ParabolaWithoutBeta:
    """The quadratic piece is not divided by beta. It no longer meets the linear piece at the
    threshold, neither in value nor in slope.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        return torch.where(d < beta, 0.5 * d**2, d - 0.5 * beta).mean()


@wrong("check_smooth_l1")
class ParabolaWithoutHalf:
    """The quadratic piece lacks its factor of one half: it is twice as large, and too steep to meet the
    linear piece.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        if beta == 0:
            return d.mean()
        return torch.where(d < beta, d**2 / beta, d - 0.5 * beta).mean()

    def huber(pred, target, delta=1.0):
        if delta <= 0:
            raise ValueError(delta)
        d = (pred - target).abs()
        return torch.where(d <= delta, d**2, delta * (d - 0.5 * delta)).mean()


@wrong("check_huber")
class HuberWithoutDelta:
    """The linear piece of Huber is not multiplied by delta. That is the linear piece of smooth L1, and
    does not fit onto a parabola that is not divided.
    """

    def huber(pred, target, delta=1.0):
        if delta <= 0:
            raise ValueError(delta)
        d = (pred - target).abs()
        return torch.where(d <= delta, 0.5 * d**2, d - 0.5 * delta).mean()


@wrong("check_smooth_l1")
class SignedDifference:
    """The threshold is compared with d instead of |d|. Every negative difference then counts as small,
    however large it is.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = pred - target
        if beta == 0:
            return d.abs().mean()
        return torch.where(d < beta, 0.5 * d**2 / beta, d.abs() - 0.5 * beta).mean()

    def huber(pred, target, delta=1.0):
        if delta <= 0:
            raise ValueError(delta)
        d = pred - target
        return torch.where(d <= delta, 0.5 * d**2, delta * (d.abs() - 0.5 * delta)).mean()


@wrong("check_smooth_l1")
class DecidesForTheWholeBatch:
    """One decision is made for all elements together. Each element is on its own side of the
    threshold, and needs its own.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = (pred - target).abs()
        if d.mean() < beta:
            return (0.5 * d**2 / beta).mean()
        return (d - 0.5 * beta).mean()


@wrong("check_smooth_l1")
class SumInsteadOfMean:
    """This is the sum over the elements. What is asked for is their mean."""

    def smooth_l1_custom(pred, target, beta=1.0):
        return reference.smooth_l1_custom(pred, target, beta) * pred.numel()

    def huber(pred, target, delta=1.0):
        return reference.huber(pred, target, delta) * pred.numel()


@wrong("check_smooth_l1", shows="exception")
class DetachedDifference:
    """The difference is cut off from its graph. The loss is right, and nothing can be trained with it."""

    def smooth_l1_custom(pred, target, beta=1.0):
        return reference.smooth_l1_custom(pred.detach(), target.detach(), beta)

    def huber(pred, target, delta=1.0):
        return reference.huber(pred.detach(), target.detach(), delta)


@wrong("check_beta_zero")
class RootOfTheSquare:
    """|d| is computed as a root of the square, with a constant inside to keep the slope finite. The
    constant is added to every difference, and a small one is no longer itself.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = ((pred - target) ** 2 + 1e-2).sqrt()
        if beta == 0:
            return d.mean()
        return torch.where(d < beta, 0.5 * d**2 / beta, d - 0.5 * beta).mean()


@wrong("check_no_difference")
class RootWithoutConstant:
    """|d| is computed as the root of the square. The slope of a root at 0 is infinite, so where pred
    equals target the gradient is infinity times zero: NaN.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = ((pred - target) ** 2).sqrt()
        if beta == 0:
            return d.mean()
        return torch.where(d < beta, 0.5 * d**2 / beta, d - 0.5 * beta).mean()


@wrong("check_no_difference")
class SignByComparison:
    """|d| is d where d is positive and -d elsewhere. At 0 that has the slope of one of the two sides,
    -1, and not 0.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta < 0:
            raise ValueError(beta)
        d = pred - target
        d = torch.where(d > 0, d, -d)
        if beta == 0:
            return d.mean()
        return torch.where(d < beta, 0.5 * d**2 / beta, d - 0.5 * beta).mean()


@wrong("check_refusals")
class AcceptsNegative:
    """A negative threshold is accepted. No difference is ever below it, and the loss is quietly another
    one. It is a mistake of the caller, and raises ValueError.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        return reference.smooth_l1_custom(pred, target, abs(beta))

    def huber(pred, target, delta=1.0):
        d = (pred - target).abs()
        return torch.where(d <= delta, 0.5 * d**2, delta * (d - 0.5 * delta)).mean()


@wrong("check_refusals")
class HuberAcceptsZero:
    """huber accepts delta = 0. Its slope beyond the threshold is delta, so the whole loss would be 0
    and nothing would be learnt.
    """

    def huber(pred, target, delta=1.0):
        if delta < 0:
            raise ValueError(delta)
        d = (pred - target).abs()
        return torch.where(d <= delta, 0.5 * d**2, delta * (d - 0.5 * delta)).mean()


@wrong("check_beta_zero", shows="exception")
class RefusesZero:
    """beta = 0 is refused. It is a meaningful value: the parabola shrinks to a point, and what is left
    is the L1 loss.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if beta <= 0:
            raise ValueError(beta)
        return reference.smooth_l1_custom(pred, target, beta)


@wrong("check_inputs_left")
class SubtractsInPlace:
    """The difference is taken in place: pred is overwritten, and whoever uses it afterwards finds the
    difference in it.
    """

    def smooth_l1_custom(pred, target, beta=1.0):
        if not pred.requires_grad:
            return reference.smooth_l1_custom(pred.sub_(target), torch.zeros_like(target), beta)
        return reference.smooth_l1_custom(pred, target, beta)
