import math

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_patience")
class AfterPatienceEpochs:
    """The rate goes down when patience epochs in a row have been bad. patience is the number of bad
    epochs that are put up with: it takes one more.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            self.patience -= 1
            super().step(metric)
            self.patience += 1


@wrong("check_patience")
class CountNotReset:
    """The count of bad epochs goes on after a reduction. From then on every bad epoch reduces the
    rate again.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            super()._reduce()
            self.before = self.bad

        def step(self, metric):
            self.before = None
            super().step(metric)
            self.bad = self.bad if self.before is None else self.before


@wrong("check_patience")
class BestStartsAtZero:
    """The best so far starts at zero. A loss is never below that, so that no epoch is ever good; the
    start must be worse than any metric.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.best = 0.0


@wrong("check_in_a_row")
class CountsAllBadEpochs:
    """A good epoch does not reset the count: bad epochs are counted in total, not in a row."""

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            good = super()._is_good(metric)
            self.before = self.bad if good else None
            return good

        def step(self, metric):
            super().step(metric)
            self.bad = self.bad if self.before is None else self.before


@wrong("check_max")
class IgnoresMode:
    """The comparison is the one for "min" in both modes. A growing accuracy then counts as getting
    worse.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mode, self.best = "min", math.inf


@wrong("check_threshold")
class NoThreshold:
    """Any improvement counts as good, however small. The threshold is there so that noise in the last
    digits does not keep the rate up for ever.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            return metric < self.best if self.mode == "min" else metric > self.best


@wrong("check_threshold")
class MetThresholdIsEnough:
    """An epoch that meets the threshold exactly counts as good. The statement asks for less than
    best * (1 - threshold), or more than best * (1 + threshold).
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            if self.mode == "min":
                return metric <= self.best * (1 - self.threshold) and metric != math.inf
            return metric >= self.best * (1 + self.threshold) and metric != -math.inf


@wrong("check_threshold")
class AbsoluteThreshold:
    """The threshold is subtracted from the best, or added to it. It is relative: a share of the best,
    so that it means the same for a loss of 100 and one of 0.01.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            if self.mode == "min":
                return metric < self.best - self.threshold
            return metric > self.best + self.threshold


@wrong("check_threshold")
class SameFactorInBothModes:
    """In mode "max" the metric is compared with best * (1 - threshold), as in mode "min". A metric
    that is a little worse than the best then counts as good.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            if self.mode == "min" or math.isinf(self.best):
                return super()._is_good(metric)
            return metric > self.best * (1 - self.threshold)


@wrong("check_threshold")
class BestFollowsEveryGain:
    """The best so far is lowered by every improvement, also by one within the threshold, which counts
    as bad. Small gains then never add up to a good epoch.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            super().step(metric)
            better = min if self.mode == "min" else max
            self.best = better(self.best, float(metric))


@wrong("check_best_is_kept")
class BestForgotten:
    """A reduction also resets the best so far. The next epoch is then good whatever its metric, and
    the scheduler compares with something worse than what was reached before.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            super()._reduce()
            self.best = math.inf if self.mode == "min" else -math.inf


@wrong("check_cooldown")
class CooldownStartsAtOnce:
    """The cooldown ends an epoch too early: the epoch of the reduction is taken as its first one, or
    its last one is over before that epoch was counted. It begins with the epoch after the reduction.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            metric = float(metric)
            if self._is_good(metric):
                self.best, self.bad = metric, 0
            else:
                self.bad += 1
            if self.pause == 0 and self.bad > self.patience:
                self._reduce()
                self.bad, self.pause = 0, self.cooldown
            if self.pause > 0:
                self.pause -= 1
                self.bad = 0


@wrong("check_cooldown")
class CooldownCountsOn:
    """Bad epochs are counted during the cooldown too, and only the reduction waits for its end. The
    first bad epoch after it then reduces the rate at once.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            metric = float(metric)
            if self._is_good(metric):
                self.best, self.bad = metric, 0
            else:
                self.bad += 1
            if self.pause > 0:
                self.pause -= 1
            elif self.bad > self.patience:
                self._reduce()
                self.bad, self.pause = 0, self.cooldown


@wrong("check_cooldown")
class CooldownLooksAway:
    """step() returns at once during the cooldown. A new best in that time goes unnoticed, and later
    epochs are compared with an older and worse one.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            if self.pause > 0:
                self.pause -= 1
                return
            super().step(metric)


@wrong("check_cooldown")
class NoCooldown:
    """cooldown is accepted and never used: bad epochs count right after a reduction."""

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            self.pause = 0
            super().step(metric)


@wrong("check_groups")
class FirstGroupOnly:
    """Only the first parameter group is reduced. An optimizer has a list of groups, and each of them
    has a rate of its own.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            group = self.optimizer.param_groups[0]
            reduced = max(group["lr"] * self.factor, self.min_lr)
            group["lr"] = min(group["lr"], reduced)


