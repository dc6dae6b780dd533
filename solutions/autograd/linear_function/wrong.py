import torch
from torch.autograd.function import once_differentiable

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_gradients", shows="exception")
class BiasSummedOverTheFirstDimension:
    """The gradient of the bias is summed over the first dimension only. Without leading dimensions
    that is the output dimension itself. (With two or more, torch happens to sum the rest for you.)
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            grads = reference.LinearFunction.backward(ctx, grad_output)
            if not any(ctx.needs_input_grad[2:]):
                return grads
            return *grads[:2], grad_output.sum(0)


@wrong("check_gradients", shows="exception")
class BiasSummedOverNoDimension:
    """The gradient of the bias is summed over a tuple of all leading dimensions. Where there are
    none, the tuple is empty, and sum(dim=()) sums over everything.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            grads = reference.LinearFunction.backward(ctx, grad_output)
            if not any(ctx.needs_input_grad[2:]):
                return grads
            return *grads[:2], grad_output.sum(dim=tuple(range(grad_output.dim() - 1)))


@wrong("check_gradients")
class BiasAveraged:
    """The gradient of the bias is the mean over the rows. The bias is added to every row, so the
    gradients of all rows add up; whether the loss averages is not this function's affair.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            grads = reference.LinearFunction.backward(ctx, grad_output)
            if not any(ctx.needs_input_grad[2:]):
                return grads
            return *grads[:2], grad_output.reshape(-1, grad_output.shape[-1]).mean(0)


@wrong("check_gradients", shows="exception")
class WeightGradientTransposed:
    """The gradient of weight comes out as (in, out). A gradient has the shape of its tensor, here
    (out, in). Swap the roles of the two factors, or transpose the result.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            grad_x, grad_weight, grad_bias = reference.LinearFunction.backward(ctx, grad_output)
            return grad_x, None if grad_weight is None else grad_weight.mT, grad_bias


@wrong("check_gradients", shows="exception")
class OneGradient:
    """backward returns the gradient of x alone. It must return one entry for each argument of
    apply, in the same order, and None where there is no gradient.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            _, weight = ctx.saved_tensors
            return grad_output @ weight


@wrong("check_gradients", shows="exception")
class NeedsABatchDimension:
    """The gradient of weight is written with .t() or .T, for a matrix of rows. Without a leading
    dimension both tensors are vectors, which have nothing to transpose.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = ctx.saved_tensors
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ weight
            if ctx.needs_input_grad[1]:
                if x.dim() > 2:
                    x = x.reshape(-1, x.shape[-1])
                    grad_output = grad_output.reshape(-1, grad_output.shape[-1])
                grad_weight = grad_output.t() @ x
            if any(ctx.needs_input_grad[2:]):
                grad_bias = grad_output.sum(0)
            return grad_x, grad_weight, grad_bias


@wrong("check_gradients", shows="exception")
class MatricesOnly:
    """The products are written for matrices, with t() and mm. x may have more dimensions: all
    leading ones count as the batch.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = ctx.saved_tensors
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output.matmul(weight)
            if ctx.needs_input_grad[1]:
                grad_weight = grad_output.t().mm(x)
            if any(ctx.needs_input_grad[2:]):
                grad_bias = grad_output.sum(0)
            return grad_x, grad_weight, grad_bias


@wrong("check_gradients", shows="exception")
class FlattensAVector:
    """flatten(0, -2) joins all dimensions but the last. A vector has no second dimension from the
    end, so without leading dimensions there is nothing that it could mean.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = ctx.saved_tensors
            rows = grad_output.flatten(0, -2)
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ weight
            if ctx.needs_input_grad[1]:
                grad_weight = rows.mT @ x.flatten(0, -2)
            if any(ctx.needs_input_grad[2:]):
                grad_bias = rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_without_bias", shows="exception")
