import torch

from pytest_torchkata.checks import right


@right
class OneLongVector:
    """All gradients as one vector in float32; the zeros found by counting."""

    def grad_norms(model):
        norms = {}
        for name, param in model.named_parameters():
            grad = param.grad
            norms[name] = torch.linalg.vector_norm(grad.float()).item() if grad is not None else None
        return norms

    def total_grad_norm(model):
        grads = [p.grad.detach().float().flatten() for p in model.parameters() if p.grad is not None]
        if not grads:
            return 0.0
        return float(torch.cat(grads).norm(2))

    def grad_problems(model):
        out = {}
        for name, param in model.named_parameters():
            if param.requires_grad:
                if param.grad is None:
                    out[name] = "missing"
                elif torch.isnan(param.grad).any() or torch.isinf(param.grad).any():
                    out[name] = "non-finite"
                elif torch.count_nonzero(param.grad) == 0:
                    out[name] = "zero"
        return out
