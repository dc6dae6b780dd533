import math

import torch

from pytest_torchkata.checks import wrong


def present(params):
    return [p for p in params if p.grad is not None]


def norm_of(params):
    """Return the norm of all gradients."""
    return math.hypot(*(p.grad.norm().item() for p in params))


def scale(params, factor):
    if factor < 1:
        for p in params:
            p.grad.mul_(factor)


@wrong("check_norm")
class EachByItsOwnNorm:
    """Each gradient is clipped by its own norm. The large ones shrink more than the small ones, so the
    direction of the step changes, and the common norm can still exceed the limit.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = norm_of(params)
        for p in params:
            scale([p], max_norm / (p.grad.norm().item() + 1e-6))
        return norm


@wrong("check_norm")
class SumOfNorms:
    """The norms of the gradients are added up. The norm of the long vector is the root of the sum of
    their squares, which is smaller.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = sum(p.grad.norm().item() for p in params)
        scale(params, max_norm / (norm + 1e-6))
        return norm


@wrong("check_norm")
class LargestNorm:
    """The largest of the gradients' norms is taken for the norm of all. The others count as well: it
    is the root of the sum of the squares.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = max((p.grad.norm().item() for p in params), default=0.0)
        scale(params, max_norm / (norm + 1e-6))
        return norm


@wrong("check_norm")
class LargestEntry:
    """The largest entry is taken for the norm. That is a norm too, but not the Euclidean one."""

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = max((p.grad.abs().max().item() for p in params), default=0.0)
        scale(params, max_norm / (norm + 1e-6))
        return norm


@wrong("check_norm")
class SumOfAbsolutes:
    """The absolute values of the entries are added up. The Euclidean norm is the root of the sum of
    their squares.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = sum(p.grad.abs().sum().item() for p in params)
        scale(params, max_norm / (norm + 1e-6))
        return float(norm)


@wrong("check_norm")
class ForgetsTheRoot:
    """The squares are added up and no root is taken: this is the square of the norm."""

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = float(sum(p.grad.square().sum().item() for p in params))
        scale(params, max_norm / (norm + 1e-6))
        return norm


@wrong("check_norm")
class RootOfTheMean:
    """The squares are averaged. The norm is the root of their sum: it grows with the number of entries."""

    def clip_grad_norm(params, max_norm):
        params = present(params)
        count = sum(p.grad.numel() for p in params)
        norm = norm_of(params) / max(count, 1) ** 0.5
        scale(params, max_norm / (norm + 1e-6))
        return norm


@wrong("check_returned")
class NormAfterClipping:
    """The norm is computed again after clipping. It is then max_norm at most, and tells nothing about
    the gradients that there were.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        scale(params, max_norm / (norm_of(params) + 1e-6))
        return norm_of(params)


@wrong("check_returned")
class ReturnsTheFactor:
    """The factor is returned with which the gradients were scaled. It is the norm that is asked for."""

    def clip_grad_norm(params, max_norm):
        params = present(params)
        factor = max_norm / (norm_of(params) + 1e-6)
        scale(params, factor)
        return min(factor, 1.0)


@wrong("check_returned")
class ReturnsNothing:
    """Nothing is returned. The norm before clipping is what people log, to see whether it is needed."""

    def clip_grad_norm(params, max_norm):
        params = present(params)
        scale(params, max_norm / (norm_of(params) + 1e-6))


@wrong("check_below")
class ScalesUp:
    """The gradients are always scaled to max_norm, small ones as well. Clipping only limits: near the
    minimum gradients are small for a reason.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = norm_of(params)
        for p in params:
            p.grad.mul_(max_norm / (norm + 1e-6))
        return norm


@wrong("check_below")
class NormalisesAndScalesBack:
    """The gradients are divided by their norm and multiplied by it again where it is small. That rounds
    twice: what needs no clipping should be left alone.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = norm_of(params)
        for p in params:
            if norm > 0:
                p.grad.div_(norm).mul_(min(norm, max_norm))
        return norm


@wrong("check_same_objects")
class NewGradients:
    """.grad is given a new tensor. Whoever holds the old one, a bucket of gradients or a fused
    optimizer, still has the values before clipping. Write into it instead.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = norm_of(params)
        for p in params:
            p.grad = p.grad * min(1.0, max_norm / (norm + 1e-6))
        return norm

    def clip_grad_value(params, clip_value):
        for p in params:
            if p.grad is not None:
                p.grad = p.grad.clamp(-clip_value, clip_value)


