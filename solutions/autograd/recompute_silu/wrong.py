import torch
import torch.utils.checkpoint
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


def _gradients(grad_out, gate, up):
    s = torch.sigmoid(gate)
    return grad_out * up * (s * (1 + gate * (1 - s))), grad_out * (gate * s)


@wrong("check_memory")
class ObviousExpression:
    """This is the obvious expression: the product keeps the activated gate for its backward, next to
    the two inputs. Nothing in it says that the activation could be computed again.
    """

    def silu_mul(gate, up):
        return F.silu(gate) * up


@wrong("check_memory")
class SpelledOut:
    """Written out with sigmoid, the expression keeps even more: every intermediate product is saved."""

    def silu_mul(gate, up):
        return gate * torch.sigmoid(gate) * up


@wrong("check_memory")
class SavesTheSigmoid:
    """The sigmoid is saved next to both inputs. It saves one exponential in the backward, and costs as
    much memory as the obvious expression.
    """

    def silu_mul(gate, up):
        return _SavesTheSigmoid.apply(gate, up)


class _SavesTheSigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate, up):
        s = torch.sigmoid(gate)
        ctx.save_for_backward(gate, up, s)
        return gate * s * up

    @staticmethod
    def backward(ctx, grad_out):
        gate, up, s = ctx.saved_tensors
        return grad_out * up * (s * (1 + gate * (1 - s))), grad_out * (gate * s)


@wrong("check_nothing_hidden")
class PlainAttributes:
    """The inputs are kept as attributes of ctx. Autograd does not see them there: it cannot count them,
    free them after the backward, or notice that one was changed in place.
    """

    def silu_mul(gate, up):
        return _PlainAttributes.apply(gate, up)


class _PlainAttributes(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate, up):
        ctx.gate, ctx.up = gate, up
        return F.silu(gate) * up

    @staticmethod
    def backward(ctx, grad_out):
        return _gradients(grad_out, ctx.gate, ctx.up)


@wrong("check_nothing_hidden")
class Closure:
    """The backward reaches the inputs through a closure. Autograd does not see them there: it cannot
    count them, free them after the backward, or notice that one was changed in place.
    """

    def silu_mul(gate, up):
        kept_gate, kept_up = gate.detach(), up.detach()

        class Closed(torch.autograd.Function):
            @staticmethod
            def forward(ctx, gate, up):
                return F.silu(gate) * up

            @staticmethod
            def backward(ctx, grad_out):
                return _gradients(grad_out, kept_gate, kept_up)

        return Closed.apply(gate, up)


@wrong("check_values")
class SigmoidAlone:
    """The derivative of x * sigmoid(x) has two terms by the product rule; this backward has only
    sigmoid(x).
    """

    def silu_mul(gate, up):
        return _SigmoidAlone.apply(gate, up)


class _SigmoidAlone(reference._SiluMul):
    @staticmethod
    def backward(ctx, grad_out):
        gate, up = ctx.saved_tensors
        s = torch.sigmoid(gate)
        return grad_out * up * s, grad_out * (gate * s)


@wrong("check_values")
class ForgetsUpstream:
    """The backward returns the local derivatives. They must be multiplied by the gradient that comes
    in.
    """

    def silu_mul(gate, up):
        return _ForgetsUpstream.apply(gate, up)


class _ForgetsUpstream(reference._SiluMul):
    @staticmethod
    def backward(ctx, grad_out):
        return _gradients(torch.ones_like(grad_out), *ctx.saved_tensors)


@wrong("check_values")
class HalfPrecision:
    """The inputs are saved in half precision. That looks lean, but the gradients then have three good
    digits in float32, and none for gates that half precision cannot hold.
    """

    def silu_mul(gate, up):
        return _HalfPrecision.apply(gate, up)


class _HalfPrecision(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate, up):
        ctx.save_for_backward(gate.half(), up.half())
        return F.silu(gate) * up

    @staticmethod
    def backward(ctx, grad_out):
        gate, up = (saved.to(grad_out.dtype) for saved in ctx.saved_tensors)
        return _gradients(grad_out, gate, up)


@wrong("check_in_place_edit")
class SavesCopies:
    """Copies of the inputs are saved. They take memory of their own, next to the originals that the
    caller holds anyway, and an in-place change of an input goes unnoticed.
    """

    def silu_mul(gate, up):
        return _SavesCopies.apply(gate, up)


class _SavesCopies(reference._SiluMul):
    @staticmethod
    def forward(ctx, gate, up):
        ctx.save_for_backward(gate.clone(), up.clone())
        return F.silu(gate) * up


@wrong("check_extreme_gates")
class ExponentialsOfTheGate:
    """The sigmoid is written with exp(gate), which overflows for large gates: infinity over infinity is
    NaN.
    """

    def silu_mul(gate, up):
        return _ExponentialsOfTheGate.apply(gate, up)


class _ExponentialsOfTheGate(reference._SiluMul):
    @staticmethod
    def backward(ctx, grad_out):
        gate, up = ctx.saved_tensors
        e = torch.exp(gate)
        s = e / (1 + e)
        return grad_out * up * (s * (1 + gate * (1 - s))), grad_out * (gate * s)


@wrong("check_layout")
class SquashesTheGate:
    """The activation is applied in place. It saves memory by overwriting the caller's tensor."""

    def silu_mul(gate, up):
        if gate.requires_grad or up.requires_grad:
            return reference._SiluMul.apply(gate, up)
        return F.silu(gate, inplace=True) * up


@wrong("check_values", shows="rule")
class LibraryCheckpoint:
    """The library's checkpointing does this for any function, and runs the whole forward again. The
    exercise is to do it by hand, where the backward needs only one sigmoid.
    """

    def silu_mul(gate, up):
        return torch.utils.checkpoint.checkpoint(lambda g, u: F.silu(g) * u, gate, up, use_reentrant=False)
