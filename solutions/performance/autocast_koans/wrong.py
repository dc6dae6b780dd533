import torch

from pytest_torchkata.checks import wrong

from . import reference

LOW, FULL = torch.bfloat16, torch.float32


@wrong("check_answer")
class ParametersAreCast:
    """autocast casts what an operation reads, for that operation. The parameters stay what they are."""

    ANSWERS = reference.ANSWERS | {"parameter_dtype_inside": LOW}


@wrong("check_answer")
class MasterCopy:
    """There is no second set of weights. The parameters are float32 all along, inside and outside, and
    are cast when an operation reads them.
    """

    ANSWERS = reference.ANSWERS | {"weight_inside_is_the_parameter_itself": False}


@wrong("check_answer")
class GradientsAreLow:
    """A gradient has the dtype of its parameter: the cast has a backward too, which casts back."""

    ANSWERS = reference.ANSWERS | {"gradient_dtype": LOW}


@wrong("check_answer")
class EverythingIsLow:
    """Only the operations on a list are run in the low precision, matrix products above all. An addition
    takes what it gets, and two dtypes are promoted as anywhere else.
    """

    ANSWERS = reference.ANSWERS | {"elementwise_of_float_inputs": LOW, "half_plus_float": LOW}


@wrong("check_answer")
class LowIsWidenedAgain:
    """Nothing casts an output back. What comes out of a layer in the low precision stays so until an
    operation asks for more.
    """

    ANSWERS = reference.ANSWERS | {"linear_output": FULL, "relu_of_a_linear_output": FULL}


@wrong("check_answer")
class LossesAreLow:
    """Losses are on the list of what runs in float32: their inputs are cast up first."""

    ANSWERS = reference.ANSWERS | {"mse_loss_dtype": LOW, "cross_entropy_dtype": LOW}


@wrong("check_answer")
class DoublesAreCastToo:
    """autocast casts float32 down. It leaves float64 alone: who computes in doubles wants the digits."""

    ANSWERS = reference.ANSWERS | {"matmul_of_doubles": LOW}


@wrong("check_answer")
class DoublesBecomeFloats:
    """autocast does not touch float64, so nothing makes a float32 of it either."""

    ANSWERS = reference.ANSWERS | {"matmul_of_doubles": FULL}


@wrong("check_answer")
class DisabledIsIgnored:
    """A region with enabled=False switches autocast off for what is in it, inside of another region too."""

    ANSWERS = reference.ANSWERS | {"disabled_region": LOW}


@wrong("check_answer")
class LeavingCastsBack:
    """Nothing is cast when a region ends. The output is still in the low precision, the weights are not,
    and outside nobody casts for you.
    """

    ANSWERS = reference.ANSWERS | {"leaving_the_region": None}


@wrong("check_answer")
class DtypesRaiseTypeErrors:
    """It does refuse, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"leaving_the_region": "TypeError", "unscale_twice": "TypeError"}


@wrong("check_answer")
class OldNameNewArguments:
    """torch.cuda.amp.autocast is for CUDA, as its name says: it has no argument for the device. That is
    one of torch.autocast.
    """

    ANSWERS = reference.ANSWERS | {"old_autocast_takes_device_type": None}


@wrong("check_answer")
class DeprecationWarnings:
    """Python shows a DeprecationWarning to few people. torch wants everybody to see it, and takes another
    class.
    """

    ANSWERS = reference.ANSWERS | {"old_scaler_warns_with": "DeprecationWarning"}


@wrong("check_answer")
class HalfHoldsTinyNumbers:
    """The smallest positive number of float16 is about 6e-8. What is less than half of that is zero, and
    nothing that comes later can bring it back.
    """

    ANSWERS = reference.ANSWERS | {"tiny_gradient_in_half_plain_and_scaled": (1e-8, True)}


@wrong("check_answer")
class ScalingDoesNotHelp:
    """The gradient is scaled before it is rounded to float16: 1e-8 times 65536 is well in its range."""

    ANSWERS = reference.ANSWERS | {"tiny_gradient_in_half_plain_and_scaled": (0.0, False)}


@wrong("check_answer")
class BothHaveTheSameRange:
    """The two formats share their 16 bits out differently. bfloat16 has the exponent of float32, and so
    its range; it needs no scaler for that reason.
    """

    ANSWERS = reference.ANSWERS | {
        "bfloat16_of_1e_minus_8_is_positive": False,
        "bfloat16_max_is_larger": False,
    }


@wrong("check_answer")
class HalfHasTheRangeOfFloat:
    """float16 has 5 bits of exponent. Everything above 65504 is infinite."""

    ANSWERS = reference.ANSWERS | {"float16_max": torch.finfo(torch.float32).max}


@wrong("check_answer")
class PowerOfTwoMaximum:
    """65536 is the first number that does not fit. The largest one has a fraction of all ones before it."""

    ANSWERS = reference.ANSWERS | {"float16_max": 65536.0}


@wrong("check_answer")
class SameDigits:
    """These are the digits of float16, which has 10 bits of fraction. bfloat16 has paid for its range
    with three of them: above 256 it skips every other whole number.
    """

    ANSWERS = reference.ANSWERS | {
        "bfloat16_eps": torch.finfo(torch.float16).eps,
        "one_added_to_256_in_bfloat16": 257.0,
    }


@wrong("check_answer")
class DigitsOfFloat:
    """These are the digits of float32. bfloat16 is the upper half of one: the range is kept, 16 bits of
    fraction are not.
    """

    ANSWERS = reference.ANSWERS | {"bfloat16_eps": torch.finfo(torch.float32).eps}


@wrong("check_answer")
class ClipsInfiniteGradients:
    """The scaler repairs nothing. A gradient that is not finite is no gradient: the weights stay as they
    are, and only the scale changes.
    """

    ANSWERS = reference.ANSWERS | {"weight_and_scale_after_inf_gradient": (0.9, 2.0)}


@wrong("check_answer")
class StepsWithInfiniteGradients:
    """The weights would be lost after such a step. step looks at the gradients first, and leaves it out."""

    ANSWERS = reference.ANSWERS | {"weight_and_scale_after_inf_gradient": (float("-inf"), 2.0)}


@wrong("check_answer")
class ScaleStays:
    """The step is left out, but update also takes note: if the scale stayed, the next step would overflow
    again.
    """

    ANSWERS = reference.ANSWERS | {"weight_and_scale_after_inf_gradient": (1.0, 4.0)}


@wrong("check_answer")
class ScaleGrows:
    """The scale grows after many good steps in a row. After an overflow it was too large already."""

    ANSWERS = reference.ANSWERS | {"weight_and_scale_after_inf_gradient": (1.0, 8.0)}


@wrong("check_answer")
class GradientsAreTrueFromTheStart:
    """backward was called on the scaled loss, so the gradients are scaled. Who clips them now clips the
    wrong numbers.
    """

    ANSWERS = reference.ANSWERS | {"scaled_gradient_before_unscale": 3.0}


@wrong("check_answer")
class UnscaleComesWithTheStep:
    """unscale_ divides at once, in place. step notices that it was done, and does not do it again."""

    ANSWERS = reference.ANSWERS | {"scaled_gradient_after_unscale": 12.0}


@wrong("check_answer")
class UnscalesTwice:
    """A second division would make the gradients too small without a word. The scaler keeps count, and
    refuses.
    """

    ANSWERS = reference.ANSWERS | {"unscale_twice": None}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"linear_dtype": LOW}
