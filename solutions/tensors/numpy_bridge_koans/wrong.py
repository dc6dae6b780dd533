import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class ArraysBecomeFloat32:
    """Only Python floats become the default dtype. NumPy's floats are float64, and that survives the
    crossing: printed, such a tensor says dtype=torch.float64.
    """

    ANSWERS = reference.ANSWERS | {
        "from_numpy_dtype": torch.float32,
        "tensor_of_float_array_dtype": torch.float32,
        "numpy_scalar_dtype": torch.float32,
    }


@wrong("check_answer")
class TensorAliases:
    """torch.tensor always copies its data. The functions that share memory with an array are others."""

    ANSWERS = reference.ANSWERS | {"tensor_sees_writes": 5.0}


@wrong("check_answer")
class FromNumpyCopies:
    """from_numpy makes no copy: tensor and array are two names for the same memory, both ways."""

    ANSWERS = reference.ANSWERS | {"from_numpy_sees_writes": 0.0, "numpy_view_sees_inplace": 0.0}


@wrong("check_answer")
class AsTensorCopies:
    """as_tensor copies only when it must, for another dtype or another device."""

    ANSWERS = reference.ANSWERS | {"as_tensor_sees_writes": 0.0}


@wrong("check_answer")
class CastKeepsTheAlias:
    """Numbers of another dtype have other bits, so they need memory of their own."""

    ANSWERS = reference.ANSWERS | {"cast_sees_writes": 5.0}


@wrong("check_answer")
class RebindingWrites:
    """a = a + 1 makes a new object and moves the name to it; what the name stood for before is unchanged.
    a += 1 would have written into it.
    """

    ANSWERS = reference.ANSWERS | {
        "after_rebinding_the_array_name": 1.0,
        "numpy_view_sees_out_of_place": 1.0,
    }


@wrong("check_answer")
class NumpyOfAGradIsFine:
    """Autograd cannot see what NumPy does with the memory, so torch wants you to detach first."""

    ANSWERS = reference.ANSWERS | {"numpy_of_tensor_with_grad": None}


@wrong("check_answer")
class DetachCopies:
    """detach cuts the tensor off from the graph, not from its memory. Whoever writes into the array edits
    the parameter, and autograd does not hear of it.
    """

    ANSWERS = reference.ANSWERS | {"after_writing_detached_numpy": 1.0}


@wrong("check_answer")
class NegativeStridesAreFine:
    """NumPy reverses by a stride of -1, and a tensor's strides cannot be negative. A copy helps."""

    ANSWERS = reference.ANSWERS | {"reversed_array": None}


@wrong("check_answer")
class NegativeStridesAreARuntimeError:
    """It is refused, but by its value: an array of this type is fine, this one is not."""

    ANSWERS = reference.ANSWERS | {"reversed_array": "RuntimeError"}


@wrong("check_answer")
class NumpyOfAGradIsATypeError:
    """It is refused, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"numpy_of_tensor_with_grad": "TypeError"}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"from_numpy_sees_write": 5.0}
