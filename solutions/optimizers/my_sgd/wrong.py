import torch

from pytest_torchkata.checks import wrong

from . import reference


class Steps(reference.MySGD):
    """The loop over the parameters, with what happens to one of them left open."""

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.update(i, p, p.grad + self.weight_decay * p)

    def update(self, i, p, g):
        self.velocities[i].mul_(self.momentum).add_(g)
        self.move(p, g, self.velocities[i])

    def move(self, p, g, velocity):
        p.sub_(self.lr * (g + self.momentum * velocity if self.nesterov else velocity))


@wrong("check_plain", shows="exception")
class AutogradIsWatching:
    """The parameter is a leaf that requires grad, and autograd does not let anyone write into such a
    leaf while it records. An update is not part of the model: switch the recording off for it.
    """

    class MySGD(reference.MySGD):
        def step(self):
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad + self.weight_decay * p
                self.velocities[i] = self.momentum * self.velocities[i] + g
                p -= self.lr * self.velocities[i]


@wrong("check_plain")
class BindsTheName:
    """The weight does not move. If your step ends in p = p - ..., that makes p the name of a new
    tensor: the parameter itself must be written into.
    """

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p = p - self.lr * velocity


@wrong("check_plain")
class ClimbsInstead:
    """The step is added. The gradient points uphill, and the loss should fall."""

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p.add_(self.lr * (g + self.momentum * velocity if self.nesterov else velocity))


@wrong("check_momentum")
class VelocityIsAnAverage:
    """The new gradient is multiplied by 1 - momentum, as in a moving average. SGD adds the whole of
    it: with the average the steps are smaller, by a factor of ten for a momentum of 0.9.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            self.velocities[i].mul_(self.momentum).add_(g, alpha=1 - self.momentum)
            self.move(p, g, self.velocities[i])


@wrong("check_momentum")
class AverageFromTheFirst:
    """The velocity starts as the first gradient and is a moving average afterwards. Only the first step
    is right: each further gradient counts in full, without a factor of 1 - momentum.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            self.seen = getattr(self, "seen", set())
            if i in self.seen:
                self.velocities[i].mul_(self.momentum).add_(g, alpha=1 - self.momentum)
            else:
                self.velocities[i].copy_(g)
            self.seen.add(i)
            self.move(p, g, self.velocities[i])


@wrong("check_momentum")
class MomentumIgnored:
    """momentum is accepted and never used: each step knows only its own gradient."""

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p.sub_(self.lr * g)


@wrong("check_momentum")
class OldVelocityInTheStep:
    """The step uses the velocity as it was before the new gradient came in. It always lags one gradient
    behind, and the first step does nothing of its own.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            moved = self.velocities[i].clone() if self.momentum else g
            self.velocities[i].mul_(self.momentum).add_(g)
            self.move(p, g, moved)


@wrong("check_momentum")
class MomentumOnTheGradient:
    """momentum multiplies the new gradient instead of the old velocity, which then never fades."""

    class MySGD(Steps):
        def update(self, i, p, g):
            if not self.momentum:
                self.velocities[i].zero_()
                self.velocities[i].add_(g)
            else:
                self.velocities[i].add_(g, alpha=self.momentum)
            self.move(p, g, self.velocities[i])


@wrong("check_lr")
class RateInTheVelocity:
    """The learning rate is folded into the velocity. As long as it stays the same that changes nothing;
    after a change the old gradients still count with the old rate.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            old = self.velocities[i].clone()
            self.velocities[i].mul_(self.momentum).add_(g, alpha=self.lr)
            v = self.velocities[i]
            p.sub_(self.lr * g + self.momentum * v if self.nesterov else self.momentum * old + self.lr * g)


@wrong("check_lr")
class RateOfTheStart:
    """The rate of the constructor is used for good. A schedule that sets the attribute has no effect."""

    class MySGD(Steps):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, weight_decay, nesterov)
            self.defaults = {"lr": lr}

        def move(self, p, g, velocity):
            step = g + self.momentum * velocity if self.nesterov else velocity
            p.sub_(self.defaults["lr"] * step)


@wrong("check_nesterov")
class NesterovIgnored:
    """nesterov is accepted and never used. Momentum alone is the classical form: Nesterov adds the new
    velocity to the gradient once more.
    """

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p.sub_(self.lr * velocity)


@wrong("check_momentum")
class AlwaysNesterov:
    """Every step with momentum is a Nesterov step. That is what the flag is for; without it the step is
    the velocity.
    """

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p.sub_(self.lr * (g + self.momentum * velocity))


