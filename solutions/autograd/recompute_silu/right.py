import torch

from pytest_torchkata.checks import right


class _Written(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate, up):
        ctx.save_for_backward(gate, up)
        return gate * torch.sigmoid(gate) * up

    @staticmethod
    def backward(ctx, grad_out):
        gate, up = ctx.saved_tensors
        s = torch.sigmoid(gate)
        silu = gate * s
        return grad_out * up * (s + silu * (1 - s)), grad_out * silu


@right
class WrittenOut:
    """Both gradients always, with the derivative in another form."""

    def silu_mul(gate, up):
        return _Written.apply(gate, up)


class _SetupContext(torch.autograd.Function):
    @staticmethod
    def forward(gate, up):
        return torch.nn.functional.silu(gate) * up

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_out):
        with torch.enable_grad():
            gate, up = (saved.detach().requires_grad_() for saved in ctx.saved_tensors)
            out = torch.nn.functional.silu(gate) * up
        return torch.autograd.grad(out, (gate, up), grad_out)


@right
class RunsForwardAgain:
    """A separate setup_context, and a backward that runs the expression again under autograd."""

    def silu_mul(gate, up):
        return _SetupContext.apply(gate, up)
