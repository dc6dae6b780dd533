import copy

from pytest_torchkata.checks import wrong

from . import reference

_Scaler = reference.LossScaler


def _grads(optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                yield p.grad


@wrong("check_bad_gradient")
class StepsAnyway:
    """The optimizer runs whatever the gradients are. One infinite gradient, and the weights are lost."""

    class LossScaler(_Scaler):
        def step(self, optimizer):
            if optimizer not in self._finite:
                self.unscale_(optimizer)
            optimizer.step()
            return self._finite[optimizer]


@wrong("check_bad_gradient")
class CleansTheGradients:
    """Bad gradients are replaced by zeros, and the step is taken. The rest of such a gradient is not to
    be trusted either, and the scale that was too large has to come down.
    """

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            super().unscale_(optimizer)
            for grad in _grads(optimizer):
                grad.nan_to_num_(0.0, 0.0, 0.0)
            self._finite[optimizer] = True


@wrong("check_unscale_all")
class StopsAtTheFirstBadOne:
    """The division ends at the first gradient that is not finite, since the step is left out anyway. The
    gradients behind it keep the scale, and whoever looks at them sees numbers that are far too large.
    """

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            if optimizer in self._finite:
                raise RuntimeError("unscaled already")
            self._finite[optimizer] = True
            for grad in _grads(optimizer):
                grad.div_(self._scale)
                if not grad.isfinite().all():
                    self._finite[optimizer] = False
                    return


@wrong("check_unscale")
class DividesTwice:
    """step divides by the scale whether unscale_ was called before or not. The gradients are then too
    small by the scale.
    """

    class LossScaler(_Scaler):
        def step(self, optimizer):
            known = self._finite.pop(optimizer, True)
            self.unscale_(optimizer)
            self._finite[optimizer] = known and self._finite[optimizer]
            return super().step(optimizer)


@wrong("check_unscale_twice")
class NeverRefuses:
    """A second unscale_ divides again, without a word."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            known = self._finite.pop(optimizer, True)
            super().unscale_(optimizer)
            self._finite[optimizer] = known and self._finite[optimizer]


@wrong("check_unscale_twice")
class PassesOverTheSecond:
    """A second unscale_ is passed over in silence. Whoever calls it twice has a mistake in the loop, and
    is to hear of it.
    """

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            if optimizer not in self._finite:
                super().unscale_(optimizer)


@wrong("check_unscale_twice")
class DividesBeforeItRefuses:
    """The gradients are divided before it is noticed that they have been already."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            if optimizer in self._finite:
                for grad in _grads(optimizer):
                    grad.div_(self._scale)
            super().unscale_(optimizer)


@wrong("check_bad_gradient")
class NanOnly:
    """Only NaN is looked for. An overflow is an infinity first, and becomes NaN later, in the weights."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            super().unscale_(optimizer)
            self._finite[optimizer] = not any(grad.isnan().any() for grad in _grads(optimizer))


@wrong("check_bad_gradient")
class InfinityOnly:
    """Only infinity is looked for. Where two infinities have met in the backward, there is a NaN."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            super().unscale_(optimizer)
            self._finite[optimizer] = not any(grad.isinf().any() for grad in _grads(optimizer))


@wrong("check_bad_gradient")
class FirstParameterOnly:
    """What is noted is overwritten, or looked at, for one parameter only. All gradients of the optimizer
    have to be finite.
    """

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            super().unscale_(optimizer)
            self._finite[optimizer] = all(bool(grad.isfinite().all()) for grad in list(_grads(optimizer))[:1])


@wrong("check_script")
class GrowsEveryTime:
    """The scale grows after every good iteration. It soon overflows then, and half of the steps are left
    out.
    """

    class LossScaler(_Scaler):
        def update(self):
            if all(self._finite.values()):
                self._scale *= self._growth_factor
            else:
                self._scale *= self._backoff_factor
            self._finite.clear()


@wrong("check_script")
class NeverGrows:
    """The scale only ever falls. After some overflows at the start of a run it would stay low for good."""

    class LossScaler(_Scaler):
        def update(self):
            self._good = -1
            super().update()


@wrong("check_script")
class CountGoesOnAfterABadOne:
    """The count of good iterations is not started again after a bad one. It is to be so many in a row."""

    class LossScaler(_Scaler):
        def update(self):
            good = self._good
            bad = not all(self._finite.values())
            super().update()
            self._good = good if bad else self._good


@wrong("check_script")
class CountGoesOnAfterGrowth:
    """The count is not started again when the scale has grown, so that it grows after every good iteration
    from then on.
    """

    class LossScaler(_Scaler):
        def update(self):
            if all(self._finite.values()):
                self._good += 1
                if self._good >= self._growth_interval:
                    self._scale *= self._growth_factor
            else:
                self._scale *= self._backoff_factor
                self._good = 0
            self._finite.clear()


@wrong("check_script")
class OneTooLate:
    """The scale grows one iteration too late: the count is compared before it is raised, or with >."""

    class LossScaler(_Scaler):
        def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
            super().__init__(init_scale, growth_factor, backoff_factor, growth_interval + 1)


@wrong("check_script")
class BadForEver:
    """What was found bad is never cleared by update. After the first overflow every iteration counts as
    a bad one.
    """

    class LossScaler(_Scaler):
        bad = False

        def update(self):
            self.bad = self.bad or not all(self._finite.values())
            if self.bad:
                self._finite = {None: False}
            super().update()


@wrong("check_bad_gradient")
class LowersAtOnce:
    """The scale is lowered as soon as a bad gradient is found. Another optimizer that comes later in the
    same iteration is then divided by another scale than the loss was multiplied by.
    """

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            super().unscale_(optimizer)
            if not self._finite[optimizer]:
                self._scale *= self._backoff_factor

        def update(self):
            if all(self._finite.values()):
                super().update()
            else:
                self._good = 0
                self._finite.clear()


@wrong("check_two_optimizers")
class OneFlagForAll:
    """There is one flag for all optimizers. One with good gradients is left out because of another's bad
    ones.
    """

    class LossScaler(_Scaler):
        def step(self, optimizer):
            if optimizer not in self._finite:
                self.unscale_(optimizer)
            fine = all(self._finite.values())
            if fine:
                optimizer.step()
            return fine


@wrong("check_two_optimizers")
class LastOptimizerDecides:
    """Only the optimizer that came last is remembered at update. A bad gradient of one before it does not
    lower the scale.
    """

    class LossScaler(_Scaler):
        def update(self):
            for optimizer in list(self._finite)[:-1]:
                del self._finite[optimizer]
            super().update()


@wrong("check_two_optimizers", shows="exception")
class UnscaledOnceForAll:
    """That something was unscaled is noted for all optimizers together. The second one is refused."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            if self._finite:
                raise RuntimeError("unscaled already")
            super().unscale_(optimizer)


@wrong("check_unscale")
class Multiplies:
    """The gradients are multiplied by the scale. They have it in them already, from the loss: divide."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            super().unscale_(optimizer)
            for grad in _grads(optimizer):
                grad.mul_(self._scale**2)


@wrong("check_unscale")
class NewTensors:
    """grad is replaced by a new tensor. What else holds on to the gradient, as a flat buffer of all of
    them does, keeps the scaled one.
    """

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            for group in optimizer.param_groups:
                for p in group["params"]:
                    p.grad = None if p.grad is None else p.grad.clone()
            super().unscale_(optimizer)


@wrong("check_scale")
class ScalesInHalf:
    """The loss is multiplied in its own dtype. 65536 is beyond float16, so that every loss above 1 becomes
    infinite, and in bfloat16 digits are lost.
    """

    class LossScaler(_Scaler):
        def scale(self, loss):
            return loss * self._scale


@wrong("check_scale")
class AlwaysFloat32:
    """Every loss is cast to float32. One in float64 loses half of its digits."""

    class LossScaler(_Scaler):
        def scale(self, loss):
            return loss.float() * self._scale


@wrong("check_missing_gradients", shows="exception")
class EveryParameterHasAGradient:
    """Each parameter is taken to have a gradient. That of a branch that was not used is None."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            if optimizer in self._finite:
                raise RuntimeError("unscaled already")
            fine = True
            for group in optimizer.param_groups:
                for p in group["params"]:
                    p.grad.div_(self._scale)
                    fine = fine and bool(p.grad.isfinite().all())
            self._finite[optimizer] = fine


@wrong("check_missing_gradients")
class FirstGroupOnly:
    """Only the first parameter group is unscaled. An optimizer may have several."""

    class LossScaler(_Scaler):
        def unscale_(self, optimizer):
            groups = optimizer.param_groups
            optimizer.param_groups = groups[:1]
            super().unscale_(optimizer)
            optimizer.param_groups = groups


@wrong("check_step")
class ReturnsNothing:
    """step does not say whether the optimizer ran."""

    class LossScaler(_Scaler):
        def step(self, optimizer):
            super().step(optimizer)


@wrong("check_step")
class ReturnsTheOptimizersResult:
    """step returns what optimizer.step() returns, which is None without a closure."""

    class LossScaler(_Scaler):
        def step(self, optimizer):
            if optimizer not in self._finite:
                self.unscale_(optimizer)
            return optimizer.step() if self._finite[optimizer] else None


@wrong("check_state")
class SavesTheScaleOnly:
    """The count of good iterations is not saved. After loading, the scale grows later than it would
    have.
    """

    class LossScaler(_Scaler):
        def state_dict(self):
            return {"scale": self._scale}

        def load_state_dict(self, state):
            self._scale = state["scale"]


@wrong("check_state")
class SavesItsOwnDict:
    """state_dict returns the attributes themselves. They go on changing, and the saved state with them."""

    class LossScaler(_Scaler):
        def state_dict(self):
            return self.__dict__

        def load_state_dict(self, state):
            self.__dict__.update(copy.copy(state))


@wrong("check_two_optimizers")
class BacksOffForEach:
    """The scale is lowered once for every optimizer with a bad gradient. An update lowers it once, however
    many there are.
    """

    class LossScaler(_Scaler):
        def update(self):
            bad = sum(not finite for finite in self._finite.values())
            super().update()
            if bad > 1:
                self._scale *= self._backoff_factor ** (bad - 1)