@wrong("check_nesterov")
class NesterovWithTheOldVelocity:
    """The Nesterov step is taken with the velocity from before this gradient came in. That is the
    classical step, only written differently: it looks ahead with the new velocity.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            old = self.velocities[i].clone()
            self.velocities[i].mul_(self.momentum).add_(g)
            self.move(p, g, old if self.nesterov else self.velocities[i])


@wrong("check_nesterov")
class NesterovWithoutMomentumFactor:
    """The Nesterov step is the gradient plus the whole velocity. The velocity is multiplied by momentum
    there as well.
    """

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p.sub_(self.lr * (g + velocity if self.nesterov else velocity))


@wrong("check_nesterov")
class NesterovOnTheRawGradient:
    """The Nesterov step uses the raw gradient, without the decay. g is the same in both places: the
    gradient plus weight_decay times the weight.
    """

    class MySGD(Steps):
        def move(self, p, g, velocity):
            p.sub_(self.lr * (p.grad + self.momentum * velocity if self.nesterov else velocity))


@wrong("check_weight_decay")
class DecayIgnored:
    """weight_decay is accepted and never used: the weights are not pulled towards zero."""

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, 0.0, nesterov)


@wrong("check_weight_decay")
class DecoupledDecay:
    """The decay is taken off the weight directly, beside the step. Without momentum that is the same;
    with it the decay belongs into the velocity like the rest of the gradient.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            self.velocities[i].mul_(self.momentum).add_(p.grad)
            p.mul_(1 - self.lr * self.weight_decay)
            self.move(p, p.grad, self.velocities[i])


@wrong("check_weight_decay")
class DecayWithoutRate:
    """The weight is multiplied by 1 - weight_decay. The decay is part of the gradient, and is scaled by
    the learning rate with it.
    """

    class MySGD(Steps):
        def update(self, i, p, g):
            p.mul_(1 - self.weight_decay)
            super().update(i, p, p.grad)


@wrong("check_weight_decay")
class DecayWithTheWrongSign:
    """The decay is subtracted from the gradient: the weights grow instead of shrinking."""

    class MySGD(Steps):
        def update(self, i, p, g):
            super().update(i, p, p.grad - self.weight_decay * p)


@wrong("check_gradients_left")
class DecayAddedToTheGradient:
    """The decay is added to p.grad in place. Without zero_grad in between it is added again and again,
    and the gradient that others read is no longer the one of the loss.
    """

    class MySGD(reference.MySGD):
        def step(self):
            decay, self.weight_decay = self.weight_decay, 0.0
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p.grad.add_(p, alpha=decay)
            super().step()
            self.weight_decay = decay


@wrong("check_gradients_left")
class VelocityInTheGradient:
    """The velocity is computed in the memory of p.grad. After the step the gradient is gone: whoever
    clips, logs or accumulates it sees the velocity instead.
    """

    class MySGD(reference.MySGD):
        def step(self):
            super().step()
            with torch.no_grad():
                for p, velocity in zip(self.params, self.velocities, strict=True):
                    if p.grad is not None and self.momentum:
                        p.grad.copy_(velocity)


@wrong("check_gradients_left")
class ScalesTheGradient:
    """The gradient is multiplied by lr in place before it is subtracted. Whoever reads it afterwards,
    or accumulates into it, has another gradient.
    """

    class MySGD(reference.MySGD):
        def step(self):
            super().step()
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p.grad.mul_(self.lr)


