from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class ANewShapeIsNewMemory:
    """A shape is a description. These operations write a new one for the same memory, and move nothing."""

    ANSWERS = reference.ANSWERS | {
        "view_shares": False,
        "transpose_shares": False,
        "squeeze_shares": False,
    }


@wrong("check_answer")
class ReshapeAlwaysCopies:
    """reshape and flatten copy only where no strides could describe the new shape. In a contiguous tensor
    they always can.
    """

    ANSWERS = reference.ANSWERS | {
        "reshape_of_contiguous_shares": False,
        "flatten_of_contiguous_shares": False,
    }


@wrong("check_answer")
class CloneShares:
    """clone is the operation that always copies."""

    ANSWERS = reference.ANSWERS | {"clone_shares": True}


@wrong("check_answer")
class DetachCopies:
    """detach leaves the graph, not the memory: whoever writes into the result edits the original."""

    ANSWERS = reference.ANSWERS | {"detach_shares": False}


@wrong("check_answer")
class SlicesAreCopies:
    """Slices of Python lists are copies. Slices of tensors are views, and chunk is a set of slices."""

    ANSWERS = reference.ANSWERS | {"basic_slice_shares": False, "chunk_shares": False}


@wrong("check_answer")
class SelectingEverythingIsAView:
    """What is selected by a mask or by a list is copied out, whatever it is: torch does not look whether
    the places happen to be all of them.
    """

    ANSWERS = reference.ANSWERS | {"mask_shares": True, "index_list_shares": True}


@wrong("check_answer")
class ExpandCopies:
    """expand repeats with a stride of 0: every step along the new size lands on the same element."""

    ANSWERS = reference.ANSWERS | {"expand_shares": False}


@wrong("check_answer")
class RepeatIsAView:
    """repeat writes every repetition out, also where a stride of 0 would do. That is what expand is for."""

    ANSWERS = reference.ANSWERS | {"repeat_shares": True}


@wrong("check_answer")
class CatOfOneIsTheTensor:
    """cat always makes its result anew, even when there is nothing to join."""

    ANSWERS = reference.ANSWERS | {"cat_of_one_shares": True}


@wrong("check_answer")
class FlattenNeverCopies:
    """flatten reads row by row. The rows of a transpose do not lie in memory in that order, and no stride
    can say so.
    """

    ANSWERS = reference.ANSWERS | {"flatten_of_transpose_shares": True}


@wrong("check_answer")
class ContiguousAlwaysCopies:
    """contiguous copies a tensor that is not, and hands back the one that is."""

    ANSWERS = reference.ANSWERS | {"contiguous_of_contiguous_shares": False}


@wrong("check_answer")
class FloatAlwaysCopies:
    """A conversion that changes nothing hands back the tensor itself. For a copy, ask for one."""

    ANSWERS = reference.ANSWERS | {"float_of_float_shares": False}


@wrong("check_answer")
class DoubleShares:
    """Elements of eight bytes cannot lie in the same memory as elements of four."""

    ANSWERS = reference.ANSWERS | {"double_of_float_shares": True}


@wrong("check_answer")
class AStateDictIsASnapshot:
    """state_dict holds the parameters themselves, detached. A "best model" kept that way goes on training:
    copy it.
    """

    ANSWERS = reference.ANSWERS | {"state_dict_shares_with_parameter": False}


@wrong("check_answer")
class ExpandedCanBeWritten:
    """Several elements of an expanded tensor are the same place in memory. What should end up there, if
    each were increased by 1?
    """

    ANSWERS = reference.ANSWERS | {"write_to_expanded": None}


@wrong("check_answer")
class ExpandedRaisesValueError:
    """It is refused, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"write_to_expanded": "ValueError"}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"view_share": True}
