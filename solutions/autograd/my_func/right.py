import torch

from pytest_torchkata.checks import right


@right
class SetupContext:
    """forward without ctx, and setup_context beside it."""

    class MyFunc(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.pow(2)

        @staticmethod
        def setup_context(ctx, inputs, output):
            (x,) = inputs
            ctx.save_for_backward(x)

        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_tensors
            return grad_output * 2 * x


@right
class FromTheDocumentation:
    """Other names, and the saved tensor taken out by its index."""

    class MyFunc(torch.autograd.Function):
        @staticmethod
        def forward(ctx, input):
            ctx.save_for_backward(input)
            return input**2

        @staticmethod
        def backward(ctx, g):
            grad_input = g.clone()
            return grad_input * (2.0 * ctx.saved_tensors[0])


@right
class OnlyWhenNeeded:
    """Asks needs_input_grad, and adds twice instead of multiplying by two."""

    class MyFunc(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.square(x)

        @staticmethod
        def backward(ctx, grad_output):
            if not ctx.needs_input_grad[0]:
                return None
            (x,) = ctx.saved_tensors
            return x * grad_output + grad_output * x
