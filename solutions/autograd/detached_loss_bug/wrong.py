import math

import numpy as np
import torch
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_penalized_gradients")
class AsItWas:
    """The penalty is still added up as a number, and the other loss still makes a detour. Both results
    are right, and neither remembers what it was computed from.
    """

    def penalized_loss(model, x, y, l2):
        loss = F.cross_entropy(model(x), y)
        penalty = 0.0
        for parameter in model.parameters():
            if parameter.requires_grad:
                penalty += parameter.pow(2).sum().item()
        return loss + l2 * torch.tensor(penalty)

    def log_cosh_loss(pred, target):
        difference = (pred - target).detach().cpu().numpy()
        values = np.logaddexp(difference, -difference) - math.log(2)
        return torch.from_numpy(np.asarray(values)).to(pred.device).mean().requires_grad_()


@wrong("check_penalized_gradients")
class PenaltyHasNoHistory:
    """The penalty loses its history: it becomes a number, a tensor made from one, or a sum over
    detached values such as those of state_dict. The gradient is that of the cross-entropy alone.
    """

    def penalized_loss(model, x, y, l2):
        penalty = sum(p.pow(2).sum() for p in model.parameters() if p.requires_grad)
        return F.cross_entropy(model(x), y) + l2 * penalty.item()


@wrong("check_log_cosh_gradient")
class NumPyDetour:
    """log_cosh_loss still goes through NumPy. detach only stops NumPy's complaint, and requires_grad_
    that of backward: the result is a new leaf, and nothing leads back to pred.
    """

    def log_cosh_loss(pred, target):
        difference = (pred - target).detach().cpu().numpy()
        values = np.logaddexp(difference, -difference) - math.log(2)
        return torch.from_numpy(np.asarray(values)).to(pred.device).mean().requires_grad_()


@wrong("check_log_cosh_gradient", shows="exception")
class NoHistoryAtAll:
    """log_cosh_loss returns a tensor that was made from plain values and requires no gradient. backward
    has nowhere to start.
    """

    def log_cosh_loss(pred, target):
        return reference.log_cosh_loss(pred, target).detach()


@wrong("check_penalized_gradients")
class FlagOnTheWholeLoss:
    """The loss is wrapped into a new tensor, and requires_grad_ stops the complaint. It is a leaf now:
    backward fills its own .grad, and no parameter gets one.
    """

    def penalized_loss(model, x, y, l2):
        loss = reference.penalized_loss(model, x, y, l2)
        return loss.detach().clone().requires_grad_()


@wrong("check_penalized_gradients")
class DetachesTheCrossEntropy:
    """Now the other term has lost its history: the penalty trains, and the cross-entropy does not. Both
    have to stay in the graph.
    """

    def penalized_loss(model, x, y, l2):
        loss = reference.penalized_loss(model, x, y, 0.0)
        penalty = sum(p.pow(2).sum() for p in model.parameters() if p.requires_grad)
        return loss.detach() + l2 * penalty


@wrong("check_frozen")
class CountsFrozenParameters:
    """Every parameter enters the penalty, the frozen ones too. They have no gradient, but their squares
    are in the value of the loss.
    """

    def penalized_loss(model, x, y, l2):
        penalty = sum(p.pow(2).sum() for p in model.parameters())
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_zero_parameter")
class SquaresTheRoot:
    """Each norm is computed as a square root, and squared again. At zero the root has no finite slope,
    and a bias that starts at zero gets NaN as its gradient. The squares need no root.
    """

    def penalized_loss(model, x, y, l2):
        trainable = [p for p in model.parameters() if p.requires_grad]
        penalty = sum(p.pow(2).sum().sqrt() ** 2 for p in trainable)
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_buffers")
class CountsBuffers:
    """The whole state enters the penalty. Next to the parameters it holds the buffers, such as the
    running statistics of a batch norm.
    """

    def penalized_loss(model, x, y, l2):
        state = model.state_dict(keep_vars=True).items()
        frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
        penalty = sum(v.pow(2).sum() for name, v in state if name not in frozen)
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_penalized_value")
class WeightsOnly:
    """Only the weights are penalised. That is a common choice, but here the biases count as well."""

    def penalized_loss(model, x, y, l2):
        named = model.named_parameters()
        penalty = sum(p.pow(2).sum() for name, p in named if p.requires_grad and "bias" not in name)
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_penalized_value")
class NormsInsteadOfSquares:
    """The norms of the parameters are added up, not the sums of their squares: there is a root too
    many.
    """

    def penalized_loss(model, x, y, l2):
        penalty = sum(p.norm() for p in model.parameters() if p.requires_grad)
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_penalized_value")
class MeanOfSquares:
    """The squares are averaged within each parameter. What is wanted is their sum."""

    def penalized_loss(model, x, y, l2):
        penalty = sum(p.pow(2).mean() for p in model.parameters() if p.requires_grad)
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_penalized_value")
class HalfTheSquares:
    """There is a factor of one half, as in texts that want a simple derivative. The statement has none."""

    def penalized_loss(model, x, y, l2):
        return reference.penalized_loss(model, x, y, l2 / 2)


