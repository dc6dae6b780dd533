import torch

from pytest_torchkata.checks import right


@right
class VelocityWhenNeeded:
    """The velocity is made by the first gradient, as a copy; .data throughout; zeros in zero_grad."""

    class MySGD:
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            if lr < 0.0:
                raise ValueError("negative learning rate")
            if nesterov and momentum <= 0:
                raise ValueError("Nesterov needs momentum")
            self.params = list(params)
            self.lr = lr
            self.momentum = momentum
            self.weight_decay = weight_decay
            self.nesterov = nesterov
            self.buffers = {}

        def step(self):
            for p in self.params:
                if p.grad is None:
                    continue
                d_p = p.grad.data
                if self.weight_decay != 0:
                    d_p = d_p.add(p.data, alpha=self.weight_decay)
                if self.momentum != 0:
                    if p not in self.buffers:
                        buf = self.buffers[p] = d_p.clone()
                    else:
                        buf = self.buffers[p]
                        buf.mul_(self.momentum).add_(d_p)
                    d_p = d_p.add(buf, alpha=self.momentum) if self.nesterov else buf
                p.data.add_(d_p, alpha=-self.lr)

        def zero_grad(self):
            for p in self.params:
                if p.grad is not None:
                    p.grad.detach_()
                    p.grad.zero_()


@right
class NewVelocities:
    """A velocity of 0 to begin with, replaced by a new tensor in each step."""

    class MySGD:
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            if lr < 0 or (nesterov and not momentum):
                raise ValueError("bad settings")
            self.params, self.lr, self.mu = [*params], lr, momentum
            self.wd, self.nesterov = weight_decay, nesterov
            self.v = {id(p): 0.0 for p in self.params}

        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        g = p.grad.detach() + self.wd * p
                        v = self.v[id(p)] = self.mu * self.v[id(p)] + g
                        p -= self.lr * (g + self.mu * v) if self.nesterov else self.lr * v

        def zero_grad(self):
            for p in self.params:
                p.grad = None


@right
class FromTheBaseClass:
    """A torch.optim.Optimizer with its own step; lr is a property of its group."""

    class MySGD(torch.optim.Optimizer):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            if lr < 0:
                raise ValueError(lr)
            if nesterov and momentum == 0:
                raise ValueError(momentum)
            defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov}
            torch.optim.Optimizer.__init__(self, params, defaults)

        @property
        def lr(self):
            return self.param_groups[0]["lr"]

        @lr.setter
        def lr(self, value):
            self.param_groups[0]["lr"] = value

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    g = p.grad.add(p, alpha=group["weight_decay"])
                    state = self.state[p]
                    v = state.get("velocity")
                    v = state["velocity"] = g.clone() if v is None else group["momentum"] * v + g
                    p.add_(g + group["momentum"] * v if group["nesterov"] else v, alpha=-group["lr"])
