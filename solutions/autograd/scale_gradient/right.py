import torch

from pytest_torchkata.checks import right


@right
class DetachedPart:
    """A tracked and a detached part, whose weights add up to one."""

    def scale_gradient(x, factor):
        return factor * x + (1 - factor) * x.detach()


@right
class DetachedRemainder:
    """The detached part is what the scaled one lacks."""

    def scale_gradient(x, factor):
        scaled = x * factor
        return scaled + (x - scaled).detach()


@right
class HookOnAView:
    """A hook on an alias of x, where there is a gradient to hook onto."""

    def scale_gradient(x, factor):
        alias = x.view_as(x)
        if alias.requires_grad:
            alias.register_hook(lambda grad: grad * factor)
        return alias


@right
class HookOnAClone:
    """A hook on a copy of x; tensors without gradient are returned as they are."""

    def scale_gradient(x, factor):
        if not (x.requires_grad and torch.is_grad_enabled()):
            return x
        y = x.clone()
        y.register_hook(lambda g: factor * g)
        return y


class _Cloned(torch.autograd.Function):
    @staticmethod
    def forward(x, factor):
        return x.clone()

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, ctx.factor = inputs

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.factor, None


@right
class SetupContext:
    """A Function that copies, with setup_context."""

    def scale_gradient(x, factor):
        return _Cloned.apply(x, factor)


class _HandsOn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input_, alpha):
        ctx.alpha = alpha
        return input_

    @staticmethod
    def backward(ctx, grad_output):
        grad_input = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output * ctx.alpha
        return grad_input, None


@right
class HandsXOn:
    """A Function that returns its input itself."""

    def scale_gradient(x, factor):
        return _HandsOn.apply(x, factor)


@right
class WithoutHistory:
    """The value is made from x by adding a detached zero."""

    def scale_gradient(x, factor):
        return x.detach() + factor * (x - x.detach())
