import torch

from pytest_torchkata.checks import wrong

from . import reference


def norms(model, norm):
    return {n: None if p.grad is None else norm(p.grad.double()).item() for n, p in model.named_parameters()}


def problems(model, missing=True, finite=torch.isfinite, zero=lambda grad: not grad.any(), frozen=False):
    found = {}
    for name, p in model.named_parameters():
        if not p.requires_grad and not frozen:
            continue
        if p.grad is None:
            if missing:
                found[name] = "missing"
        elif not finite(p.grad).all():
            found[name] = "non-finite"
        elif zero(p.grad):
            found[name] = "zero"
    return found


@wrong("check_missing", shows="exception")
class EveryParameterHasAGradient:
    """The norm is asked of every gradient. A parameter that is frozen, or that the loss does not depend on,
    has None in its place.
    """

    def grad_norms(model):
        return {name: p.grad.norm().item() for name, p in model.named_parameters()}


@wrong("check_missing")
class LeavesOutTheMissing:
    """Parameters without a gradient are left out of the norms. They are listed too, with None."""

    def grad_norms(model):
        return {name: norm for name, norm in reference.grad_norms(model).items() if norm is not None}


@wrong("check_missing")
class MissingIsZero:
    """A gradient that is missing has the norm 0.0 here. None says that no gradient reached the parameter,
    which is another trouble than a gradient of zero.
    """

    def grad_norms(model):
        return {name: norm or 0.0 for name, norm in reference.grad_norms(model).items()}


@wrong("check_healthy")
class SumOfNorms:
    """The total is the sum of the norms. Norms do not add up: their squares do, as for the sides of a
    right-angled triangle.
    """

    def total_grad_norm(model):
        return float(sum(norm for norm in reference.grad_norms(model).values() if norm is not None))


@wrong("check_healthy")
class MeanOfNorms:
    """The total is the average of the norms. It is the norm of all gradients as one long vector."""

    def total_grad_norm(model):
        found = [norm for norm in reference.grad_norms(model).values() if norm is not None]
        return sum(found) / len(found) if found else 0.0


@wrong("check_healthy")
class SquaredTotal:
    """The total is the sum of the squares. Its root is still to be taken."""

    def total_grad_norm(model):
        return reference.total_grad_norm(model) ** 2


@wrong("check_healthy")
class LargestEntry:
    """This is the largest entry in magnitude. The Euclidean norm is the root of the sum of squares."""

    def grad_norms(model):
        return norms(model, lambda grad: grad.abs().max())


@wrong("check_healthy")
class MeanMagnitude:
    """This is the average magnitude of the entries. The Euclidean norm is the root of the sum of squares."""

    def grad_norms(model):
        return norms(model, lambda grad: grad.abs().mean())


@wrong("check_healthy")
class NormsOfTheWeights:
    """These are the norms of the parameters themselves. The gradient is in .grad."""

    def grad_norms(model):
        return {
            n: None if p.grad is None else p.detach().double().norm().item()
            for n, p in model.named_parameters()
        }


@wrong("check_healthy")
class NormsAreTensors:
    """The norms are tensors. What goes into a report is a plain number: item() makes one."""

    def grad_norms(model):
        return {n: None if p.grad is None else p.grad.norm() for n, p in model.named_parameters()}


@wrong("check_no_gradients")
class TotalOfNothingFails:
    """Without gradients there is nothing to put together, and the total is the number 0, not 0.0, or no
    number at all.
    """

    def total_grad_norm(model):
        grads = [p.grad.double().flatten() for p in model.parameters() if p.grad is not None]
        return torch.cat(grads).norm().item() if grads else 0


@wrong("check_missing")
class FrozenIsMissing:
    """Frozen parameters are reported. That they have no gradient is what freezing is for."""

    def grad_problems(model):
        return problems(model, frozen=True)


@wrong("check_missing")
class MissingIsNoProblem:
    """Trainable parameters without a gradient are passed over. They are what this report is for: nothing
    connects them to the loss.
    """

    def grad_problems(model):
        return problems(model, missing=False)


@wrong("check_missing")
class MissingReportedAsZero:
    """A gradient that is missing is reported as zero. None says that nothing connects the parameter to the
    loss; zeros say that something does, and that its slope is zero.
    """

    def grad_problems(model):
        found = problems(model)
        return {name: "zero" if what == "missing" else what for name, what in found.items()}


