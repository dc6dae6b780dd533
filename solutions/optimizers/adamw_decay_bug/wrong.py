import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_decay")
class AsItWas:
    """The decay is still added to the gradient, and so it is divided by the root of v with the rest of
    it: where gradients are large, nothing is left of it. That is Adam with an L2 penalty.
    """

    class MyAdamW:
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            params = list(params)
            groups = params if isinstance(params[0], dict) else [{"params": params}]
            self.params = [p for group in groups for p in group["params"]]
            self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
            self.m = [torch.zeros_like(p) for p in self.params]
            self.v = [torch.zeros_like(p) for p in self.params]
            self.t = 0

        @torch.no_grad()
        def step(self):
            beta1, beta2 = self.betas
            self.t += 1
            for p, m, v in zip(self.params, self.m, self.v, strict=True):
                if p.grad is None:
                    continue
                g = p.grad + self.weight_decay * p
                m.mul_(beta1).add_(g, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                m_hat = m / (1 - beta1**self.t)
                v_hat = v / (1 - beta2**self.t)
                p.sub_(self.lr * m_hat / (v_hat.sqrt() + self.eps))

        def zero_grad(self):
            for p in self.params:
                p.grad = None


@wrong("check_decay")
class DecayWithoutRate:
    """The weight is multiplied by 1 - weight_decay. The factor contains the learning rate as well, so
    that a schedule slows the decay down together with the steps.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            p.mul_(1 - weight_decay)
            p.sub_(lr * self._direction(p.grad, state))


@wrong("check_decay")
class DecayAfterTheStep:
    """The decay is applied to the weight that has already taken its step, and shrinks the step as well.
    It comes first, or reads the weight as it was.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            p.sub_(lr * self._direction(p.grad, state))
            p.mul_(1 - lr * weight_decay)


@wrong("check_decay")
class DecaysTwice:
    """The decay is applied to the weight, and is still in the gradient as well. It belongs into one of
    the two places.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            g = p.grad + weight_decay * p
            p.mul_(1 - lr * weight_decay)
            p.sub_(lr * self._direction(g, state))


@wrong("check_decay")
class DecayInTheFirstAverage:
    """The decay is kept out of v, but is added to the gradient that m averages. It is still divided by
    the root of v, and acts several steps late.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            beta1, _ = self.betas
            state["m"].add_(p, alpha=weight_decay * (1 - beta1) / beta1)
            p.sub_(lr * self._direction(p.grad, state))


@wrong("check_decay")
class DecayInTheDirection:
    """The decay is added to m_hat, after both averages, but is divided by the root of v all the same.
    It has to stay outside of the quotient.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            direction = self._direction(p.grad, state)
            v_hat = state["v"] / (1 - self.betas[1] ** state["t"])
            p.sub_(lr * (direction + weight_decay * p / (v_hat.sqrt() + self.eps)))


@wrong("check_decay")
class WeightsGrow:
    """The weight is multiplied by 1 + lr * weight_decay, or the decay is added: the weights grow."""

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            super()._update(p, lr, -weight_decay, state)


@wrong("check_decay")
class NoDecay:
    """The decay has gone altogether. It is out of the gradient now, and has to be applied to the weight
    instead.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            super()._update(p, lr, 0.0, state)


@wrong("check_missing_gradient")
class DecaysWithoutGradient:
    """All parameters decay, those without a gradient as well. A parameter that takes no part in the
    loss would slowly vanish.
    """

    class MyAdamW(reference.MyAdamW):
        @torch.no_grad()
        def step(self):
            for group in self.groups:
                for p in group["params"]:
                    if p.grad is None:
                        p.mul_(1 - group["lr"] * group["weight_decay"])
            super().step()


@wrong("check_missing_gradient")
class MissingMeansZero:
    """A missing gradient is treated as one of zeros. The parameter then decays, and moves on by what is
    left in m, in a step that has nothing to do with it.
    """

    class MyAdamW(reference.MyAdamW):
        def step(self):
            for p in self.state:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
            super().step()


@wrong("check_missing_gradient")
class OneCountForAll:
    """One counter still serves all parameters. A parameter that had no gradient in some steps has
    averaged fewer values than the counter says, and its correction is too weak.
    """

    class MyAdamW(reference.MyAdamW):
        t = 0

        def step(self):
            for state in self.state.values():
                state["t"] = self.t
            self.t += 1
            super().step()


@wrong("check_decay")
class CountsParameters:
    """The counter is advanced for each parameter instead of once in each step. With two parameters it
    runs twice as fast: every parameter needs a count of its own.
    """

    class MyAdamW(reference.MyAdamW):
        t = 0

        def _update(self, p, lr, weight_decay, state):
            state["t"] = self.t
            self.t += 1
            super()._update(p, lr, weight_decay, state)


@wrong("check_groups")
class GroupsIgnored:
    """The groups are still taken apart, and what they say about lr and weight_decay is dropped: all
    parameters get the arguments of the constructor.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            for group in self.groups:
                group.update(lr=lr, weight_decay=weight_decay)


@wrong("check_groups")
class FirstGroupForAll:
    """The settings of the first group are used for all. Each parameter has those of its own group."""

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            first = self.groups[0]
            for group in self.groups:
                group.update(lr=first["lr"], weight_decay=first["weight_decay"])


@wrong("check_groups")
class LastGroupForAll:
    """The settings of one group overwrite those of the one before, so that the last one counts for all.
    Keep them with the group, or with the parameter.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            last = self.groups[-1]
            for group in self.groups:
                group.update(lr=last["lr"], weight_decay=last["weight_decay"])


@wrong("check_groups")
class OnlyTheDecayOfTheGroup:
    """The decay of a group is respected, and its learning rate is not. Both may differ."""

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            for group in self.groups:
                group["lr"] = lr


@wrong("check_groups")
class OnlyTheRateOfTheGroup:
    """The learning rate of a group is respected, and its decay is not. Both may differ: a group without
    decay is the most common reason for groups.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            for group in self.groups:
                group["weight_decay"] = weight_decay


@wrong("check_groups")
class DecayWithTheDefaultRate:
    """The step uses the learning rate of the group, and the decay that of the constructor. It is the
    same rate in both.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            self.lr = lr

        def _update(self, p, lr, weight_decay, state):
            p.mul_(1 - self.lr * weight_decay)
            p.sub_(lr * self._direction(p.grad, state))


@wrong("check_groups", shows="exception")
class EverySettingInEveryGroup:
    """The settings are read from the dict of the group, where they need not be. What is missing there is
    taken from the arguments.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            params = list(params)
            if isinstance(params[0], dict):
                for group in params:
                    group["lr"], group["weight_decay"]
            super().__init__(params, lr, betas, eps, weight_decay)


@wrong("check_groups")
class ZeroMeansMissing:
    """A setting of 0 in a group is taken for a missing one, as group.get("weight_decay") or ... does.
    But 0 is what a group without decay says.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            super().__init__(params, lr, betas, eps, weight_decay)
            for group in self.groups:
                group["weight_decay"] = group["weight_decay"] or weight_decay


@wrong("check_generators")
class LooksIntoTheGenerator:
    """The first item is taken out of params, to see whether it is a dict. A generator does not give it
    back: the first parameter is never trained.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            if iter(params) is params:
                next(params)
            super().__init__(params, lr, betas, eps, weight_decay)


@wrong("check_generators")
class GroupsKeepTheirGenerators:
    """The dicts are kept as they were given. A generator in one of them is used up by the first loop,
    and from then on its group is empty.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
            params = list(params)
            once = [isinstance(g, dict) and iter(g["params"]) is g["params"] for g in params]
            super().__init__(params, lr, betas, eps, weight_decay)
            for group, lost in zip(self.groups, once, strict=False):
                if lost:
                    group["params"] = []


@wrong("check_gradients_left")
class DecayAddedToTheGradient:
    """The decay is added to p.grad and taken away again after the step, or added in place. Whoever
    accumulates, clips or logs gradients sees other ones.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            super()._update(p, lr, weight_decay, state)
            p.grad.add_(p, alpha=weight_decay)


@wrong("check_gradients_left")
class AveragesInTheGradient:
    """The in-place update of m works in the memory of p.grad. After the step the gradient is gone:
    whoever clips, logs or accumulates it sees the average instead.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            super()._update(p, lr, weight_decay, state)
            p.grad.copy_(state["m"])


@wrong("check_in_place")
class NewMemory:
    """p.data is given a new tensor. The parameter has moved: every view of it, and every other tensor
    that shares its memory, still holds the old values. Write into it instead.
    """

    class MyAdamW(reference.MyAdamW):
        def _update(self, p, lr, weight_decay, state):
            p.data = p.data * (1 - lr * weight_decay)
            p.sub_(lr * self._direction(p.grad, state))


@wrong("check_no_decay")
class EpsInsideTheRoot:
    """eps has slipped under the root. A tiny eps is then far from tiny: the root of 1e-8 is 1e-4."""

    class MyAdamW(reference.MyAdamW):
        def _direction(self, g, state):
            super()._direction(g, state)
            beta1, beta2 = self.betas
            m_hat = state["m"] / (1 - beta1 ** state["t"])
            v_hat = state["v"] / (1 - beta2 ** state["t"])
            return m_hat / torch.sqrt(v_hat + self.eps)


@wrong("check_zero_grad")
class OnlyTheFirstGroupIsCleared:
    """zero_grad() clears the first group only. In the others each gradient contains the last one."""

    class MyAdamW(reference.MyAdamW):
        def zero_grad(self):
            for p in self.groups[0]["params"]:
                p.grad = None


@wrong("check_groups")
class ZeroLrIsMissing:
    """A group's lr of 0 is taken for no lr at all, and replaced by the default: zero is false in Python. Look
    whether the key is there, as get("lr", lr) does.
    """

    class MyAdamW(reference.MyAdamW):
        def __init__(self, params, lr=1e-3, *args, **kwargs):
            super().__init__(params, lr, *args, **kwargs)
            for group in self.groups:
                group["lr"] = group["lr"] or lr
