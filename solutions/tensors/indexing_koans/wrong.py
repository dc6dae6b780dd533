from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class ASliceOfOneDropsItsDim:
    """An integer uses up its dimension; a slice keeps it, even when it holds a single entry."""

    ANSWERS = reference.ANSWERS | {"slice_all_and_minus_one": (3,)}


@wrong("check_answer")
class AnIntegerKeepsItsDim:
    """An integer uses up its dimension. To keep it with size 1, take a slice of length one."""

    ANSWERS = reference.ANSWERS | {
        "two_ints": (1, 1, 4),
        "slice_all_and_minus_one": (1, 3, 1),
        "ellipsis": (2, 3, 1),
    }


@wrong("check_answer")
class TheDotsAreNothing:
    """The dots stand for as many full slices as are missing, so the 0 is an index into the last dimension."""

    ANSWERS = reference.ANSWERS | {"ellipsis": (3, 4)}


@wrong("check_answer")
class AFullIndexIsANumber:
    """A Python number comes from item() only. Indexing gives back the class that it was applied to, here
    without dimensions.
    """

    ANSWERS = reference.ANSWERS | {"full_index_type": "int"}


@wrong("check_answer")
class AMaskIsTheResult:
    """This is the mask itself. As an index it selects: what is False is left out."""

    ANSWERS = reference.ANSWERS | {"mask_result": [False, False, False, True, True]}


@wrong("check_answer")
class AMaskPutsZeros:
    """A mask as an index leaves the other entries out; where and masked_fill put something in their place."""

    ANSWERS = reference.ANSWERS | {"mask_result": [0, 0, 0, 3, 4], "mask_of_matrix_shape": (2, 3)}


@wrong("check_answer")
class AnIndexListIsARange:
    """A list of indices is not the start and the end of a slice: each entry picks one."""

    ANSWERS = reference.ANSWERS | {"one_index_list": (2, 3, 4)}


@wrong("check_answer")
class ListsMakeAGrid:
    """Several lists are not crossed with each other. They are read together, as pairs of coordinates, and
    one dimension counts the pairs.
    """

    ANSWERS = reference.ANSWERS | {"two_index_lists": (2, 2, 4), "split_index_lists": (2, 3, 2)}


@wrong("check_answer")
class NoneAppends:
    """None makes its new dimension where it stands in the brackets: here behind the first."""

    ANSWERS = reference.ANSWERS | {"none_in_the_middle": (2, 3, 1)}


@wrong("check_answer")
class NegativeStepsReverse:
    """Lists and NumPy arrays do that. A tensor has no negative strides; flip copies instead."""

    ANSWERS = reference.ANSWERS | {"negative_step": None}


@wrong("check_answer")
class NegativeStepsAreARuntimeError:
    """It is refused, but here torch raises what Python raises for a bad step of a slice."""

    ANSWERS = reference.ANSWERS | {"negative_step": "RuntimeError"}


@wrong("check_answer")
class SlicesRaisePastTheEnd:
    """Only a single index can be out of range. A slice is cut off at the end, as for lists."""

    ANSWERS = reference.ANSWERS | {"slice_past_the_end": "IndexError"}


@wrong("check_answer")
class GatherPicksWholeColumns:
    """This is what s[:, [1, 2]] does. gather reads each row of the index in its own row of s, and the
    result has the shape of the index.
    """

    ANSWERS = reference.ANSWERS | {"gather_rows": [[0.7, 0.2], [0.3, 0.4]]}


@wrong("check_answer")
class GatherDropsTheDim:
    """The values are right. The result of gather has the shape of the index, which has two dimensions."""

    ANSWERS = reference.ANSWERS | {"gather_rows": [0.7, 0.4]}


@wrong("check_answer")
class WhereFilters:
    """where with three arguments chooses for every place; it leaves none out."""

    ANSWERS = reference.ANSWERS | {"where_above_ten": [15]}


@wrong("check_answer")
class WhereIsSwapped:
    """The first value is taken where the condition is true, the second where it is false."""

    ANSWERS = reference.ANSWERS | {"where_above_ten": [5, 0]}


@wrong("check_answer")
class IndexingCopies:
    """Integers and slices only say where to look: what they give lies in the same memory, and a write to
    it is a write to the original.
    """

    ANSWERS = reference.ANSWERS | {"write_through_a_slice": 0.0}


@wrong("check_answer")
class OneElementIsACopy:
    """A single element is a tensor without dimensions that lies in the same memory, not a number that was
    read out: in-place operations on it reach the original.
    """

    ANSWERS = reference.ANSWERS | {"write_through_a_full_index": 0.0}


@wrong("check_answer")
class AMaskResultIsAView:
    """No strides can describe an arbitrary choice of places, so what a mask selects is copied out."""

    ANSWERS = reference.ANSWERS | {"write_through_a_mask_result": 999.0}


@wrong("check_answer")
class MaskAssignmentWritesToACopy:
    """With the brackets on the left of =, nothing is selected first: the assignment itself writes into the
    tensor.
    """

    ANSWERS = reference.ANSWERS | {"mask_assignment": [1, 20, 3]}


@wrong("check_answer")
class RepeatedIndicesAddUp:
    """z[i] += 1 reads all the places, adds 1, and writes all of them back. A place that occurs twice is
    read twice before anything is written.
    """

    ANSWERS = reference.ANSWERS | {"repeated_index_increment": [2.0, 1.0, 0.0]}


@wrong("check_answer")
class IndexAddCountsOnce:
    """index_add_ adds for every occurrence; that is what it is there for."""

    ANSWERS = reference.ANSWERS | {"repeated_index_add": [1.0, 1.0, 0.0]}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"two_int": (4,)}
