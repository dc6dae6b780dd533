from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class NanEqualsItself:
    """A NaN equals nothing, itself included, so == never finds one. isnan asks the right question."""

    ANSWERS = reference.ANSWERS | {"nan_equals_nan": True}


@wrong("check_answer")
class ZeroTimesAnythingIsZero:
    """Zero times infinity has no sensible value, and neither has infinity minus itself. Floating point
    gives NaN for both.
    """

    ANSWERS = reference.ANSWERS | {"zero_times_inf_is_nan": False, "inf_minus_inf_is_nan": False}


@wrong("check_answer")
class DivisionByZeroRaises:
    """Floating-point arithmetic does not raise, as plain Python does. A quotient that grows without end has
    a value for that.
    """

    ANSWERS = reference.ANSWERS | {"one_over_zero": "ZeroDivisionError"}


@wrong("check_answer")
class DivisionByZeroIsNan:
    """These have a limit, which is infinite. NaN is for what has none, such as 0 / 0."""

    ANSWERS = reference.ANSWERS | {"one_over_zero": float("nan"), "log_of_zero": float("nan")}


@wrong("check_answer")
class LogOfZeroIsFinite:
    """The logarithm falls without end towards zero. Nothing in torch cuts it off."""

    ANSWERS = reference.ANSWERS | {"log_of_zero": 0.0}


@wrong("check_answer")
class IntegersDivideByZero:
    """Integers have neither infinity nor NaN, so there is no value that could be returned."""

    ANSWERS = reference.ANSWERS | {"integer_division_by_zero": None}


@wrong("check_answer")
class PythonsExceptionForIntegers:
    """The message does say ZeroDivisionError, but the exception is the one that torch raises for nearly
    everything.
    """

    ANSWERS = reference.ANSWERS | {"integer_division_by_zero": "ZeroDivisionError"}


@wrong("check_answer")
class SpreadOfOneIsZero:
    """std divides by n - 1 by default, and for one element that is 0 / 0. correction=0 divides by n."""

    ANSWERS = reference.ANSWERS | {"std_of_one_element_is_nan": False}


@wrong("check_answer")
class MeanOfNothingIsZero:
    """The sum of nothing is 0, but the mean divides it by how many there are."""

    ANSWERS = reference.ANSWERS | {"mean_of_empty_is_nan": False}


@wrong("check_answer")
class ReductionsSkipNan:
    """torch passes NaN on, in sums and in maxima. Skipping has functions of its own, such as nansum."""

    ANSWERS = reference.ANSWERS | {"sum_with_one_nan_is_nan": False, "max_with_one_nan_is_nan": False}


@wrong("check_answer")
class ZeroMaskRemovesNan:
    """NaN times zero is NaN. A mask that is multiplied in removes numbers, and no NaN."""

    ANSWERS = reference.ANSWERS | {"sum_after_multiplying_a_mask_is_nan": False}


@wrong("check_answer")
class WhereLetsNanThrough:
    """where takes each element from one side or the other and computes nothing with them. In the forward
    pass what is not taken does not matter.
    """

    ANSWERS = reference.ANSWERS | {"sum_after_where": float("nan")}


@wrong("check_answer")
class WhereProtectsTheGradient:
    """The branch that is not taken gets a gradient of zero, which is then multiplied by its slope. Zero
    times an infinite slope is NaN: what goes into the branch must be made safe, not what comes out.
    """

    ANSWERS = reference.ANSWERS | {"gradient_of_the_branch_not_taken_is_nan": False}


@wrong("check_answer")
class SlopeOfTheRootIsFinite:
    """The slope of a square root is 1 / (2 * sqrt(x)). Put zero in there."""

    ANSWERS = reference.ANSWERS | {"sqrt_gradient_at_zero": 0.0}


@wrong("check_answer")
class SlopeOfTheRootIsNan:
    """1 / (2 * sqrt(x)) at zero is one over zero, and the upstream gradient is 1. Nothing here is zero
    times infinity.
    """

    ANSWERS = reference.ANSWERS | {"sqrt_gradient_at_zero": float("nan")}


@wrong("check_answer")
class NormIsNanAtZero:
    """norm knows this case: at zero it gives a subgradient that is finite."""

    ANSWERS = reference.ANSWERS | {"norm_gradient_at_zero": [float("nan"), float("nan")]}


@wrong("check_answer")
class HandWrittenNormIsSafe:
    """The chain rule goes through each operation on its own: an infinite slope of the root, times the zero
    slope of the square. norm is one operation and has a rule for this; the written-out formula has not.
    """

    ANSWERS = reference.ANSWERS | {"sqrt_of_sum_gradient_at_zero_is_nan": False}


@wrong("check_answer")
class ClippingRepairsInfinity:
    """Clipping by norm multiplies everything by max_norm / norm. With an infinite norm that is zero, and
    zero times infinity is no number.
    """

    ANSWERS = reference.ANSWERS | {"nan_after_clipping_an_inf_gradient": [False, False]}


@wrong("check_answer")
class ClippingSpreadsNan:
    """The factor is max_norm / norm, and with an infinite norm that is zero, not NaN. The finite elements
    are lost, but they do not become NaN.
    """

    ANSWERS = reference.ANSWERS | {"nan_after_clipping_an_inf_gradient": [True, True]}


@wrong("check_answer")
class OneNanSpoilsTheTensor:
    """Plain SGD subtracts element by element, so a NaN stays where it is. It is the next forward pass that
    spreads it.
    """

    ANSWERS = reference.ANSWERS | {"nan_weights_after_sgd": [True, True]}


@wrong("check_answer")
class OptimizerSkipsNan:
    """An optimizer does not look at what it subtracts. Skipping a bad step is for you to do, or for a
    gradient scaler.
    """

    ANSWERS = reference.ANSWERS | {"nan_weights_after_sgd": [False, False]}


@wrong("check_answer")
class HalfReachesAsFar:
    """float16 ends at 65504, and the square of 300 is beyond it."""

    ANSWERS = reference.ANSWERS | {"half_precision_square": 90000.0}


@wrong("check_answer")
class HalfStopsAtItsLargest:
    """Beyond the largest number of float16 comes infinity. Floating point does not saturate."""

    ANSWERS = reference.ANSWERS | {"half_precision_square": 65504.0}


@wrong("check_answer")
class AnomalyModeOnlyWarns:
    """Anomaly mode warns where the forward pass was, and then raises as soon as a backward function returns
    NaN. Here the root gets a gradient of zero and has an infinite slope.
    """

    ANSWERS = reference.ANSWERS | {"exception_in_anomaly_mode": None}


@wrong("check_answer")
class AnotherExceptionInAnomalyMode:
    """It does raise, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"exception_in_anomaly_mode": "FloatingPointError"}


@wrong("check_answer")
class DescentAlwaysDescends:
    """The gradient of w ** 2 is 2 * w, so a step multiplies w by 1 - 2 * lr. Beyond a rate of 1 that is
    larger than one in magnitude.
    """

    ANSWERS = reference.ANSWERS | {"divergent_step_size": False}


@wrong("check_answer")
class RateSpoilsTheFirstLoss:
    """The first loss is computed before any update, so no learning rate can have touched it. A NaN there
    comes from the data, the initialisation, the arithmetic or the precision.
    """

    ANSWERS = reference.ANSWERS | {"first_loss_depends_on_learning_rate": True}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"nan_is_nan": False}
