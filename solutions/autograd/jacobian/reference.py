from collections.abc import Callable

import torch
from torch import Tensor


def vjp(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Tensor:
    return _pull_back(*_record(f, x), v)


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    x, out = _record(f, x)
    one_hot = torch.eye(out.numel(), dtype=out.dtype, device=out.device)
    rows = [_pull_back(x, out, v.reshape(out.shape)) for v in one_hot]
    return torch.stack(rows).reshape(out.shape + x.shape)


def _record(f: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():  # whatever the caller's mode is
        x = x.detach().requires_grad_()  # our own leaf, so that the caller's stays as it was
        return x, f(x)


def _pull_back(x: Tensor, out: Tensor, v: Tensor) -> Tensor:
    if not out.requires_grad:  # f is constant, and there is no graph to walk
        return torch.zeros_like(x)
    # retain_graph, since there is a row for every output; zeros where no path leads to x.
    (grad,) = torch.autograd.grad(out, x, v, retain_graph=True, materialize_grads=True)
    return grad
