import torch

from pytest_torchkata.checks import right


@right
class SmallestRepair:
    """The lists of the stub, with one more for each of the settings and the counts."""

    class MyAdamW:
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            params = list(params)
            groups = params if isinstance(params[0], dict) else [{"params": params}]
            self.params, self.lrs, self.decays = [], [], []
            for group in groups:
                for p in group["params"]:
                    self.params.append(p)
                    self.lrs.append(group.get("lr", lr))
                    self.decays.append(group.get("weight_decay", weight_decay))
            self.betas, self.eps = betas, eps
            self.m = [torch.zeros_like(p) for p in self.params]
            self.v = [torch.zeros_like(p) for p in self.params]
            self.t = [0] * len(self.params)

        @torch.no_grad()
        def step(self):
            beta1, beta2 = self.betas
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                self.t[i] += 1
                decay = self.lrs[i] * self.decays[i] * p  # read before the step
                self.m[i].mul_(beta1).add_(p.grad, alpha=1 - beta1)
                self.v[i].mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                m_hat = self.m[i] / (1 - beta1 ** self.t[i])
                v_hat = self.v[i] / (1 - beta2 ** self.t[i])
                p.sub_(self.lrs[i] * m_hat / (v_hat.sqrt() + self.eps) + decay)

        def zero_grad(self):
            for p in self.params:
                p.grad = None


@right
class StateWhenNeeded:
    """State made by the first gradient; .data; corrections folded into the step size; zeroed grads."""

    class MyAdamW:
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            params = [*params]
            if not isinstance(params[0], dict):
                params = [{"params": params}]
            self.param_groups = []
            for group in params:
                group = dict(group)
                group["params"] = [*group["params"]]
                group.setdefault("lr", lr)
                group.setdefault("weight_decay", weight_decay)
                self.param_groups.append(group)
            self.b1, self.b2 = betas
            self.eps = eps
            self.state = {}

        def step(self):
            for group in self.param_groups:
                lr = group["lr"]
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    t, m, v = self.state.get(p, (0, 0.0, 0.0))
                    g = p.grad.data
                    t, m, v = t + 1, self.b1 * m + (1 - self.b1) * g, self.b2 * v + (1 - self.b2) * g * g
                    self.state[p] = t, m, v
                    p.data *= 1 - lr * group["weight_decay"]
                    root = (1 - self.b2**t) ** 0.5
                    step_size = lr * root / (1 - self.b1**t)
                    p.data -= step_size * m / (v.sqrt() + self.eps * root)

        def zero_grad(self):
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.grad.zero_()