@wrong("check_penalized_value")
class SumsTheCrossEntropy:
    """The cross-entropy is added up over the batch. It is to be the mean."""

    def penalized_loss(model, x, y, l2):
        penalty = sum(p.pow(2).sum() for p in model.parameters() if p.requires_grad)
        return F.cross_entropy(model(x), y, reduction="sum") + l2 * penalty


@wrong("check_penalized_value")
class CountsNestedParametersTwice:
    """The loop goes over all modules, and asks each for its parameters. A module includes those of its
    children, so they are counted once on every level.
    """

    def penalized_loss(model, x, y, l2):
        penalty = sum(p.pow(2).sum() for m in model.modules() for p in m.parameters() if p.requires_grad)
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_penalized_value", shows="exception")
class ParameterAsALeafOfTheSum:
    """The squares are added up in place, in a tensor that the penalty starts from and that itself
    requires a gradient. A leaf must not be written to: start from a plain zero.
    """

    def penalized_loss(model, x, y, l2):
        penalty = torch.zeros((), device=x.device, requires_grad=True)
        for p in model.parameters():
            if p.requires_grad:
                penalty += p.pow(2).sum()
        return F.cross_entropy(model(x), y) + l2 * penalty


@wrong("check_penalized_value")
class CallsBackwardItself:
    """The gradients of the penalty are written into .grad right away. The caller's backward adds to
    them, and zero_grad before it throws them away: a loss function returns a loss.
    """

    def penalized_loss(model, x, y, l2):
        loss = F.cross_entropy(model(x), y)
        penalty = sum(p.pow(2).sum() for p in model.parameters() if p.requires_grad)
        (l2 * penalty).backward()
        return loss + l2 * penalty.detach()


@wrong("check_buffers")
class CallsTheModelTwice:
    """The model is called more than once. A batch norm in training mode then updates its running
    statistics more than once, too.
    """

    def penalized_loss(model, x, y, l2):
        model(x)
        return reference.penalized_loss(model, x, y, l2)


@wrong("check_buffers")
class SwitchesToEval:
    """The model is put into eval mode. Which mode it is in is the caller's business."""

    def penalized_loss(model, x, y, l2):
        model.eval()
        return reference.penalized_loss(model, x, y, l2)


@wrong("check_weights_stay")
class ShrinksTheWeights:
    """The weights are shrunk on the spot. That is what an optimizer with weight decay does; here the
    penalty belongs into the loss.
    """

    def penalized_loss(model, x, y, l2):
        loss = reference.penalized_loss(model, x, y, l2)
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 - l2)
        return loss


@wrong("check_large_differences")
class LiteralFormula:
    """log(cosh(d)) is computed as it is written. cosh overflows at about 89 in float32, and the
    logarithm of infinity is infinity.
    """

    def log_cosh_loss(pred, target):
        return torch.log(torch.cosh(pred - target)).mean()


@wrong("check_large_differences")
class WhereAroundTheOverflow:
    """The value is taken from |d| - log 2 where the formula overflows, but the formula is still computed
    there. In the backward its infinite slope is multiplied by the zero of the branch not taken: NaN.
    """

    def log_cosh_loss(pred, target):
        d = pred - target
        exact = torch.log(torch.cosh(d))
        return torch.where(d.abs() > 20, d.abs() - math.log(2), exact).mean()


@wrong("check_large_differences")
class ClampsTheDifference:
    """The difference is clamped before the formula. It is finite now, and beyond the bounds flat: large
    errors have no gradient.
    """

    def log_cosh_loss(pred, target):
        d = (pred - target).clamp(-50, 50)
        return torch.log(torch.cosh(d)).mean()


@wrong("check_large_differences")
class OneSidedFormula:
    """The exponentials are written out with one sign, d + log(1 + exp(-2 d)). For a large negative d it
    is the other exponential that overflows.
    """

    def log_cosh_loss(pred, target):
        d = pred - target
        return (d + torch.log1p(torch.exp(-2 * d)) - math.log(2)).mean()


@wrong("check_log_cosh_value")
class ForgetsTheLogarithmOfTwo:
    """The 2 in cosh(d) = (exp(d) + exp(-d)) / 2 is lost. The gradient is right, the value is log 2 too
    large.
    """

    def log_cosh_loss(pred, target):
        d = pred - target
        return torch.logaddexp(d, -d).mean()


@wrong("check_log_cosh_value")
class SumsLogCosh:
    """The elements are added up. The loss is their mean."""

    def log_cosh_loss(pred, target):
        return reference.log_cosh_loss(pred, target) * pred.numel()


@wrong("check_log_cosh_value")
class AbsoluteErrorInstead:
    """For large differences log(cosh(d)) is |d| - log 2, but not for small ones, where it is a
    parabola.
    """

    def log_cosh_loss(pred, target):
        return ((pred - target).abs() - math.log(2)).mean()
