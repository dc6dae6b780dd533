import math

from pytest_torchkata.checks import wrong


def cosine(start, end, share):
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


@wrong("check_step")
class StepDecaysLate:
    """The rate goes down one epoch after the multiple of step_size. The decay is in force in that epoch
    already.
    """

    def step_lr(base_lr, epoch, step_size, gamma=0.1):
        return base_lr * gamma ** (max(epoch - 1, 0) // step_size)


@wrong("check_step")
class StepWithoutFloor:
    """The exponent is a fraction between the multiples of step_size, so the rate falls a little in every
    epoch. It stays the same within a step.
    """

    def step_lr(base_lr, epoch, step_size, gamma=0.1):
        return base_lr * gamma ** (epoch / step_size)


@wrong("check_multistep")
class MilestoneDecaysLate:
    """The rate goes down in the epoch after the milestone. It is in force in the epoch of the same number
    already.
    """

    def multistep_lr(base_lr, epoch, milestones, gamma=0.1):
        return base_lr * gamma ** sum(epoch > milestone for milestone in milestones)


@wrong("check_multistep")
class MilestonesAreASet:
    """A milestone that is repeated counts once here. It counts as often as it is in the list."""

    def multistep_lr(base_lr, epoch, milestones, gamma=0.1):
        return base_lr * gamma ** sum(epoch >= milestone for milestone in set(milestones))


@wrong("check_multistep")
class MilestonesInOrderOnly:
    """The milestones are taken to be sorted. With others the count stops too early, or is off."""

    def multistep_lr(base_lr, epoch, milestones, gamma=0.1):
        count = 0
        for milestone in milestones:
            if epoch < milestone:
                break
            count += 1
        return base_lr * gamma**count


@wrong("check_multistep")
class SortsTheCallersList:
    """The caller's own list is sorted in place. Arguments are the caller's: sort a copy, or count without
    sorting.
    """

    def multistep_lr(base_lr, epoch, milestones, gamma=0.1):
        milestones.sort()
        return base_lr * gamma ** sum(epoch >= milestone for milestone in milestones)


@wrong("check_exponential")
class ExponentialDecaysEarly:
    """gamma has been multiplied in once too often. In epoch 0 the rate is base_lr."""

    def exponential_lr(base_lr, epoch, gamma):
        return base_lr * gamma ** (epoch + 1)


@wrong("check_exponential")
class NaturalExponential:
    """This is e to the power of -gamma * epoch. Here gamma itself is the factor from one epoch to the
    next.
    """

    def exponential_lr(base_lr, epoch, gamma):
        return base_lr * math.exp(-gamma * epoch)


@wrong("check_cosine")
class CosineWithoutTheHalf:
    """1 + cos is 2 at epoch 0, so the schedule starts at twice the rate, or twice the way above eta_min."""

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return eta_min + (base_lr - eta_min) * (1 + math.cos(math.pi * epoch / t_max))


@wrong("check_cosine")
class CosineReachesItsEndEarly:
    """The share of the way is epoch / (t_max - 1), as for t_max points. eta_min belongs to epoch t_max,
    not to the one before.
    """

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return cosine(base_lr, eta_min, epoch / max(t_max - 1, 1))


@wrong("check_cosine")
class CosineAddsTheMinimum:
    """eta_min is added, but base_lr is not lowered by it in exchange: the schedule starts at
    base_lr + eta_min.
    """

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return eta_min + 0.5 * base_lr * (1 + math.cos(math.pi * epoch / t_max))


@wrong("check_cosine")
class CosineStopsAtTheMinimum:
    """This is a cosine down to zero that is cut off at eta_min. The whole curve is to lie between base_lr
    and eta_min.
    """

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return max(eta_min, 0.5 * base_lr * (1 + math.cos(math.pi * epoch / t_max)))


@wrong("check_cosine")
class CosineWithoutPi:
    """The angle goes up to 1 only. From the highest point of a cosine to its lowest it is pi."""

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return eta_min + 0.5 * (base_lr - eta_min) * (1 + math.cos(epoch / t_max))


@wrong("check_cosine")
class QuarterOfACosine:
    """The angle goes up to half of pi. That is a quarter of a cosine, which falls ever faster to its end;
    half a cosine falls slowly at both ends.
    """

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return eta_min + (base_lr - eta_min) * math.cos(math.pi / 2 * epoch / t_max)


@wrong("check_warmup")
class WarmUpStartsAtZero:
    """The factor starts at zero here. In epoch 0 it is start_factor, and it covers what is left to 1 on
    the way.
    """

    def linear_warmup_lr(base_lr, epoch, start_factor=1 / 3, total_iters=5):
        return base_lr * min(1.0, epoch / total_iters)


@wrong("check_warmup")
class WarmUpCountsFromOne:
    """The factor is one epoch ahead: epoch 0 already has a part of the way behind it, and the full rate
    comes one epoch early.
    """

    def linear_warmup_lr(base_lr, epoch, start_factor=1 / 3, total_iters=5):
        return base_lr * (start_factor + (1 - start_factor) * min(1.0, (epoch + 1) / total_iters))


@wrong("check_warmup")
class WarmUpNeverEnds:
    """The factor goes on rising after total_iters. It stays at 1."""

    def linear_warmup_lr(base_lr, epoch, start_factor=1 / 3, total_iters=5):
        return base_lr * (start_factor + (1 - start_factor) * epoch / total_iters)


@wrong("check_warmup")
class WarmUpOvershoots:
    """The whole way is added to start_factor, so the factor ends at 1 + start_factor. Only what is left
    to 1 is to be covered.
    """

    def linear_warmup_lr(base_lr, epoch, start_factor=1 / 3, total_iters=5):
        return base_lr * (start_factor + min(1.0, epoch / total_iters))


@wrong("check_warmup")
class WarmUpIsCutOff:
    """The factor waits at start_factor until the straight line from zero gets there. It rises from
    start_factor at once, and less steeply.
    """

    def linear_warmup_lr(base_lr, epoch, start_factor=1 / 3, total_iters=5):
        return base_lr * min(1.0, max(start_factor, epoch / total_iters))


@wrong("check_one_cycle")
class PeakOneStepLate:
    """The peak is taken to be at pct_start * total_steps. Steps count from zero, and it lies one before
    that.
    """

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = pct_start * total_steps, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, start / final_div_factor, (step - peak) / (total_steps - 1 - peak))


