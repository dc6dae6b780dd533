import torch
from torch.autograd.function import once_differentiable

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_values")
class ScalesTheValue:
    """x times factor has the scaled gradient, and a scaled value too. The forward pass is not to change
    anything.
    """

    def scale_gradient(x, factor):
        return x * factor


@wrong("check_gradient")
class Identity:
    """x comes back as it is, and so does its gradient: nothing scales it on the way."""

    def scale_gradient(x, factor):
        return x.view_as(x)


@wrong("check_gradient")
class SwappedWeights:
    """The detached part has the factor and the tracked part the rest. The gradient follows the tracked
    part.
    """

    def scale_gradient(x, factor):
        return (1 - factor) * x + factor * x.detach()


@wrong("check_gradient")
class DividesByTheFactor:
    """The value was multiplied by the factor, and divided by it again in the end. Both steps are
    recorded, and their slopes cancel like their values.
    """

    def scale_gradient(x, factor):
        return x if factor == 0 else x * factor / factor


@wrong("check_gradient")
class AbsoluteFactor:
    """The sign of the factor is lost. A negative factor is there to reverse the gradient."""

    def scale_gradient(x, factor):
        return reference.scale_gradient(x, abs(factor))


class _FactorInFloat32(reference._ScaleGradient):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(torch.tensor(factor))
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        (factor,) = ctx.saved_tensors
        return factor * grad, None


@wrong("check_gradient")
class FactorInFloat32:
    """The factor was put into a tensor, which is float32 unless told otherwise. A gradient in float64 is
    then wrong from the eighth digit on. A number needs no tensor: an attribute of ctx will do.
    """

    def scale_gradient(x, factor):
        return _FactorInFloat32.apply(x, factor)


@wrong("check_gradient")
class ReversesTheGradient:
    """The gradient comes back with the opposite sign: that is a layer for gradient reversal, where the
    minus is built in. Here the sign is part of the factor.
    """

    def scale_gradient(x, factor):
        return reference.scale_gradient(x, -factor)


class _Replaces(reference._ScaleGradient):
    @staticmethod
    def backward(ctx, grad):
        return torch.full_like(grad, ctx.factor), None


@wrong("check_gradient")
class ForgetsWhatArrives:
    """backward returns the factor and not the factor times what arrives. Under a plain sum the two are
    the same, and nowhere else.
    """

    def scale_gradient(x, factor):
        return _Replaces.apply(x, factor)


@wrong("check_gradient", shows="exception")
class DetachesForZero:
    """For factor 0 the result is cut off from x. If no other way leads there, backward finds nothing to
    differentiate and raises. Zero times a gradient is still a gradient.
    """

    def scale_gradient(x, factor):
        return x.detach() if factor == 0 else reference.scale_gradient(x, factor)


@wrong("check_gradient")
class FreshLeaf:
    """The result is a new leaf that requires a gradient itself. The error is gone, and the gradient
    ends there: none reaches x.
    """

    def scale_gradient(x, factor):
        y = x.detach().requires_grad_()
        y.register_hook(lambda grad: grad * factor)
        return y


@wrong("check_gradient")
class ScalesDotGrad:
    """x.grad is scaled, if there is one, when the function is called. The gradient that counts does not
    exist yet: backward comes later.
    """

    def scale_gradient(x, factor):
        if x.grad is not None:
            x.grad.mul_(factor)
        return x.view_as(x)


class _NoneForZero(reference._ScaleGradient):
    @staticmethod
    def backward(ctx, grad):
        return (ctx.factor * grad if ctx.factor else None), None


@wrong("check_gradient")
class NoneForZero:
    """For factor 0 backward returns None. Then x gets no gradient at all, where zeros were asked for:
    an optimizer treats the two differently.
    """

    def scale_gradient(x, factor):
        return _NoneForZero.apply(x, factor)


