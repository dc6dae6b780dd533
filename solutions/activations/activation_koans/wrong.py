import math

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class ReluIsTheMagnitude:
    """ReLU does not turn negative values round: it replaces them."""

    ANSWERS = reference.ANSWERS | {"relu_values": [2.0, 0.0, 2.0]}


@wrong("check_answer")
class LeakyIsReLU:
    """LeakyReLU lets a small part of a negative value through."""

    ANSWERS = reference.ANSWERS | {"leaky_value": 0.0}


@wrong("check_answer")
class LeakyIsAMaximum:
    """The formula max(slope * x, x) holds for slopes up to one only. What decides is the sign of x, and
    a positive x passes as it is.
    """

    ANSWERS = reference.ANSWERS | {"leaky_value_with_slope_two": 2.0}


@wrong("check_answer")
class GeluIsNeverNegative:
    """Left of zero GELU is x times a small probability: negative, and largest in size near -0.75."""

    ANSWERS = reference.ANSWERS | {"gelu_goes_below_minus_a_tenth": False}


@wrong("check_answer")
class GeluIsUnboundedBelow:
    """Far out on the left the probability that x is multiplied by shrinks much faster than x grows. GELU
    has a minimum, and returns towards zero.
    """

    ANSWERS = reference.ANSWERS | {"gelu_goes_below_minus_a_half": True}


@wrong("check_answer")
class GeluIsAnApproximation:
    """F.gelu is the exact form with erf. The approximation by tanh has to be asked for."""

    ANSWERS = reference.ANSWERS | {"gelu_default_is_exact": False}


@wrong("check_answer")
class BothGelusAreEqual:
    """The two forms are close, and differ from the fourth digit on."""

    ANSWERS = reference.ANSWERS | {"gelu_tanh_equals_exact": True}


@wrong("check_answer")
class SlopeOfSigmoidIsOneHalf:
    """One half is the value of sigmoid at zero. Its slope is the product s * (1 - s)."""

    ANSWERS = reference.ANSWERS | {"sigmoid_slope_at_zero": 0.5}


@wrong("check_answer")
class SigmoidIsAsSteepAsTanh:
    """tanh and sigmoid are the same curve, stretched differently. Only one of them has slope one at
    zero.
    """

    ANSWERS = reference.ANSWERS | {"sigmoid_slope_at_zero": 1.0}


@wrong("check_answer")
class TanhIsAsFlatAsSigmoid:
    """The slope of tanh is 1 - t * t. It is four times as steep at zero as sigmoid."""

    ANSWERS = reference.ANSWERS | {"tanh_slope_at_zero": 0.25}


@wrong("check_answer")
class SlopeOfTanhIsItsValue:
    """Zero is the value of tanh at zero. Its slope there is the largest that it has."""

    ANSWERS = reference.ANSWERS | {"tanh_slope_at_zero": 0.0}


@wrong("check_answer")
class SigmoidDoesNotSaturate:
    """Far out sigmoid is flat. At 20 it is 1 to within float32, and 1 - s is nearly nothing."""

    ANSWERS = reference.ANSWERS | {"sigmoid_slope_at_20_is_tiny": False}


@wrong("check_answer")
class SlopeOfReluIsItsValue:
    """Twenty is the value. The slope of a straight line does not depend on how far out you are."""

    ANSWERS = reference.ANSWERS | {"relu_slope_far_out": 20.0}


@wrong("check_answer")
class ReluSaturates:
    """ReLU is flat on one side only. On the other it is a straight line."""

    ANSWERS = reference.ANSWERS | {"relu_slope_far_out": 0.0}


@wrong("check_answer")
class DeadUnitsStillLearn:
    """Left of zero ReLU is constant, and passes no gradient back. A unit that is there for every sample
    stays there.
    """

    ANSWERS = reference.ANSWERS | {"dead_relu_gradient": 1.0}


@wrong("check_answer")
class DimIsWhatStays:
    """dim is the dimension that is summed over, not the one that stays: along it the results add up to
    one.
    """

    ANSWERS = reference.ANSWERS | {"softmax_dim_one_sums": [2.0, 2.0]}


@wrong("check_answer")
class RowsAlwaysSumToOne:
    """With dim=0 it is the columns that sum to one. Each entry is one over the number of rows."""

    ANSWERS = reference.ANSWERS | {"softmax_dim_zero_row_sum": [1.0, 1.0]}


@wrong("check_answer")
class ShiftsMatter:
    """A number added to all logits becomes a common factor of all exponentials, and cancels."""

    ANSWERS = reference.ANSWERS | {"softmax_shift_invariant": False}


@wrong("check_answer")
class ScaleDoesNotMatter:
    """Scaling the logits scales their differences, and softmax is made of those: it becomes sharper.
    That is what a temperature does.
    """

    ANSWERS = reference.ANSWERS | {"softmax_scale_invariant": True}


@wrong("check_answer")
class LogOfSoftmaxIsAsGood:
    """exp(-200) is too small for float32. What softmax has rounded to zero, no logarithm brings back."""

    ANSWERS = reference.ANSWERS | {"log_of_softmax_200_below": -200.0}


@wrong("check_answer")
class LogSoftmaxUnderflowsToo:
    """log_softmax never computes the probability: it subtracts the logsumexp from the logit."""

    ANSWERS = reference.ANSWERS | {"log_softmax_200_below": -math.inf}


@wrong("check_answer")
class ExpOf100Fits:
    """float32 ends at about 3.4e38, which is exp(88.7)."""

    ANSWERS = reference.ANSWERS | {"exp_of_100": math.exp(100)}


@wrong("check_answer")
class NothingAllowedIsUniform:
    """Where every logit is minus infinity, subtracting the largest gives -inf - (-inf), which is NaN.
    Nothing turns that into equal shares or zeros.
    """

    ANSWERS = reference.ANSWERS | {"softmax_of_all_minus_inf_is_nan": False}


@wrong("check_answer")
class SiluIsLinearOnTheLeft:
    """SiLU is x times sigmoid(x), and far out on the left sigmoid shrinks much faster than x grows."""

    ANSWERS = reference.ANSWERS | {"silu_at_minus_100_is_tiny": False}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"relu_value": [0.0, 0.0, 2.0]}