@wrong("check_problems")
class NanOnly:
    """Only NaN is looked for. An infinite gradient is not finite either, and it is a NaN one step later."""

    def grad_problems(model):
        return problems(model, finite=lambda grad: ~grad.isnan())


@wrong("check_problems")
class InfinityOnly:
    """Only infinity is looked for. NaN is not finite either."""

    def grad_problems(model):
        return problems(model, finite=lambda grad: ~grad.isinf())


@wrong("check_problems")
class ZeroSum:
    """The sum of the entries is compared with zero. Entries of both signs cancel in a sum."""

    def grad_problems(model):
        return problems(model, zero=lambda grad: grad.sum() == 0)


@wrong("check_problems")
class OneZeroIsEnough:
    """A gradient with one zero in it is reported. Only one in which all entries are zero is in trouble."""

    def grad_problems(model):
        return problems(model, zero=lambda grad: (grad == 0).any())


@wrong("check_problems")
class NearlyZero:
    """A gradient that is merely small is reported as zero. Zero means exactly zero here: small gradients
    can be healthy, and the norms show them.
    """

    def grad_problems(model):
        return problems(model, zero=lambda grad: grad.norm() < 1e-8)


@wrong("check_low_precision")
class SquaresInLowPrecision:
    """The squares are taken in the dtype of the gradient. In float16 they overflow beyond 256, and vanish
    below 0.0002.
    """

    def grad_norms(model):
        return {
            n: None if p.grad is None else p.grad.pow(2).sum().sqrt().item()
            for n, p in model.named_parameters()
        }

    def total_grad_norm(model):
        return float(sum(p.grad.pow(2).sum() for p in model.parameters() if p.grad is not None)) ** 0.5


@wrong("check_low_precision")
class NormsInLowPrecision:
    """The norm has the dtype of the gradient. In float16 it is infinite beyond 65504, and in either of the
    short formats it is rounded to a few digits.
    """

    def grad_norms(model):
        return {n: None if p.grad is None else p.grad.norm().item() for n, p in model.named_parameters()}


@wrong("check_low_precision")
class TotalInLowPrecision:
    """The total is computed in the dtype of the gradients. In float16 it is infinite beyond 65504, and in
    either of the short formats it is rounded to a few digits.
    """

    def total_grad_norm(model):
        grads = [p.grad.flatten() for p in model.parameters() if p.grad is not None]
        return torch.cat(grads).norm().item() if grads else 0.0


@wrong("check_stale")
class TrainableOnly:
    """Frozen parameters are left out of the total, though one of them has a gradient. The norms go by the
    gradient alone.
    """

    def total_grad_norm(model):
        grads = [p.grad.double().norm() for p in model.parameters() if p.grad is not None and p.requires_grad]
        return torch.stack(grads).norm().item() if grads else 0.0


@wrong("check_shared")
class SharedCountsTwice:
    """A shared parameter is counted under each of its names. It is one parameter with one gradient."""

    def total_grad_norm(model):
        named = model.named_parameters(remove_duplicate=False)
        return sum(p.grad.double().norm().item() ** 2 for _, p in named if p.grad is not None) ** 0.5


@wrong("check_healthy", shows="rule")
class AsksTheClipper:
    """clip_grad_norm_ does return the total norm, and with an infinite limit it is used for that. Here you
    are to compute it.
    """

    def total_grad_norm(model):
        return torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item()


@wrong("check_untouched")
class RepairsTheGradients:
    """The report repairs what it should only describe: NaN and infinity are replaced in the gradients
    themselves.
    """

    def grad_norms(model):
        found = reference.grad_norms(model)
        for p in model.parameters():
            if p.grad is not None:
                p.grad.nan_to_num_()
        return found


@wrong("check_untouched")
class ScalesTheGradients:
    """The gradients are scaled down to norm one on the way. That is clipping; a report changes nothing."""

    def total_grad_norm(model):
        total = reference.total_grad_norm(model)
        for p in model.parameters():
            if p.grad is not None:
                p.grad.mul_(min(1.0, 1.0 / (total + 1e-6)))
        return total


@wrong("check_problems")
class AsksTheNorm:
    """The norm is asked whether it is finite. With entries of 1e30 the squares overflow float32, though
    every entry is finite.
    """

    def grad_problems(model):
        return problems(model, finite=lambda grad: (grad * grad).sum().isfinite())
