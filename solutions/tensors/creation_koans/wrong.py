import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class CapitalInfersTheDtype:
    """This is what torch.tensor does. The class with the capital letter does not look at the numbers in a
    list: it converts them.
    """

    ANSWERS = reference.ANSWERS | {
        "capital_list_dtype": torch.int64,
        "capital_with_double_default": torch.int64,
    }


@wrong("check_answer")
class CapitalIsAlwaysFloat32:
    """torch.Tensor is not another name of FloatTensor. For a list it follows the default dtype, which can
    be changed, and a tensor that it is given keeps its own.
    """

    ANSWERS = reference.ANSWERS | {
        "capital_of_int_tensor": torch.float32,
        "capital_with_double_default": torch.float32,
    }


@wrong("check_answer")
class CapitalHoldsItsArguments:
    """An integer passed to torch.Tensor is a size and not a value: the result has that many elements, and
    nobody has set them.
    """

    ANSWERS = reference.ANSWERS | {"capital_scalar_shape": (), "capital_two_ints_shape": (2,)}


@wrong("check_answer")
class CapitalTakesAFloat:
    """A float can be no size, and as a value torch.Tensor would want it in a list."""

    ANSWERS = reference.ANSWERS | {"capital_float_argument": None}


@wrong("check_answer")
class CapitalRefusesByValue:
    """It does refuse, but not because of the value: no way to call it takes an argument of this type."""

    ANSWERS = reference.ANSWERS | {"capital_float_argument": "ValueError"}


@wrong("check_answer")
class AScalarHasOneDimension:
    """One element is not one dimension. A single number given to torch.tensor makes a tensor without any,
    and an integer given to torch.Tensor is a size.
    """

    ANSWERS = reference.ANSWERS | {"lower_scalar_shape": (1,), "capital_scalar_shape": (1,)}


@wrong("check_answer")
class IntegersBecomeFloat32:
    """Integers stay integers where the dtype is taken from the data: only the functions that get no data
    to look at, such as zeros and ones, fall back on the default dtype.
    """

    ANSWERS = reference.ANSWERS | {
        "int_list_dtype": torch.float32,
        "arange_dtype": torch.float32,
        "zeros_like_dtype": torch.float32,
    }


@wrong("check_answer")
class FullIsFloat32:
    """full looks at the value that it fills in. zeros and ones, which get none, use the default dtype."""

    ANSWERS = reference.ANSWERS | {"full_dtype": torch.float32}


@wrong("check_answer")
class IntegersAreInt32:
    """Python's integers become 64 bits wide in torch, on every platform; 32 is what some other libraries
    choose.
    """

    ANSWERS = reference.ANSWERS | {
        "int_list_dtype": torch.int32,
        "arange_dtype": torch.int32,
        "full_dtype": torch.int32,
        "zeros_like_dtype": torch.int32,
        "capital_of_int_tensor": torch.int32,
    }


@wrong("check_answer")
class FloatsAreDouble:
    """This is NumPy's choice. A Python float becomes torch's default dtype, although Python itself keeps
    it in 64 bits.
    """

    ANSWERS = reference.ANSWERS | {"float_list_dtype": torch.float64, "mixed_list_dtype": torch.float64}


@wrong("check_answer")
class TheFirstElementDecides:
    """The whole list is looked at, not its first element: one float among integers makes all of it
    floating.
    """

    ANSWERS = reference.ANSWERS | {"mixed_list_dtype": torch.int64}


@wrong("check_answer")
class BoolsAreNumbers:
    """torch has a dtype of its own for truth values; numbers they become only in arithmetic."""

    ANSWERS = reference.ANSWERS | {"bool_list_dtype": torch.int64}


@wrong("check_answer")
class BoolsAreBytes:
    """Long ago a comparison gave uint8. Since then torch has a dtype of its own for truth values, of one
    byte each.
    """

    ANSWERS = reference.ANSWERS | {"bool_list_dtype": torch.uint8}


@wrong("check_answer")
class ArangeIncludesItsEnd:
    """arange stops before its end, as Python's range does; linspace is the one that reaches it."""

    ANSWERS = reference.ANSWERS | {"arange_values": [0, 3, 6, 9]}


@wrong("check_answer")
class LinspaceStopsBeforeItsEnd:
    """linspace includes both ends: the third argument counts the points, and there is one gap fewer."""

    ANSWERS = reference.ANSWERS | {"linspace_values": [0.0, 0.2, 0.4, 0.6, 0.8]}


@wrong("check_answer")
class EyeHoldsIntegers:
    """The number is right and its type is not: eye gets no data to look at, so its ones are floating."""

    ANSWERS = reference.ANSWERS | {"eye_total": 3}


@wrong("check_answer")
class RandLikeTurnsToFloat:
    """A _like function takes the dtype of its argument too. It would have to draw from [0, 1) in int64."""

    ANSWERS = reference.ANSWERS | {"rand_like_of_ints": None}


@wrong("check_answer")
class RandLikeRaisesSomethingElse:
    """It does refuse. The class is a narrower one, a kind of RuntimeError, for an operation that is not
    there for this dtype.
    """

    ANSWERS = reference.ANSWERS | {"rand_like_of_ints": "RuntimeError"}


@wrong("check_answer")
class TheDefaultDtypeIsFixed:
    """The default dtype is a setting of the whole process. From the line that changes it until somebody
    restores it, every Python float becomes the new one.
    """

    ANSWERS = reference.ANSWERS | {"literal_with_double_default": torch.float32}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"int_list_type": torch.int64}
