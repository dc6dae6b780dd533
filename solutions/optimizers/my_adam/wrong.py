import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_first_step", shows="exception")
class AutogradIsWatching:
    """The parameter is a leaf that requires grad, and autograd does not let anyone write into such a
    leaf while it records. An update is not part of the model: switch the recording off for it.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            beta1, beta2 = self.betas
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad
                self.m[i] = beta1 * self.m[i] + (1 - beta1) * g
                self.v[i] = beta2 * self.v[i] + (1 - beta2) * g**2
                self.updates[i] += 1
                p -= self._step(self.m[i], self.v[i], self.updates[i])


@wrong("check_first_step")
class BindsTheName:
    """The weight does not move. If your step ends in p = p - ..., that makes p the name of a new
    tensor: the parameter itself must be written into.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            for p, m, v in zip(self.params, self.m, self.v, strict=True):
                p = p - self._step(m, v, 1)


@wrong("check_first_step")
class NoBiasCorrection:
    """m and v are used as they are. Both start at zero and are too small at first, m by a factor of
    10 and the root of v by 32 with the default betas: the first step is more than three times lr.
    """

    class MyAdam(reference.MyAdam):
        def _step(self, m, v, t):
            return self.lr * m / (v.sqrt() + self.eps)


@wrong("check_eps")
class EpsInsideTheRoot:
    """eps is added under the root. A tiny eps is then far from tiny: the root of 1e-8 is 1e-4, and
    weights with small gradients hardly move.
    """

    class MyAdam(reference.MyAdam):
        def _step(self, m, v, t):
            beta1, beta2 = self.betas
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
            return self.lr * m_hat / torch.sqrt(v_hat + self.eps)


@wrong("check_eps")
class EpsBeforeTheCorrection:
    """eps is added to the root of v before v is corrected, so that the correction enlarges eps as
    well: in the first step by a factor of 32 with the default beta2.
    """

    class MyAdam(reference.MyAdam):
        def _step(self, m, v, t):
            beta1, beta2 = self.betas
            step_size = self.lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
            return step_size * m / (v.sqrt() + self.eps)


@wrong("check_zero_gradient")
class NoEps:
    """eps is not used. A weight whose gradient has been zero from the start has m = 0 and v = 0, and
    0 / 0 is NaN.
    """

    class MyAdam(reference.MyAdam):
        def _step(self, m, v, t):
            beta1, beta2 = self.betas
            return self.lr * (m / (1 - beta1**t)) / (v / (1 - beta2**t)).sqrt()


@wrong("check_missing_gradient")
class OneCountForAll:
    """One counter serves all parameters. A parameter that had no gradient in some steps has averaged
    fewer values than the counter says, and its correction is too weak.
    """

    class MyAdam(reference.MyAdam):
        t = 0

        def step(self):
            self.t += 1
            self.updates = [self.t - 1] * len(self.params)
            super().step()


@wrong("check_missing_gradient")
class MissingMeansZero:
    """A missing gradient is treated as a gradient of zero. The parameter then moves on by what is
    left in m, and decays, in a step that has nothing to do with it.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            for p in self.params:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
            super().step()


@wrong("check_missing_gradient")
class StopsAtMissing:
    """The first parameter without a gradient ends the whole step: return leaves the method, and
    the parameters behind it are not updated.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            everything = self.params, self.m, self.v
            count = next((i for i, p in enumerate(self.params) if p.grad is None), len(self.params))
            self.params, self.m, self.v = (x[:count] for x in everything)
            super().step()
            self.params, self.m, self.v = everything


class FromTheFirstGradient(reference.MyAdam):
    def step(self):
        with torch.no_grad():
            for i, p in enumerate(self.params):
                if self.updates[i] == 0 and p.grad is not None:
                    g = p.grad + self.weight_decay * p
                    self.m[i], self.v[i] = g.clone(), g**2
        super().step()


@wrong("check_first_step")
class CorrectsTheFirstGradient:
    """m and v start as the first gradient and its square, and are corrected all the same. The
    correction is for a start at zero, which is how Adam starts.
    """

    MyAdam = FromTheFirstGradient


@wrong("check_twenty_steps")
class FirstGradientInsteadOfCorrection:
    """m and v start as the first gradient and its square instead of being corrected. The first step
    is right; afterwards the first gradient counts for far more than its share.
    """

    class MyAdam(FromTheFirstGradient):
        def _step(self, m, v, t):
            return self.lr * m / (v.sqrt() + self.eps)


