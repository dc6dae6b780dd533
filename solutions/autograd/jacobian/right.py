import torch

from pytest_torchkata.checks import right


@right
class BatchedRows:
    """All rows at once with is_grads_batched, and zeros where nothing is reached."""

    def vjp(f, x, v):
        with torch.enable_grad():
            x = x.detach().clone().requires_grad_(True)
            y = f(x)
            if not y.requires_grad:
                return torch.zeros_like(x)
            grad = torch.autograd.grad(y, x, grad_outputs=v, allow_unused=True)[0]
        return torch.zeros_like(x).detach() if grad is None else grad

    def jacobian(f, x):
        with torch.enable_grad():
            x = x.detach().clone().requires_grad_(True)
            y = f(x)
            if not y.requires_grad:
                return x.new_zeros(*y.shape, *x.shape)
            eye = torch.eye(y.numel(), dtype=y.dtype, device=y.device).view(-1, *y.shape)
            (grad,) = torch.autograd.grad(y, x, eye, is_grads_batched=True, allow_unused=True)
        if grad is None:
            return x.new_zeros(*y.shape, *x.shape)
        return grad.reshape(*y.shape, *x.shape)


@right
class RowByRow:
    """Each output element differentiated by itself, into rows of zeros."""

    def vjp(f, x, v):
        with torch.enable_grad():
            leaf = x.detach().requires_grad_(True)
            loss = (v * f(leaf)).sum()
            if loss.requires_grad:
                (grad,) = torch.autograd.grad(loss, [leaf], allow_unused=True)
                if grad is not None:
                    return grad
        return torch.zeros_like(x, requires_grad=False)

    def jacobian(f, x):
        with torch.enable_grad():
            leaf = x.detach().requires_grad_(True)
            out = f(leaf)
        rows = torch.zeros(out.numel(), *x.shape, dtype=x.dtype, device=x.device)
        for i in range(out.numel()):
            if out.requires_grad:
                with torch.enable_grad():
                    again = f(leaf).flatten()[i]
                (grad,) = torch.autograd.grad(again, leaf, allow_unused=True)
                if grad is not None:
                    rows[i] = grad
        return rows.reshape(out.shape + x.shape)


@right
class VjpForEveryRow:
    """jacobian calls vjp with one one-hot tensor after the other; vjp calls backward for x alone."""

    def vjp(f, x, v):
        with torch.enable_grad():
            x = x.clone().detach().requires_grad_()
            y = f(x) + 0 * x.sum()  # a path to x in any case
            y.backward(v, inputs=[x])
        return x.grad

    def jacobian(f, x):
        with torch.no_grad():
            shape = f(x.detach()).shape
        rows = []
        for i in range(shape.numel()):
            v = torch.zeros(shape.numel(), dtype=x.dtype, device=x.device)
            v[i] = 1
            rows.append(VjpForEveryRow.vjp(f, x, v.view(shape)))
        return torch.stack(rows).view(*shape, *x.shape)
