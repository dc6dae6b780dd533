import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class DivisionStaysInteger:
    """The operator / is true division in torch as in Python; // is the other one."""

    ANSWERS = reference.ANSWERS | {"int_true_division": torch.int64}


@wrong("check_answer")
class FloorDivisionTruncates:
    """This rounds towards zero, as C does and as torch did long ago. Floor means down, also below zero."""

    ANSWERS = reference.ANSWERS | {"negative_floor_division": -3}


@wrong("check_answer")
class TheTensorKeepsItsDtype:
    """A Python number does not lower the result to the tensor's kind: an integer tensor cannot hold a
    fraction, so a float makes the result floating.
    """

    ANSWERS = reference.ANSWERS | {"int_plus_python_float": torch.int64}


@wrong("check_answer")
class NewFloatsAreDouble:
    """This is NumPy's choice. Where integers, or a Python float, make a result floating, torch takes the
    default dtype.
    """

    ANSWERS = reference.ANSWERS | {
        "int_plus_python_float": torch.float64,
        "int_true_division": torch.float64,
    }


@wrong("check_answer")
class ZeroDimPromotes:
    """A tensor without dimensions counts like a Python number: within one kind, here floating, it does
    not change the dtype of a tensor that has dimensions.
    """

    ANSWERS = reference.ANSWERS | {"half_plus_zero_dim_float": torch.float32}


@wrong("check_answer")
class OneElementDoesNotPromote:
    """What counts is the number of dimensions, not of elements: a tensor of shape (1,) has a full say."""

    ANSWERS = reference.ANSWERS | {"half_plus_one_dim_float": torch.float16}


@wrong("check_answer")
class TheFirstOperandDecides:
    """Addition does not favour its left side: of two floating dtypes with dimensions the wider one wins."""

    ANSWERS = reference.ANSWERS | {"float_plus_double": torch.float32}


@wrong("check_answer")
class MixedDtypesAreRefused:
    """Elementwise operations promote. It is matrix products, and so layers, that want equal dtypes."""

    ANSWERS = reference.ANSWERS | {"float_plus_double": "RuntimeError"}


@wrong("check_answer")
class BoolSumStaysBool:
    """A sum of truth values counts them, and is made in the widest integer, as for all small integers."""

    ANSWERS = reference.ANSWERS | {"bool_sum_dtype": torch.bool}


@wrong("check_answer")
class SmallIntegersGrow:
    """A Python integer does not widen an integer tensor: the result has the tensor's dtype, and this
    number does not fit into it.
    """

    ANSWERS = reference.ANSWERS | {"uint8_250_plus_10": 260}


@wrong("check_answer")
class SmallIntegersSaturate:
    """Integers do not stop at the end of their range. They start again at the other end."""

    ANSWERS = reference.ANSWERS | {"uint8_250_plus_10": 255}


@wrong("check_answer")
class CastingRounds:
    """A cast to an integer does not look for the nearest one: it cuts the fraction off."""

    ANSWERS = reference.ANSWERS | {"float_to_int": [2, -2]}


@wrong("check_answer")
class CastingFloors:
    """Cutting the fraction off goes towards zero, on both sides of it; floor would go down."""

    ANSWERS = reference.ANSWERS | {"float_to_int": [1, -2]}


@wrong("check_answer")
class HalfSaturates:
    """This is the largest number of float16. What is too large does not stop there: it overflows."""

    ANSWERS = reference.ANSWERS | {"half_of_70000": 65504.0}


@wrong("check_answer")
class HalfHasTheRangeOfFloat:
    """float16 has five bits for the exponent, and float32 eight. Both ends of its range are near: that is
    what loss scaling is for.
    """

    ANSWERS = reference.ANSWERS | {"half_of_70000": 70000.0, "half_of_1e_minus_8": 1e-8}


@wrong("check_answer")
class BfloatOverflowsAsHalfDoes:
    """Both have 16 bits, but bfloat16 has as many for the exponent as float32, and so its range."""

    ANSWERS = reference.ANSWERS | {"bfloat16_of_70000_is_finite": False}


@wrong("check_answer")
class BfloatIsExactForSmallIntegers:
    """The price of the range is precision: 8 significant bits are too few for every integer of this size."""

    ANSWERS = reference.ANSWERS | {"bfloat16_of_257": 257.0}


@wrong("check_answer")
class MeanTurnsToFloat:
    """Division does turn integers into floats, and NumPy's mean too. torch's mean wants to be told."""

    ANSWERS = reference.ANSWERS | {"mean_of_ints": None}


@wrong("check_answer")
class ABoolIsABit:
    """Elements have addresses, and the smallest thing with an address is a byte."""

    ANSWERS = reference.ANSWERS | {"bytes_per_bool": 0.125}


@wrong("check_answer")
class ToAlwaysCopies:
    """to has nothing to do here. It copies only when the dtype or the device differs, or with copy=True."""

    ANSWERS = reference.ANSWERS | {"to_same_dtype_is_self": False}


@wrong("check_answer")
class TensorToIsInPlace:
    """A tensor's to leaves the tensor alone and returns another one; here nobody keeps it."""

    ANSWERS = reference.ANSWERS | {"to_without_assignment": torch.float64}


@wrong("check_answer")
class ModuleToNeedsAssignment:
    """That is so for tensors. A module's to replaces its parameters in place, and returns the module."""

    ANSWERS = reference.ANSWERS | {"module_to_without_assignment": torch.float32}


@wrong("check_answer")
class LayersPromote:
    """Sums promote; matrix products do not. A layer wants inputs of the dtype of its weight."""

    ANSWERS = reference.ANSWERS | {"double_input_to_float_model": None}


@wrong("check_answer")
class MixingDevicesCopies:
    """No copy is made in silence between devices: data moves when somebody says so, and otherwise the
    operation is refused.
    """

    ANSWERS = reference.ANSWERS | {"tensors_on_two_devices": None}


@wrong("check_answer")
class MixingDevicesIsATypeError:
    """It is refused, but with the class that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {
        "tensors_on_two_devices": "TypeError",
        "double_input_to_float_model": "TypeError",
        "mean_of_ints": "TypeError",
    }


@wrong("check_answer")
class TheResultComesToTheCpu:
    """A tensor without dimensions on the CPU counts like a Python number: it joins the other operand where
    that one is, and not the other way round.
    """

    ANSWERS = reference.ANSWERS | {"zero_dim_cpu_tensor_plus_other_device": "cpu"}


@wrong("check_answer")
class EveryMixIsRefused:
    """There is one exception to the rule: a CPU tensor without dimensions counts like a Python number."""

    ANSWERS = reference.ANSWERS | {"zero_dim_cpu_tensor_plus_other_device": "RuntimeError"}


@wrong("check_answer")
class NumpyFetchesTheData:
    """numpy() shares memory and does not fetch anything: an array cannot lie on another device. Call
    cpu() first.
    """

    ANSWERS = reference.ANSWERS | {"numpy_of_other_device": None}


@wrong("check_answer")
class NumpyRaisesRuntimeError:
    """It is refused, but here torch says that it cannot convert this kind of object."""

    ANSWERS = reference.ANSWERS | {"numpy_of_other_device": "RuntimeError"}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"int_division": torch.float32}
