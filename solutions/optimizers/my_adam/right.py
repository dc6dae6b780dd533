import torch

from pytest_torchkata.checks import right

from . import reference


@right
class FoldedCorrections:
    """Both corrections folded into the step size, with eps scaled to match, and lerp for m."""

    class MyAdam(reference.MyAdam):
        @torch.no_grad()
        def step(self):
            beta1, beta2 = self.betas
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad.add(p, alpha=self.weight_decay)
                self.updates[i] += 1
                root = (1 - beta2 ** self.updates[i]) ** 0.5
                self.m[i].lerp_(g, 1 - beta1)
                self.v[i].mul_(beta2).addcmul_(g, g, value=1 - beta2)
                step_size = self.lr * root / (1 - beta1 ** self.updates[i])
                p.addcdiv_(self.m[i], self.v[i].sqrt().add_(self.eps * root), value=-step_size)


@right
class PlainData:
    """State by parameter, made when it is first needed; .data throughout; gradients set to zero."""

    class MyAdam:
        def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
            self.params = list(params)
            self.lr = lr
            self.beta1, self.beta2 = betas
            self.eps = eps
            self.weight_decay = weight_decay
            self.state = {}

        def step(self):
            for p in self.params:
                if p.grad is None:
                    continue
                grad = p.grad.data
                if self.weight_decay != 0:
                    grad = grad + self.weight_decay * p.data
                if p not in self.state:
                    self.state[p] = {"t": 0, "m": 0.0, "v": 0.0}
                s = self.state[p]
                s["t"] += 1
                s["m"] = self.beta1 * s["m"] + (1 - self.beta1) * grad
                s["v"] = self.beta2 * s["v"] + (1 - self.beta2) * grad * grad
                m_hat = s["m"] / (1 - self.beta1 ** s["t"])
                v_hat = s["v"] / (1 - self.beta2 ** s["t"])
                p.data -= self.lr * m_hat / (torch.sqrt(v_hat) + self.eps)

        def zero_grad(self):
            for p in self.params:
                if p.grad is not None:
                    p.grad.detach_()
                    p.grad.zero_()