@wrong("check_norm")
class ResultsDropped:
    """The clipped gradients are computed and dropped: mul and clamp without an underscore return new
    tensors, and g = g * factor only gives one a name.
    """

    def clip_grad_norm(params, max_norm):
        return norm_of(present(params))

    def clip_grad_value(params, clip_value):
        for p in params:
            if p.grad is not None:
                p.grad.clamp(-clip_value, clip_value)


@wrong("check_generator")
class ReadsTheGeneratorTwice:
    """params is looped over twice. The first loop, for the norm, uses a generator up; the second finds
    nothing, and nothing is clipped.
    """

    def clip_grad_norm(params, max_norm):
        norm = norm_of(present(params))
        scale(present(params), max_norm / (norm + 1e-6))
        return norm


@wrong("check_missing", shows="exception")
class NoneIsNoGradient:
    """A parameter that took no part in the last backward has None for a gradient. Skip it."""

    def clip_grad_norm(params, max_norm):
        params = list(params)
        norm = norm_of(params)
        scale(params, max_norm / (norm + 1e-6))
        return norm

    def clip_grad_value(params, clip_value):
        for p in params:
            p.grad.clamp_(-clip_value, clip_value)


@wrong("check_no_gradients", shows="exception")
class NothingToStack:
    """Without any gradient there is nothing to stack, or to concatenate, and torch refuses. That case
    is allowed, and its norm is 0.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = torch.stack([p.grad.norm() for p in params]).norm().item()
        scale(params, max_norm / (norm + 1e-6))
        return norm


@wrong("check_norm")
class ClipsTheWeights:
    """The parameters are clipped, and not their gradients."""

    def clip_grad_norm(params, max_norm):
        params = list(params)
        with torch.no_grad():
            norm = math.hypot(*(p.norm().item() for p in params))
            for p in params:
                p.mul_(min(1.0, max_norm / (norm + 1e-6)))
        return norm

    def clip_grad_value(params, clip_value):
        with torch.no_grad():
            for p in params:
                p.clamp_(-clip_value, clip_value)


@wrong("check_norm")
class ClampsTheEntries:
    """Each entry is limited by max_norm. That is clipping by value: the norm stays larger than the
    limit, and the direction changes.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = norm_of(params)
        for p in params:
            p.grad.clamp_(-max_norm, max_norm)
        return norm


@wrong("check_zeros")
class DividesByZero:
    """The factor is max_norm divided by the norm, without anything for a norm of 0. Zero times infinity
    is NaN, and one such step is enough to lose a model.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = norm_of(params)
        for p in params:
            p.grad.mul_(max_norm / norm if norm > max_norm else norm / norm if norm else math.nan)
        return norm


@wrong("check_non_contiguous", shows="exception")
class FlatView:
    """view(-1) needs a gradient whose dimensions follow on from each other in memory. That of a
    transposed weight need not be.
    """

    def clip_grad_norm(params, max_norm):
        params = present(params)
        norm = math.hypot(*(p.grad.view(-1).norm().item() for p in params))
        scale(params, max_norm / (norm + 1e-6))
        return norm

    def clip_grad_value(params, clip_value):
        for p in present(params):
            p.grad.view(-1).clamp_(-clip_value, clip_value)


@wrong("check_value")
class OnlyFromAbove:
    """The entries are limited from above only. Large negative ones stay as they are."""

    def clip_grad_value(params, clip_value):
        for p in present(params):
            p.grad.clamp_(max=clip_value)


@wrong("check_value")
class CutsToZero:
    """Entries beyond the limit become 0. They are to be set to the limit, with their sign."""

    def clip_grad_value(params, clip_value):
        for p in present(params):
            p.grad.masked_fill_(p.grad.abs() > clip_value, 0.0)


@wrong("check_value")
class ScalesToTheLargestEntry:
    """All entries are scaled, so that the largest is the limit. Each entry is limited by itself: small
    ones stay as they are.
    """

    def clip_grad_value(params, clip_value):
        for p in present(params):
            scale([p], clip_value / p.grad.abs().max().item())
