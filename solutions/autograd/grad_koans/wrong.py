from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class ValueInsteadOfGradient:
    """This is the value of the function. What backward leaves in .grad is its derivative there."""

    ANSWERS = reference.ANSWERS | {
        "quadratic": 11.0,
        "sum_of_squares": [2.25, 16.0],
        "mean_of_vector": [0.0, 0.0, 0.0, 0.0],
    }


@wrong("check_answer")
class OneGradientForTheWholeVector:
    """The gradient has the shape of x: each element gets its own derivative, not the sum of all."""

    ANSWERS = reference.ANSWERS | {"sum_of_squares": -5.0, "mean_of_vector": 1.0}


@wrong("check_answer")
class MeanIsASum:
    """The mean divides by the number of elements, and so does its gradient."""

    ANSWERS = reference.ANSWERS | {"mean_of_vector": [1.0, 1.0, 1.0, 1.0]}


@wrong("check_answer")
class SecondBackwardOverwrites:
    """backward adds to .grad; it never replaces what is there. That is why there is a zero_grad."""

    ANSWERS = reference.ANSWERS | {"two_backwards_of_two_graphs": 6.0}


@wrong("check_answer")
class IgnoresTheWeights:
    """The argument of backward weights each output before the sum. This is what weights of one would
    give.
    """

    ANSWERS = reference.ANSWERS | {"weighted_outputs": [2.0, 2.0]}


@wrong("check_answer")
class WeightsAreTheGradient:
    """The argument of backward is the gradient that comes in from above. The operation's own slope
    multiplies it on the way down to x.
    """

    ANSWERS = reference.ANSWERS | {"weighted_outputs": [1.0, 10.0]}


@wrong("check_answer")
class VectorIsSummedImplicitly:
    """backward does not stand for backward with a vector of ones. It does not guess how the outputs
    are to be weighted when there are several.
    """

    ANSWERS = reference.ANSWERS | {"backward_of_a_vector": None}


@wrong("check_answer")
class RefusesEveryVector:
    """What counts is the number of elements, not the number of dimensions: one element leaves nothing
    to choose.
    """

    ANSWERS = reference.ANSWERS | {"backward_of_one_element_vector": "RuntimeError"}


@wrong("check_answer")
class RefusalIsAnotherException:
    """backward does refuse, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"backward_of_a_vector": "ValueError"}


@wrong("check_answer")
class DetachDropsTheValue:
    """detach cuts the history and keeps the value: the factor is still there, as a constant."""

    ANSWERS = reference.ANSWERS | {"detached_factor": 0.0}


@wrong("check_answer")
class DetachChangesNothing:
    """The detached factor is a constant. Only the way through the other factor counts."""

    ANSWERS = reference.ANSWERS | {"detached_factor": 6.0}


@wrong("check_answer")
class CountsOneUseOnly:
    """x is used more than once, and each use sends a contribution back. They are all added."""

    ANSWERS = reference.ANSWERS | {"used_twice": 4.0}


@wrong("check_answer")
class ForgetsTheLinearTerm:
    """The square is differentiated, and the term added to it is left out. It has a slope too."""

    ANSWERS = reference.ANSWERS | {"used_twice": 6.0, "quadratic": 4.0}


@wrong("check_answer")
class MiddleGetsTheLeafsGradient:
    """The chain rule stops at the tensor that is asked about: from the output to y, not on to x."""

    ANSWERS = reference.ANSWERS | {"grad_of_the_middle": 24.0}


@wrong("check_answer")
class UnusedGetsZeros:
    """backward touches only the leaves that it reaches. No way to a leaf is not the same as a slope of
    zero: nothing is written there.
    """

    ANSWERS = reference.ANSWERS | {"grad_of_unused_is_none": False}


@wrong("check_answer")
class IndexingSpreads:
    """Only the element that was picked out takes part. The others get zeros, in a gradient of the full
    shape.
    """

    ANSWERS = reference.ANSWERS | {"grad_of_an_index": [5.0, 5.0, 5.0]}


@wrong("check_answer")
class IndexingShrinks:
    """The gradient always has the shape of the leaf, also where only one element was used."""

    ANSWERS = reference.ANSWERS | {"grad_of_an_index": [5.0]}


@wrong("check_answer")
class ReluPassesAtZero:
    """Both one-sided slopes are possible at the kink; torch takes the one from the left for relu."""

    ANSWERS = reference.ANSWERS | {"relu_at_zero": 1.0}


@wrong("check_answer")
class ClampBlocksAtTheBoundary:
    """clamp with min=0 and relu have the same values, but not the same gradient at the boundary:
    clamp counts its boundary as inside.
    """

    ANSWERS = reference.ANSWERS | {"clamp_at_the_boundary": 0.0}


@wrong("check_answer")
class HalfAtTheKink:
    """The average of both slopes would be a valid choice at a kink, but relu and clamp each take one
    of the two sides.
    """

    ANSWERS = reference.ANSWERS | {"relu_at_zero": 0.5, "clamp_at_the_boundary": 0.5}


@wrong("check_answer")
class FirstMaximumTakesAll:
    """max over the whole tensor does not single out one of several equal maxima. They share."""

    ANSWERS = reference.ANSWERS | {"tied_maximum": [1.0, 0.0]}


@wrong("check_answer")
class EachMaximumGetsAll:
    """The gradient is shared out among the equal maxima: together they get what one would."""

    ANSWERS = reference.ANSWERS | {"tied_maximum": [1.0, 1.0]}


@wrong("check_answer")
class RoundIsTheIdentity:
    """round is flat between its steps, and torch differentiates it as it is. Letting the gradient
    through anyway is a trick that one has to write.
    """

    ANSWERS = reference.ANSWERS | {"through_round": 1.0}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"relu_at_0": 0.0}