@wrong("check_weight_decay")
class DecoupledDecay:
    """The decay is taken off the weight directly. That is AdamW; in the coupled form it is part of
    the gradient, and goes through both averages.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            decay, self.weight_decay = self.weight_decay, 0.0
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p.mul_(1 - self.lr * decay)
            super().step()
            self.weight_decay = decay


@wrong("check_weight_decay")
class DecayIgnored:
    """weight_decay is accepted and never used."""

    class MyAdam(reference.MyAdam):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
            super().__init__(params, lr, betas, eps)


@wrong("check_twenty_steps")
class AveragesTheChange:
    """v averages the square of the change in the gradient since the last step. The first step cannot
    tell, since the gradient before it counts as zero; v is the average of the squared gradient.
    """

    class MyAdam(reference.MyAdam):
        @torch.no_grad()
        def step(self):
            beta1, beta2 = self.betas
            self.last = getattr(self, "last", [torch.zeros_like(p) for p in self.params])
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad + self.weight_decay * p
                self.m[i] = beta1 * self.m[i] + (1 - beta1) * g
                self.v[i] = beta2 * self.v[i] + (1 - beta2) * (g - self.last[i]) ** 2
                self.last[i] = g
                self.updates[i] += 1
                p -= self._step(self.m[i], self.v[i], self.updates[i])


@wrong("check_gradients_left")
class AveragesInTheGradient:
    """The in-place update of m works in the memory of p.grad. After the step the gradient is gone:
    whoever clips, logs or accumulates it sees the average instead.
    """

    class MyAdam(reference.MyAdam):
        @torch.no_grad()
        def step(self):
            beta1, beta2 = self.betas
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad
                if self.weight_decay:
                    g = g + self.weight_decay * p
                self.v[i] = beta2 * self.v[i] + (1 - beta2) * g**2
                self.m[i] = g.mul_(1 - beta1).add_(beta1 * self.m[i])
                self.updates[i] += 1
                p -= self._step(self.m[i], self.v[i], self.updates[i])


@wrong("check_gradients_left")
class DecayAddedToTheGradient:
    """The decay is added to p.grad in place. Without zero_grad in between it is added again and
    again, and the gradient that others read is no longer the one of the loss.
    """

    class MyAdam(reference.MyAdam):
        @torch.no_grad()
        def step(self):
            decay, self.weight_decay = self.weight_decay, 0.0
            for p in self.params:
                if p.grad is not None:
                    p.grad.add_(p, alpha=decay)
            super().step()
            self.weight_decay = decay


@wrong("check_in_place")
class NewMemory:
    """p.data is given a new tensor. The parameter has moved: every view of it, and every other tensor
    that shares its memory, still holds the old values. Write into it instead.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            for p in self.params:
                p.data = p.data.clone()
            super().step()


@wrong("check_graph")
class RecordsTheGraph:
    """Only the write to the parameter is kept out of autograd. The averages are computed from a
    gradient that may carry a graph, and from the parameter itself, so they hold on to every step.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            beta1, beta2 = self.betas
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                g = p.grad
                if self.weight_decay:
                    g = g + self.weight_decay * p
                self.m[i] = beta1 * self.m[i] + (1 - beta1) * g
                self.v[i] = beta2 * self.v[i] + (1 - beta2) * g**2
                self.updates[i] += 1
                p.data -= self._step(self.m[i], self.v[i], self.updates[i])


@wrong("check_generator")
class ReadsTheGeneratorTwice:
    """params is kept as it was given. A generator is used up by the first loop over it, here the one
    that makes m: step() finds no parameters and does nothing, without a word.
    """

    class MyAdam(reference.MyAdam):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
            super().__init__(params, lr, betas, eps, weight_decay)
            if iter(params) is params:
                self.params = self.m = self.v = []


@wrong("check_two_instances")
class StateOfTheClass:
    """The state is an attribute of the class, and all instances have the same one. Give each
    instance its own, in the constructor.
    """

    class MyAdam(reference.MyAdam):
        state = {}

        def step(self):
            self.updates, self.m, self.v = self.state.get(0, (self.updates, self.m, self.v))
            super().step()
            self.state[0] = self.updates, self.m, self.v


@wrong("check_lr")
class RateOfTheStart:
    """The settings are stored away in the constructor, and step() reads lr from there. A schedule
    that sets the attribute has no effect.
    """

    class MyAdam(reference.MyAdam):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
            super().__init__(params, lr, betas, eps, weight_decay)
            self.defaults = {"lr": lr}

        def _step(self, m, v, t):
            return super()._step(m, v, t) / self.lr * self.defaults["lr"]


@wrong("check_float64")
class StateInFloat32:
    """m and v are made without a dtype, hence float32. In-place updates keep that dtype, and what a
    float64 parameter gets has half of its digits.
    """

    class MyAdam(reference.MyAdam):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
            super().__init__(params, lr, betas, eps, weight_decay)
            self.m = [torch.zeros(p.shape, dtype=torch.float32) for p in self.params]
            self.v = [torch.zeros(p.shape, dtype=torch.float32) for p in self.params]


@wrong("check_zero_grad")
class ZeroGradDoesNothing:
    """zero_grad() leaves the gradients as they are. backward adds to what is there, so the next
    gradient contains the last one.
    """

    class MyAdam(reference.MyAdam):
        def zero_grad(self):
            pass


@wrong("check_zero_grad", shows="exception")
class ZeroesNone:
    """zero_grad() calls zero_() on every gradient. A parameter that took no part in the last backward
    has None there.
    """

    class MyAdam(reference.MyAdam):
        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()


@wrong("check_any_shape", shows="exception")
class SliceOfAll:
    """p[:] is everything, but only if there is a first dimension. A parameter without dimensions, such as a
    temperature, has none and raises IndexError.
    """

    class MyAdam(reference.MyAdam):
        @torch.no_grad()
        def step(self):
            for p in self.params:
                p[:] = p[:]
            super().step()


@wrong("check_gradient_gone")
class ZerosAreNone:
    """A parameter whose gradient is zero is left out of the step. Only one without a gradient is: with zeros
    the averages decay, and the weight still moves by what they remember.
    """

    class MyAdam(reference.MyAdam):
        def step(self):
            gradients = [p.grad for p in self.params]
            for p in self.params:
                if p.grad is not None and not p.grad.any():
                    p.grad = None
            super().step()
            for p, grad in zip(self.params, gradients, strict=True):
                p.grad = grad