@wrong("check_groups")
class OneRateForAll:
    """All groups get the reduced rate of the first one. Each group has a rate of its own, to be
    multiplied on its own.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            super()._reduce()
            for group in self.optimizer.param_groups:
                group["lr"] = self.optimizer.param_groups[0]["lr"]


@wrong("check_groups")
class RatesOfTheStart:
    """The rates of the start are remembered and multiplied by factor ** n. A rate that somebody else
    has changed in between is overwritten.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.rates = [group["lr"] for group in self.optimizer.param_groups]

        def _reduce(self):
            for i, group in enumerate(self.optimizer.param_groups):
                reduced = max(self.rates[i] * self.factor, self.min_lr)
                self.rates[i] = group["lr"] = min(self.rates[i], reduced)


@wrong("check_min_lr")
class RaisesLowRates:
    """The new rate is max(lr * factor, min_lr). For a group whose rate is already below min_lr this
    is a rise: min_lr bounds reductions, it is no rate to be set.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            for group in self.optimizer.param_groups:
                group["lr"] = max(group["lr"] * self.factor, self.min_lr)


@wrong("check_min_lr")
class StopsAboveMinLr:
    """A reduction that would go below min_lr is left out. The rate then stays above min_lr instead of
    reaching it.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            for group in self.optimizer.param_groups:
                if group["lr"] * self.factor >= self.min_lr:
                    group["lr"] *= self.factor


@wrong("check_small_rates")
class LeavesOutSmallReductions:
    """A reduction of 1e-8 or less is left out, as torch's scheduler does by default (its eps). Here a
    rate is reduced however small it is.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _reduce(self):
            for group in self.optimizer.param_groups:
                reduced = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - reduced > 1e-8:
                    group["lr"] = reduced


@wrong("check_nan")
class NaNIsGood:
    """The question is whether the epoch is bad, and good is everything else. A comparison with NaN is
    always false, so that NaN becomes the best, and afterwards every epoch is good.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            if self.mode == "min":
                return not metric >= self.best * (1 - self.threshold)
            return not metric <= self.best * (1 + self.threshold)


@wrong("check_nan")
class FirstMetricIsBest:
    """The first metric becomes the best unseen. If it is NaN, no later metric can beat it, since every
    comparison with NaN is false.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        first = True

        def _is_good(self, metric):
            good = self.first or super()._is_good(metric)
            self.first = False
            return good


@wrong("check_tensor")
class KeepsTheTensor:
    """The metric is kept as it came, and a tensor sits in the state, which must consist of plain
    values. Turn the metric into a number first.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            good = super()._is_good(metric)
            self.kept = self.metric if good else getattr(self, "kept", self.best)
            return good

        def step(self, metric):
            self.metric = metric
            super().step(metric)

        def state_dict(self):
            return super().state_dict() | {"best": getattr(self, "kept", self.best)}


@wrong("check_snapshot")
class EverythingInTheState:
    """The state is all of __dict__, the optimizer included. It cannot be saved as plain values, and
    loading it would put another run's optimizer in place.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def state_dict(self):
            return dict(self.__dict__)

        def load_state_dict(self, state):
            self.__dict__.update(state)


@wrong("check_snapshot")
class StateIsAlive:
    """state_dict() hands out the very dict in which the scheduler keeps its numbers. What is meant to
    be a snapshot changes with every further step.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.state = super().state_dict()

        def step(self, metric):
            super().step(metric)
            self.state.update(super().state_dict())

        def state_dict(self):
            return self.state


@wrong("check_resume")
class StateWithoutTheStreak:
    """The count of bad epochs is missing from the state. A run that is resumed within a streak waits
    for the whole patience again.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def load_state_dict(self, state):
            super().load_state_dict({**state, "bad": 0})


@wrong("check_resume")
class StateWithoutTheCooldown:
    """What is left of the cooldown is missing from the state. A run that is resumed within it counts
    bad epochs too early.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def load_state_dict(self, state):
            super().load_state_dict({**state, "pause": 0})


@wrong("check_resume")
class StateWithoutTheBest:
    """The best so far is missing from the state. After resuming, the first epoch is good whatever its
    metric.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def load_state_dict(self, state):
            super().load_state_dict({**state, "best": self.best})


@wrong("check_bad_arguments")
class AcceptsAnyArguments:
    """The arguments are stored unchecked. A misspelt mode then quietly behaves like one of the two,
    and a factor above 1 makes the rate grow.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def __init__(self, optimizer, mode="min", factor=0.1, *args, **kwargs):
            super().__init__(optimizer, "max" if mode == "max" else "min", 0.1, *args, **kwargs)
            self.factor = factor


@wrong("check_negative")
class ThresholdOfTheMagnitude:
    """The threshold is taken of the magnitude of the best. For a best below zero the two inequalities of
    the statement say something else: best * (1 - threshold) is then the larger of the two numbers.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def _is_good(self, metric):
            if math.isinf(self.best):
                return not math.isnan(metric)
            margin = self.threshold * abs(self.best)
            return metric < self.best - margin if self.mode == "min" else metric > self.best + margin


@wrong("check_snapshot")
class KeepsTheDictItLoads:
    """load_state_dict keeps the dict that it is given, and goes on writing to it. The snapshot changes, and
    whoever loads it a second time starts from somewhere else.
    """

    class ReduceOnPlateau(reference.ReduceOnPlateau):
        def step(self, metric):
            super().step(metric)
            self.__dict__.setdefault("loaded", {}).update(super().state_dict())

        def load_state_dict(self, state):
            super().load_state_dict(state)
            self.loaded = state