@wrong("check_one_cycle")
class PeakOnAWholeStep:
    """The peak is rounded to a whole step. It lies where pct_start puts it, which may be between two
    steps, and then no step has the highest rate.
    """

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = int(pct_start * total_steps) - 1, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, start / final_div_factor, (step - peak) / (total_steps - 1 - peak))


@wrong("check_one_cycle")
class EndOneStepLate:
    """The last rate would be reached at step total_steps, which does not exist. The last step is the one
    before.
    """

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, start / final_div_factor, (step - peak) / (total_steps - peak))


@wrong("check_one_cycle")
class LinearLegs:
    """Both legs are straight lines. They are half a cosine each, flat at the ends and at the peak."""

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return start + (max_lr - start) * step / peak
        end = start / final_div_factor
        return max_lr + (end - max_lr) * (step - peak) / (total_steps - 1 - peak)


@wrong("check_one_cycle")
class LinearRise:
    """The rise is a straight line, as for a warm-up. It is half a cosine, like the fall."""

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return start + (max_lr - start) * step / peak
        return cosine(max_lr, start / final_div_factor, (step - peak) / (total_steps - 1 - peak))


@wrong("check_one_cycle")
class FinalRateFromThePeak:
    """The final rate is taken to be max_lr / final_div_factor. final_div_factor divides the rate at the
    start, which div_factor has divided already.
    """

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, max_lr / final_div_factor, (step - peak) / (total_steps - 1 - peak))


@wrong("check_one_cycle")
class FallsToZero:
    """The cycle falls to zero, so the last step would change nothing. It ends at a small rate that the
    two factors give.
    """

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if not 0 <= step < total_steps:
            raise ValueError
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, 0.0, (step - peak) / (total_steps - 1 - peak))


@wrong("check_range")
class AnyStep:
    """Nothing looks at the step. After the last one the formula has no meaning: the cosine rises again,
    and a training run that is too long goes on with ever larger rates.
    """

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, start / final_div_factor, (step - peak) / (total_steps - 1 - peak))


@wrong("check_range")
class OneStepTooMany:
    """The step total_steps is let through. Steps count from zero, so the last one is total_steps - 1."""

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if step < 0 or step > total_steps:
            raise ValueError
        peak, start = pct_start * total_steps - 1, max_lr / div_factor
        if step <= peak:
            return cosine(start, max_lr, step / peak)
        return cosine(max_lr, start / final_div_factor, (step - peak) / (total_steps - 1 - peak))