class AsksForTheThird:
    """needs_input_grad has one entry for each argument that apply was given, defaults not counted.
    With apply(x, weight) it has two, and there is no third to look at.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = ctx.saved_tensors
            rows = grad_output.reshape(-1, weight.shape[0])
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ weight
            if ctx.needs_input_grad[1]:
                grad_weight = rows.mT @ x.reshape(-1, weight.shape[1])
            if ctx.needs_input_grad[2]:
                grad_bias = rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_only_what_is_asked")
class AlwaysAllThree:
    """backward computes all gradients, wanted or not. torch drops the ones that are not wanted, but
    the matrix products are paid for. ctx.needs_input_grad tells which are.
    """

    class LinearFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, bias=None):
            ctx.save_for_backward(x, weight, bias)
            out = x @ weight.mT
            return out if bias is None else out + bias

        @staticmethod
        def backward(ctx, grad_output):
            x, weight, bias = ctx.saved_tensors
            rows = grad_output.reshape(-1, weight.shape[0])
            grad_x = grad_output @ weight
            grad_weight = rows.mT @ x.reshape(-1, weight.shape[1])
            grad_bias = None if bias is None else rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_double_backward")
class DetachesWhatWasSaved:
    """backward works on .data or detach() of the saved tensors. The first gradients are right, but
    their own dependence on x and weight is cut, and the second derivative misses those terms.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = (saved.detach() for saved in ctx.saved_tensors)
            rows = grad_output.reshape(-1, weight.shape[0])
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ weight
            if ctx.needs_input_grad[1]:
                grad_weight = rows.mT @ x.reshape(-1, weight.shape[1])
            if any(ctx.needs_input_grad[2:]):
                grad_bias = rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_double_backward")
class SavesViews:
    """forward saves a reshaped x or a transposed weight. forward runs without autograd, so these
    are constants to it, and the second derivative misses their terms. Save the inputs themselves.
    """

    class LinearFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, bias=None):
            ctx.save_for_backward(x.reshape(-1, x.shape[-1]), weight.mT)
            out = x @ weight.mT
            return out if bias is None else out + bias

        @staticmethod
        def backward(ctx, grad_output):
            x, weight_t = ctx.saved_tensors
            rows = grad_output.reshape(-1, weight_t.shape[1])
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ weight_t.mT
            if ctx.needs_input_grad[1]:
                grad_weight = rows.mT @ x
            if any(ctx.needs_input_grad[2:]):
                grad_bias = rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_double_backward")
class WithoutGradients:
    """backward runs under no_grad or detaches grad_output, so the gradients carry no graph. Its
    operations are recorded when somebody differentiates twice; let them be.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            with torch.no_grad():
                return reference.LinearFunction.backward(ctx, grad_output)


@wrong("check_double_backward", shows="exception")
class OnceDifferentiable:
    """once_differentiable declares that backward itself cannot be differentiated. Here it can: all
    that it does are ordinary operations on grad_output and the saved tensors.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        @once_differentiable
        def backward(ctx, grad_output):
            return reference.LinearFunction.backward(ctx, grad_output)


@wrong("check_layouts", shows="exception")
class FlattensWithView:
    """The leading dimensions are flattened with view, which needs memory in the right order. A
    transposed x or an expanded grad_output does not have it.
    """

    class LinearFunction(reference.LinearFunction):
        @staticmethod
        def backward(ctx, grad_output):
            x, weight = ctx.saved_tensors
            rows = grad_output.view(-1, weight.shape[0])
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ weight
            if ctx.needs_input_grad[1]:
                grad_weight = rows.mT @ x.view(-1, weight.shape[1])
            if any(ctx.needs_input_grad[2:]):
                grad_bias = rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_edit_after_forward")
class WeightOnCtx:
    """weight is kept as ctx.weight. Nothing then notices that an optimiser changed it in place
    before backward, and the gradient of x is silently computed from the new weight.
    """

    class LinearFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, bias=None):
            ctx.save_for_backward(x)
            ctx.weight = weight
            out = x @ weight.mT
            return out if bias is None else out + bias

        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            rows = grad_output.reshape(-1, ctx.weight.shape[0])
            grad_x = grad_weight = grad_bias = None
            if ctx.needs_input_grad[0]:
                grad_x = grad_output @ ctx.weight
            if ctx.needs_input_grad[1]:
                grad_weight = rows.mT @ x.reshape(-1, x.shape[-1])
            if any(ctx.needs_input_grad[2:]):
                grad_bias = rows.sum(dim=0)
            return grad_x, grad_weight, grad_bias


@wrong("check_function")
class BackwardNeverRuns:
    """apply is an ordinary function of operations that autograd can differentiate by itself. So it
    does, and the backward of the class never runs. Leave apply to torch.autograd.Function.
    """

    class LinearFunction:
        @staticmethod
        def apply(x, weight, bias=None):
            out = x @ weight.mT
            return out if bias is None else out + bias