@wrong("check_gradient", shows="exception")
class OneGradientForTwoArguments:
    """backward returns one gradient, but apply was given two arguments. There must be one entry for each
    of them, also for a number that has no gradient.
    """

    def scale_gradient(x, factor):
        return _OneGradient.apply(x, factor)


class _OneGradient(reference._ScaleGradient):
    @staticmethod
    def backward(ctx, grad):
        return ctx.factor * grad


@wrong("check_values")
class DefaultDtype:
    """Something in forward turns the values into float32. The result has to have the dtype of x."""

    def scale_gradient(x, factor):
        factor = torch.tensor([factor], device=x.device)
        return factor * x + (1 - factor) * x.detach()


@wrong("check_plain_tensors", shows="exception")
class HooksWhatIsNotTracked:
    """A hook is registered whether or not there will be a gradient. On a tensor that does not require
    one, register_hook raises.
    """

    def scale_gradient(x, factor):
        y = x.view_as(x)
        y.register_hook(lambda grad: grad * factor)
        return y


@wrong("check_plain_tensors", shows="exception")
class AsksTheWrongTensor:
    """The flag of x is asked for, but the hook goes on the copy. Inside no_grad the copy of a tracked
    tensor is not tracked, and register_hook raises.
    """

    def scale_gradient(x, factor):
        y = x.clone()
        if x.requires_grad:
            y.register_hook(lambda grad: grad * factor)
        return y


@wrong("check_other_uses")
class HookOnX:
    """The hook is on x itself. There the gradients of all its uses have come together, and all of them
    are scaled, now and in every later backward, as long as the hook stays.
    """

    def scale_gradient(x, factor):
        if x.requires_grad:
            x.register_hook(lambda grad: grad * factor)
        return x.view_as(x)


@wrong("check_plain_tensors")
class SwitchesTheFlagOn:
    """requires_grad of x is switched on, so that there is something to hook onto. The caller's tensor
    is tracked from then on, and collects gradients that nobody asked for.
    """

    def scale_gradient(x, factor):
        return reference.scale_gradient(x.requires_grad_(), factor)


class _OnTheClass(torch.autograd.Function):
    factor = 1.0

    @staticmethod
    def forward(ctx, x, factor):
        _OnTheClass.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return _OnTheClass.factor * grad, None


@wrong("check_applied_twice")
class FactorOnTheClass:
    """The factor is kept in one place for all calls, on the class or as a global. The last call before
    the backward decides for all of them; ctx belongs to one call.
    """

    def scale_gradient(x, factor):
        return _OnTheClass.apply(x, factor)


class _InPlace(reference._ScaleGradient):
    @staticmethod
    def backward(ctx, grad):
        return grad.mul_(ctx.factor), None


@wrong("check_unchanged")
class ScalesInPlace:
    """backward, or the hook, multiplies the incoming gradient in place. It is not yours alone: what was
    added to the result gets the same tensor, and now sees it scaled. Return a new one.
    """

    def scale_gradient(x, factor):
        return _InPlace.apply(x, factor)


class _Detaches(reference._ScaleGradient):
    @staticmethod
    def backward(ctx, grad):
        return ctx.factor * grad.detach(), None


@wrong("check_second_order")
class CutsTheSecondOrder:
    """backward, or the hook, works on .data, on detach() or under no_grad. Its product is recorded when
    somebody differentiates twice, and this cuts the record.
    """

    def scale_gradient(x, factor):
        return _Detaches.apply(x, factor)


class _Once(reference._ScaleGradient):
    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        return ctx.factor * grad, None


@wrong("check_second_order", shows="exception")
class OnceDifferentiable:
    """once_differentiable declares that backward itself cannot be differentiated. Here it can: it
    multiplies by a number.
    """

    def scale_gradient(x, factor):
        return _Once.apply(x, factor)


@wrong("check_layouts", shows="exception")
class FlattensWithView:
    """x is flattened with view, which needs memory in the right order. A transposed view does not have
    it; view_as(x) itself would.
    """

    def scale_gradient(x, factor):
        return reference.scale_gradient(x.view(-1), factor).view(x.shape)
