import torch
from torch import Tensor


class LinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        # The inputs themselves: for a view made here, the second derivative would be lost.
        ctx.save_for_backward(x, weight)
        out = x @ weight.mT  # (..., out)
        return out if bias is None else out + bias

    @staticmethod
    def backward(ctx, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        rows = grad_output.reshape(-1, weight.shape[0])  # (N, out)
        grad_x = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_x = grad_output @ weight  # (..., in)
        if ctx.needs_input_grad[1]:
            grad_weight = rows.mT @ x.reshape(-1, weight.shape[1])  # (out, in)
        if any(ctx.needs_input_grad[2:]):  # one entry per argument, and bias may be left out
            grad_bias = rows.sum(dim=0)  # (out,)
        return grad_x, grad_weight, grad_bias
