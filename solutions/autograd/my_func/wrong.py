import torch
from torch.autograd.function import once_differentiable

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_gradient")
class ForgetsGradOutput:
    """backward returns the slope alone. The chain rule asks for it times grad_output, which is one only
    when x squared is the end of everything, under a plain sum.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return 2 * x


@wrong("check_gradient")
class ForgetsX:
    """backward returns twice grad_output, as if the function were a doubling. The slope of the square
    depends on where one stands: at x.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            return 2 * grad_output


@wrong("check_gradient")
class ForgetsTheTwo:
    """backward multiplies grad_output by x. In x times x both factors move, so there are two such
    terms.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return x * grad_output


@wrong("check_gradient")
class RunsForwardBackwards:
    """backward squares, or multiplies by the result. What is wanted is not the value of the function
    once more, but its slope.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return grad_output * x**2


@wrong("check_gradient")
class SummedGradient:
    """backward adds its products up to one number. Every entry of x belongs to one entry of the result,
    and gets the gradient of that one alone.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return (2 * x * grad_output).sum().expand(x.shape)


@wrong("check_gradient")
class ReturnsNone:
    """backward returns None. Perhaps you expected autograd to differentiate the operations in forward.
    It does not look into the forward of a Function: backward is all that it knows.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            return None


@wrong("check_gradient", shows="exception")
class ForgetsToUnpack:
    """ctx.saved_tensors is a tuple, also when one tensor was saved. Take the tensor out of it."""

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            x = ctx.saved_tensors
            return 2 * x * grad_output


@wrong("check_gradient", shows="exception")
class OneGradientTooMany:
    """backward returns two gradients. It must return one for each argument of apply, and ctx is none of
    them.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return None, 2 * x * grad_output


@wrong("check_forward", shows="exception")
class InstanceMethods:
    """forward and backward are ordinary methods with self. torch calls them on the class, so they have
    to be static methods with ctx as the first argument.
    """

    class MyFunc(torch.autograd.Function):
        def forward(self, ctx, x):
            ctx.save_for_backward(x)
            return x * x

        def backward(self, ctx, grad_output):
            (x,) = ctx.saved_tensors
            return 2 * x * grad_output


@wrong("check_function")
class BackwardNeverRuns:
    """apply is an ordinary function of operations that autograd can differentiate by itself. So it
    does, and the backward of the class never runs. Leave apply to torch.autograd.Function.
    """

    class MyFunc:
        @staticmethod
        def apply(x):
            return x * x


@wrong("check_forward")
class ComputesInFloat32:
    """Something in forward turns the values into float32. The result has to have the dtype of x."""

    class MyFunc(reference.MyFunc):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.float() ** 2


@wrong("check_unchanged")
class SquaresInPlace:
    """forward squares in place and so overwrites the caller's tensor. A function that returns a new
    tensor leaves its input alone; mind the trailing underscore.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x.clone())
            return x.mul_(x)


@wrong("check_unchanged")
class ScalesGradOutputInPlace:
    """backward multiplies into grad_output itself. That tensor is not yours: the caller, or another
    branch of the graph, gets the same one and now sees your product.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return grad_output.mul_(x).mul_(2)


@wrong("check_two_calls")
class KeepsXOnTheClass:
    """x is kept on the class, of which there is one. A second call overwrites what the first one needs
    for its backward. ctx is made anew for every call.
    """

    class MyFunc(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            KeepsXOnTheClass.x = x
            return x * x

        @staticmethod
        def backward(ctx, grad_output):
            return 2 * KeepsXOnTheClass.x * grad_output


@wrong("check_edit_after_forward")
class KeepsXOnCtx:
    """x is kept as ctx.x. Nothing then notices that x was changed in place before backward, and the
    gradient is silently computed from the new values. There is a method on ctx that guards tensors.
    """

    class MyFunc(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            return x * x

        @staticmethod
        def backward(ctx, grad_output):
            return 2 * ctx.x * grad_output


@wrong("check_edit_after_forward")
class SavesACopy:
    """What is saved is not x, but a copy, x.data, or something computed from it. An edit of x is not
    noticed, and since forward runs unrecorded, what was saved is a constant: the second derivative
    misses its way back to x.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x.clone())
            return x * x


@wrong("check_double_backward")
class DetachesX:
    """backward works on .data or detach() of the saved x. The first gradient is right, but its own
    dependence on x is cut, and the second derivative is lost.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return 2 * x.detach() * grad_output


@wrong("check_double_backward")
class DetachesGradOutput:
    """backward works on .data or detach() of grad_output. Its operations are recorded when somebody
    differentiates twice, and this cuts the part that leads on through grad_output.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return 2 * x * grad_output.detach()


@wrong("check_double_backward")
class BackwardUnderNoGrad:
    """backward computes under no_grad, so the gradient has no history. Its operations are recorded only
    when somebody differentiates twice; let them be.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        def backward(ctx, grad_output):
            with torch.no_grad():
                (x,) = ctx.saved_tensors
                return 2 * x * grad_output


@wrong("check_double_backward", shows="exception")
class OnceDifferentiable:
    """once_differentiable declares that backward itself cannot be differentiated. Here it can:
    everything it does is an ordinary operation on x and grad_output.
    """

    class MyFunc(reference.MyFunc):
        @staticmethod
        @once_differentiable
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return 2 * x * grad_output
