from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class DecaysOneStepLater:
    """The decay comes one step later here than it does. Epochs count from zero, and a milestone or a
    multiple of step_size takes effect in the epoch of the same number.
    """

    ANSWERS = reference.ANSWERS | {
        "step_lr": [1.0, 1.0, 1.0, 0.1, 0.1],
        "multi_step_lr": [1.0, 1.0, 0.5, 0.5, 0.25],
    }


@wrong("check_answer")
class RecordsAfterTheStep:
    """These are the rates after sch.step(). The snippet notes the rate before the step of the optimizer,
    so the first entry is the one that was set at the start.
    """

    ANSWERS = reference.ANSWERS | {
        "step_lr": [1.0, 0.1, 0.1, 0.01, 0.01],
        "multi_step_lr": [0.5, 0.5, 0.25, 0.25, 0.25],
    }


@wrong("check_answer")
class DecaysEveryEpoch:
    """gamma is multiplied in once every step_size epochs. Every epoch would be ExponentialLR."""

    ANSWERS = reference.ANSWERS | {"step_lr": [1.0, 0.1, 0.01, 0.001, 0.0001]}


@wrong("check_answer")
class MilestonesAreIntervals:
    """Milestones are epochs, counted from the start, and not how many epochs lie between two decays."""

    ANSWERS = reference.ANSWERS | {"multi_step_lr": [1.0, 0.5, 0.5, 0.5, 0.25]}


@wrong("check_answer")
class LastRateIsTheOneBefore:
    """get_last_lr gives what the scheduler has last written: the rate that the next step will use."""

    ANSWERS = reference.ANSWERS | {"exponential_lr": 0.5}


@wrong("check_answer")
class CosineStaysAtItsMinimum:
    """T_max is half a period, not an end. CosineAnnealingLR follows the cosine past it, and a cosine
    rises again.
    """

    ANSWERS = reference.ANSWERS | {"cosine_twice_the_period": 0.0}


@wrong("check_answer")
class CosineIsOverHalfWay:
    """T_max is the number of steps from the highest to the lowest rate. Half of it leads to the middle."""

    ANSWERS = reference.ANSWERS | {"cosine_half_way": 0.0}


@wrong("check_answer")
class WarmUpStartsAtTheFullRate:
    """LinearLR lowers the rate when it is made. The rate that the optimizer was given is where the
    warm-up ends.
    """

    ANSWERS = reference.ANSWERS | {"linear_warmup_first_rate": 0.9}


@wrong("check_answer")
class WarmUpStartsAtZero:
    """With a rate of zero the first step would be wasted. The factor starts at start_factor, and there
    is a default for it.
    """

    ANSWERS = reference.ANSWERS | {"linear_warmup_first_rate": 0.0}


@wrong("check_answer")
class OneCycleWaitsForItsFirstStep:
    """A one-cycle schedule does not wait for its first step: its constructor writes the rate of step 0,
    whatever rate the optimizer was given.
    """

    ANSWERS = reference.ANSWERS | {
        "lr_after_constructing_one_cycle": 0.1,
        "step_lr_beside_a_one_cycle_that_never_steps": [0.0005, 0.9],
    }


@wrong("check_answer")
class OneCycleStartsAtItsPeak:
    """max_lr is the peak in the middle of the cycle. The cycle starts far below it, at
    max_lr / div_factor.
    """

    ANSWERS = reference.ANSWERS | {"lr_after_constructing_one_cycle": 1.0}


@wrong("check_answer")
class OneCycleLeavesMomentumOff:
    """cycle_momentum is on by default. On an SGD that had no momentum the schedule switches it on, and
    says nothing.
    """

    ANSWERS = reference.ANSWERS | {"momentum_after_constructing_one_cycle": 0}


@wrong("check_answer")
class OneCycleLeavesBetasAlone:
    """Adam has its momentum too, under another name: the first beta. The schedule steers it as well."""

    ANSWERS = reference.ANSWERS | {"step_lr_beside_a_one_cycle_that_never_steps": [0.0002, 0.9]}


@wrong("check_answer")
class OneCycleStaysAtItsEnd:
    """A one-cycle schedule does not stay at its last rate: it knows how many steps it has, and refuses
    to go on.
    """

    ANSWERS = reference.ANSWERS | {"one_cycle_past_the_end": None}


@wrong("check_answer")
class PlateauNeedsNoMetric:
    """ReduceLROnPlateau cannot know whether there is a plateau without a metric. A loop that calls
    step() on whatever scheduler it has does not run with this one.
    """

    ANSWERS = reference.ANSWERS | {"plateau_without_metric": None}


@wrong("check_answer")
class PlateauStillPrints:
    """verbose was deprecated, and has been removed. To report a reduction, compare the rate before the
    step with the one after it.
    """

    ANSWERS = reference.ANSWERS | {"plateau_verbose_argument": None}


@wrong("check_answer")
class MissingArgumentIsAValueError:
    """A call that does not fit the signature, be it by an argument that is missing or by one that is
    unknown, raises what Python raises for any function.
    """

    ANSWERS = reference.ANSWERS | {
        "plateau_without_metric": "ValueError",
        "plateau_verbose_argument": "ValueError",
    }


@wrong("check_answer")
class PatienceIsTheBadEpochThatCounts:
    """patience=1 puts up with one bad epoch. The rate goes down at the next bad one after it."""

    ANSWERS = reference.ANSWERS | {"plateau_patience_one": [1.0, 0.5, 0.25, 0.125, 0.0625]}


@wrong("check_answer")
class BadEpochsAreNotForgotten:
    """A reduction sets the count of bad epochs back to zero, and patience begins again."""

    ANSWERS = reference.ANSWERS | {"plateau_patience_one": [1.0, 1.0, 0.5, 0.25, 0.125]}


@wrong("check_answer")
class OneMoreBadEpoch:
    """The reduction comes too late. The first loss sets the best, the second is the one bad epoch that
    patience allows, and the third is one too many.
    """

    ANSWERS = reference.ANSWERS | {"plateau_patience_one": [1.0, 1.0, 1.0, 0.5, 0.5]}


@wrong("check_answer")
class LastSchedulerWins:
    """The second scheduler does not start again from the rate at the beginning: it multiplies the one
    that it finds in the group, and the first has already been there.
    """

    ANSWERS = reference.ANSWERS | {"lr_after_two_schedulers": 0.1}


@wrong("check_answer")
class SecondSchedulerIsIgnored:
    """Nothing ties an optimizer to one scheduler. Both write into the same group, one after the other."""

    ANSWERS = reference.ANSWERS | {"lr_after_two_schedulers": 0.5}


@wrong("check_answer")
class LastBatchIsDropped:
    """1000 is not a multiple of 32. By default the samples that are left over make a smaller batch of
    their own.
    """

    ANSWERS = reference.ANSWERS | {"batches_per_epoch": 31}


@wrong("check_answer")
class LastBatchIsKept:
    """With drop_last=True only full batches count, and 1000 is not a multiple of 32."""

    ANSWERS = reference.ANSWERS | {"batches_per_epoch_dropping_the_last": 32}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"cosine_halfway": 0.5}