@wrong("check_same_gradient_tensor")
class KeepsTheGradientItself:
    """The first velocity is the gradient tensor itself, and not a copy of it. When backward or anybody
    else writes into .grad, the velocity changes with it.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, weight_decay, nesterov)
            self.velocities = [None] * len(self.params)

        @torch.no_grad()
        def step(self):
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad.detach()
                if self.weight_decay:
                    g = g + self.weight_decay * p
                velocity = self.velocities[i]
                self.velocities[i] = g if velocity is None else self.momentum * velocity + g
                step = g + self.momentum * self.velocities[i] if self.nesterov else self.velocities[i]
                p.sub_(self.lr * step)


@wrong("check_missing_gradient", shows="exception")
class NoneIsNotANumber:
    """A parameter that took no part in the last backward has None for a gradient. Leave it out of the
    step.
    """

    class MySGD(reference.MySGD):
        @torch.no_grad()
        def step(self):
            for i, p in enumerate(self.params):
                g = p.grad + self.weight_decay * p
                self.velocities[i].mul_(self.momentum).add_(g)
                p.sub_(self.lr * self.velocities[i])


@wrong("check_missing_gradient")
class MissingMeansZero:
    """A missing gradient is treated as a gradient of zero. The parameter then decays, and moves on by
    what is left of its velocity, in a step that has nothing to do with it.
    """

    class MySGD(reference.MySGD):
        def step(self):
            for p in self.params:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
            super().step()


@wrong("check_missing_gradient")
class StopsAtMissing:
    """The first parameter without a gradient ends the whole step: return leaves the method, and the
    parameters behind it are not updated.
    """

    class MySGD(reference.MySGD):
        def step(self):
            everything = self.params, self.velocities
            count = next((i for i, p in enumerate(self.params) if p.grad is None), len(self.params))
            self.params, self.velocities = (x[:count] for x in everything)
            super().step()
            self.params, self.velocities = everything


@wrong("check_zero_gradient")
class ZeroMeansMissing:
    """A gradient of zeros is skipped like a missing one. It is a gradient: the weight decays, and moves
    on by its velocity.
    """

    class MySGD(reference.MySGD):
        def step(self):
            held = [p.grad for p in self.params]
            for p in self.params:
                if p.grad is not None and not p.grad.any():
                    p.grad = None
            super().step()
            for p, grad in zip(self.params, held, strict=True):
                p.grad = grad


@wrong("check_in_place")
class NewMemory:
    """p.data is given a new tensor. The parameter has moved: every view of it, and every other tensor
    that shares its memory, still holds the old values. Write into it instead.
    """

    class MySGD(reference.MySGD):
        def step(self):
            for p in self.params:
                p.data = p.data.clone()
            super().step()


@wrong("check_graph")
class RecordsTheGraph:
    """Only the write to the parameter is kept out of autograd. The velocity is computed from a gradient
    that may carry a graph, and from the parameter itself, so it holds on to every step.
    """

    class MySGD(reference.MySGD):
        def step(self):
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad
                if self.weight_decay:
                    g = g + self.weight_decay * p
                self.velocities[i] = self.momentum * self.velocities[i] + g
                step = g + self.momentum * self.velocities[i] if self.nesterov else self.velocities[i]
                p.data -= self.lr * step


@wrong("check_graph")
class RecordsTheDecay:
    """The gradient is detached, but the decay and the velocity are computed while autograd records. The
    parameter requires grad, so the velocity carries a graph that grows with every step.
    """

    class MySGD(reference.MySGD):
        def step(self):
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad.detach()
                if self.weight_decay:
                    g = g + self.weight_decay * p
                self.velocities[i] = self.momentum * self.velocities[i] + g
                with torch.no_grad():
                    v = self.velocities[i]
                    p -= self.lr * (g + self.momentum * v if self.nesterov else v)


@wrong("check_generator")
class ReadsTheGeneratorTwice:
    """params is kept as it was given. A generator is used up by the first loop over it: a step later
    there are no parameters any more, and it does nothing, without a word.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, weight_decay, nesterov)
            self.once = iter(params) is params

        def step(self):
            super().step()
            if self.once:
                self.params = self.velocities = []


@wrong("check_generator")
class UsedUpInTheConstructor:
    """params is kept as it was given, and a generator is used up by the first loop over it, here in the
    constructor. No step finds any parameters.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, weight_decay, nesterov)
            if iter(params) is params:
                self.params = self.velocities = []


@wrong("check_two_instances")
class StateOfTheClass:
    """The velocities are an attribute of the class, and all instances have the same ones. Give each
    instance its own, in the constructor.
    """

    class MySGD(reference.MySGD):
        state = {}

        def step(self):
            self.velocities = self.state.get(0, self.velocities)
            super().step()
            self.state[0] = self.velocities


@wrong("check_float64")
class VelocityInFloat32:
    """The velocities are made without a dtype, hence float32. In-place updates keep that dtype, and what
    a float64 parameter gets has half of its digits.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, weight_decay, nesterov)
            self.velocities = [torch.zeros(p.shape, dtype=torch.float32) for p in self.params]


@wrong("check_zero_grad")
class ZeroGradDoesNothing:
    """zero_grad() leaves the gradients as they are. backward adds to what is there, so the next gradient
    contains the last one.
    """

    class MySGD(reference.MySGD):
        def zero_grad(self):
            pass


@wrong("check_zero_grad", shows="exception")
class ZeroesNone:
    """zero_grad() calls zero_() on every gradient. A parameter that took no part in the last backward
    has None there.
    """

    class MySGD(reference.MySGD):
        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()


@wrong("check_refusals")
class AcceptsAnything:
    """The arguments are stored unchecked. A negative rate climbs, and nesterov without momentum is a
    setting that does nothing.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, abs(lr), momentum, weight_decay, nesterov and momentum != 0)
            self.lr = lr


@wrong("check_refusals")
class AcceptsIdleNesterov:
    """nesterov without momentum is accepted. Momentum times the velocity is then 0, and the flag does
    nothing: whoever sets it has made a mistake.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, lr, momentum, weight_decay, nesterov and momentum != 0)


@wrong("check_refusals")
class AcceptsNegativeRates:
    """A negative learning rate is accepted. It climbs instead of descending, and is a mistake of the
    caller.
    """

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            super().__init__(params, abs(lr), momentum, weight_decay, nesterov)
            self.lr = lr


@wrong("check_refusals")
class RefusesZero:
    """A learning rate of 0 is refused. It is of little use, but allowed: a warmup begins with it."""

    class MySGD(reference.MySGD):
        def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
            if lr <= 0:
                raise ValueError(lr)
            super().__init__(params, lr, momentum, weight_decay, nesterov)


@wrong("check_any_shape")
class OneVelocityPerShape:
    """Two parameters of the same shape share a velocity. A state belongs to a parameter: keep it by its
    position in the list, or by the parameter itself.
    """

    class MySGD(Steps):
        def step(self):
            known = {}
            self.velocities = [known.setdefault(v.shape, v) for v in self.velocities]
            super().step()
