import math

from torch import nn


def grad_norms(model: nn.Module) -> dict[str, float | None]:
    # In float64 no square of a smaller dtype overflows, or vanishes.
    return {
        name: None if p.grad is None else p.grad.double().norm().item()
        for name, p in model.named_parameters()
    }


def total_grad_norm(model: nn.Module) -> float:
    norms = [norm for norm in grad_norms(model).values() if norm is not None]
    return math.sqrt(sum(norm * norm for norm in norms))


def grad_problems(model: nn.Module) -> dict[str, str]:
    problems = {}
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        if p.grad is None:
            problems[name] = "missing"
        elif not p.grad.isfinite().all():
            problems[name] = "non-finite"
        elif not p.grad.any():
            problems[name] = "zero"
    return problems
