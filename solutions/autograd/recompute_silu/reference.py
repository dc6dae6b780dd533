import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


class _SiluMul(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)  # the inputs exist anyway: nothing more is kept
        return F.silu(gate) * up

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_out: Tensor) -> tuple[Tensor | None, Tensor | None]:
        gate, up = ctx.saved_tensors
        s = torch.sigmoid(gate)
        grad_gate = grad_up = None
        if ctx.needs_input_grad[0]:
            grad_gate = grad_out * up * (s * (1 + gate * (1 - s)))  # silu' in the brackets
        if ctx.needs_input_grad[1]:
            grad_up = grad_out * (gate * s)
        return grad_gate, grad_up


def silu_mul(gate: Tensor, up: Tensor) -> Tensor:
    return _SiluMul.apply(gate, up)
