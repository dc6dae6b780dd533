import torch
from torch.autograd.function import once_differentiable

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_gradient_at_zero")
class PassesAtZero:
    """The gradient is blocked where x is negative only, so it passes where x is exactly zero. Zeros
    are common, after another ReLU for instance. Look at the comparison.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            grad_x = grad_out.clone()
            grad_x[x < 0] = 0
            return grad_x


@wrong("check_gradient")
class ReturnsTheMask:
    """backward returns the slope alone, one or zero. That is the derivative of the function itself;
    the chain rule asks for it times grad_out.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            return (x > 0).to(grad_out.dtype)


@wrong("check_gradient")
class ClipsTheGradient:
    """backward clips grad_out itself, as forward clips x. What decides is the sign of x: a negative
    gradient must pass where x was positive.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            return grad_out.clamp(min=0)


@wrong("check_gradient")
class MultipliesByX:
    """backward multiplies grad_out by the clipped x. The slope of ReLU is one where x is positive,
    not x.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            return grad_out * x.clamp(min=0)


@wrong("check_gradient")
class ReturnsNone:
    """backward returns None. Perhaps you expected autograd to differentiate the operations in
    forward. It does not look into the forward of a Function: backward is all that it knows.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            return None


@wrong("check_unchanged")
class ClipsInPlace:
    """forward clips with an operation in place and so overwrites the caller's tensor. A function
    that returns a new tensor leaves its input alone; mind the trailing underscore.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.clamp_(min=0)


@wrong("check_forward", shows="exception")
class ClipsInPlaceMarkedDirty:
    """forward changes x in place and says so with mark_dirty. Autograd then knows, but a leaf that
    requires a gradient must not be changed in place at all, and here x is to be left alone.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.mark_dirty(x)
            return x.clamp_(min=0)


@wrong("check_unchanged")
class MasksGradOutInPlace:
    """backward writes zeros into grad_out itself. That tensor is not yours: the caller, or another
    branch of the graph such as a skip connection, gets the same one and now sees the zeros.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            grad_out[x <= 0] = 0
            return grad_out


@wrong("check_edit_after_forward")
class KeepsXOnCtx:
    """x is kept as ctx.x. Nothing then notices that x was changed in place before backward, and the
    gradient is silently computed from the new values. There is a method on ctx that guards tensors.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            return x.clamp(min=0)

        @staticmethod
        def backward(ctx, grad_out):
            return grad_out * (ctx.x > 0)


@wrong("check_two_calls")
class KeepsTheMaskOnTheClass:
    """What backward needs is kept in one place for all calls: on the class, or in a global. Two calls
    before a backward are the rule in a network, and the last one overwrites what the others left.
    """

    class MyReLU(reference.MyReLU):
        mask = None

        @staticmethod
        def forward(ctx, x):
            KeepsTheMaskOnTheClass.MyReLU.mask = x > 0
            return x.clamp(min=0)

        @staticmethod
        def backward(ctx, grad_out):
            return grad_out * KeepsTheMaskOnTheClass.MyReLU.mask


@wrong("check_new_tensor")
class ReturnsXIfNothingIsNegative:
    """Where nothing is negative, x itself is returned. A later edit of the result in place then changes
    the caller's tensor, and only for some inputs.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.clamp(min=0) if (x < 0).any() else x


@wrong("check_special_values")
class LosesNaN:
    """forward selects x where it is greater than zero and writes zero elsewhere. NaN is not
    greater than zero, so it becomes zero, and an error upstream is hidden. Which comparison is
    false for NaN?
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.where(x > 0, x, 0)


@wrong("check_special_values")
class MultipliesByTheMask:
    """forward multiplies x by a mask of zeros and ones. Minus infinity times zero is NaN, so -inf
    does not become zero. Select or bound the values instead of multiplying them.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * (x > 0)


@wrong("check_forward")
class ZerosOfTheDefaultDtype:
    """Something in forward has the default dtype, float32: zeros made without a word about it, or a
    mask turned to float. Next to float16 or bfloat16 it promotes the result to float32.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.maximum(x, torch.zeros(x.shape, device=x.device))


@wrong("check_double_backward")
class DetachesGradOut:
    """backward computes with grad_out.detach() or .data, or without gradients. Its operations are
    recorded when somebody differentiates twice, and this cuts the record: the second derivative is
    lost.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            return torch.where(x > 0, grad_out.detach(), 0)


@wrong("check_double_backward", shows="exception")
class OnceDifferentiable:
    """once_differentiable declares that backward itself cannot be differentiated. Here it can:
    everything it does is an ordinary operation on grad_out.
    """

    class MyReLU(reference.MyReLU):
        @staticmethod
        @once_differentiable
        def backward(ctx, grad_out):
            (x,) = ctx.saved_tensors
            return grad_out * (x > 0)


@wrong("check_function")
class BackwardNeverRuns:
    """apply is an ordinary function of operations that autograd can differentiate by itself. So it
    does, and the backward of the class never runs. Leave apply to torch.autograd.Function.
    """

    class MyReLU:
        @staticmethod
        def apply(x):
            return x.clamp(min=0)
