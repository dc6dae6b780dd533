import torch

from pytest_torchkata.checks import right


@right
class AlwaysMultiplies:
    """One long vector; the factor max_norm / (norm + 1e-6), limited to 1; the norm as a tensor."""

    def clip_grad_norm(params, max_norm):
        grads = [p.grad for p in params if p.grad is not None]
        if len(grads) == 0:
            return torch.tensor(0.0)
        total_norm = torch.cat([g.detach().flatten() for g in grads]).norm(2)
        clip_coef = max_norm / (total_norm + 1e-6)
        clip_coef = torch.clamp(clip_coef, max=1.0)
        for g in grads:
            g.detach().mul_(clip_coef)
        return total_norm

    def clip_grad_value(params, clip_value):
        for p in filter(lambda p: p.grad is not None, params):
            p.grad.data.clamp_(min=-clip_value, max=clip_value)


@right
class SumOfSquares:
    """A Python loop over the squares; copy_ into the gradients."""

    def clip_grad_norm(params, max_norm):
        params = list(params)
        total = 0.0
        for p in params:
            if p.grad is not None:
                total += p.grad.pow(2).sum().item()
        norm = total**0.5
        for p in params:
            if p.grad is not None and norm > max_norm:
                p.grad.copy_(p.grad * (max_norm / norm))
        return norm

    def clip_grad_value(params, clip_value):
        for p in params:
            if p.grad is None:
                continue
            limit = torch.full_like(p.grad, clip_value)
            p.grad.copy_(torch.minimum(torch.maximum(p.grad, -limit), limit))


@right
class NormsInFloat64:
    """The norms are stacked in float64, and the gradients divided; clamp into the gradient itself."""

    @torch.no_grad()
    def clip_grad_norm(params, max_norm):
        grads = [p.grad for p in params if p.grad is not None]
        norms = [torch.linalg.vector_norm(g, dtype=torch.float64) for g in grads]
        norm = torch.linalg.vector_norm(torch.stack(norms)) if norms else torch.zeros(())
        if norm > max_norm:
            for g in grads:
                g.div_(norm / max_norm)
        return norm

    @torch.no_grad()
    def clip_grad_value(params, clip_value):
        for p in params:
            if p.grad is not None:
                torch.clamp(p.grad, -clip_value, clip_value, out=p.grad)
