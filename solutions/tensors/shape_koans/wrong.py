from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class StackJoinsAlongADimension:
    """This is what cat does. stack makes a new dimension, whose size is the number of tensors."""

    ANSWERS = reference.ANSWERS | {"stack_rows": (4, 3), "stack_last": (2, 6)}


@wrong("check_answer")
class CatMakesADimension:
    """This is what stack does. cat makes the dimension longer that dim names, and adds none."""

    ANSWERS = reference.ANSWERS | {"cat_rows": (2, 2, 3)}


@wrong("check_answer")
class StackAddsInFront:
    """The new dimension stands where dim says. A negative dim counts in the shape of the result."""

    ANSWERS = reference.ANSWERS | {"stack_last": (2, 2, 3)}


@wrong("check_answer")
class CatNeedsEqualShapes:
    """Only stack needs equal shapes. For cat all sizes must agree but the one that it joins along."""

    ANSWERS = reference.ANSWERS | {"cat_unequal_rows": "RuntimeError"}


@wrong("check_answer")
class StackPads:
    """Nothing is padded: along the new dimension all tensors must have the same shape."""

    ANSWERS = reference.ANSWERS | {"stack_unequal_rows": None}


@wrong("check_answer")
class StackRaisesAsNumpyDoes:
    """stack does refuse, but NumPy is the one that raises this class; torch has another for nearly
    everything.
    """

    ANSWERS = reference.ANSWERS | {"stack_unequal_rows": "ValueError"}


@wrong("check_answer")
class UnsqueezeAppends:
    """The argument of unsqueeze is the place that the new dimension has in the result."""

    ANSWERS = reference.ANSWERS | {"unsqueeze_one": (2, 3, 1)}


@wrong("check_answer")
class SqueezeRemovesOne:
    """squeeze without an argument removes every dimension of size 1, not the first one only."""

    ANSWERS = reference.ANSWERS | {"squeeze_everything": (3, 1)}


@wrong("check_answer")
class SqueezeRemovesAnySize:
    """A dimension with two entries cannot be dropped without losing one of them: squeeze leaves alone
    what does not have size 1.
    """

    ANSWERS = reference.ANSWERS | {"squeeze_a_dim_of_size_two": (3,)}


@wrong("check_answer")
class SqueezeRefusesOtherSizes:
    """NumPy refuses this. torch does not mind, which hides mistakes: look at the shape afterwards."""

    ANSWERS = reference.ANSWERS | {"squeeze_a_dim_of_size_two": "RuntimeError"}


@wrong("check_answer")
class PermuteSaysWhereTo:
    """Read the other way round: the arguments do not say where each old dimension goes, but for each new
    place which old dimension comes there.
    """

    ANSWERS = reference.ANSWERS | {"permute_shape": (3, 4, 2)}


@wrong("check_answer")
class FlattenTakesAll:
    """The argument of flatten is the dimension to start from. What stands before it, here the batch,
    stays.
    """

    ANSWERS = reference.ANSWERS | {"flatten_from_one": (24,)}


@wrong("check_answer")
class FlattenStopsAtItsArgument:
    """The first argument of flatten says where it starts, not where it ends."""

    ANSWERS = reference.ANSWERS | {"flatten_from_one": (6, 4)}


@wrong("check_answer")
class ReductionKeepsItsDim:
    """The dim of a reduction is the one that is used up, not the one that is left: dim=1 goes along the
    row.
    """

    ANSWERS = reference.ANSWERS | {"sum_over_dim_one": [5, 7, 9], "mean_keepdim": (1, 3)}


@wrong("check_answer")
class KeepdimIsIgnored:
    """With keepdim=True the reduced dimension stays, with size 1, so that the result broadcasts."""

    ANSWERS = reference.ANSWERS | {"mean_keepdim": (2,)}


@wrong("check_answer")
class ArgmaxIsAPair:
    """Without dim, argmax gives a single number: the position in the flattened tensor. unravel_index
    turns it into a row and a column.
    """

    ANSWERS = reference.ANSWERS | {"argmax_without_dim": (0, 1)}


@wrong("check_answer")
class ArgmaxIsPerRow:
    """One position for each row needs a dim. Without it the whole tensor counts as one vector."""

    ANSWERS = reference.ANSWERS | {"argmax_without_dim": [1, 0]}


@wrong("check_answer")
class MaxIsOnlyTheValues:
    """With dim, max returns not a tensor but a named tuple. What would you want beside the values?"""

    ANSWERS = reference.ANSWERS | {"length_of_max_with_dim": 4}


@wrong("check_answer")
class ChunkSpreadsFromTheEnd:
    """chunk does not spread what is left over evenly. It takes the size of a piece rounded up, and the
    last piece gets what remains.
    """

    ANSWERS = reference.ANSWERS | {"chunk_sizes": [2, 2, 3, 3]}


@wrong("check_answer")
class ChunkSpreadsFromTheStart:
    """tensor_split, like NumPy's array_split, makes pieces whose sizes differ by at most one. chunk takes
    the size of a piece rounded up instead, and the last piece gets what remains.
    """

    ANSWERS = reference.ANSWERS | {"chunk_sizes": [3, 3, 2, 2]}


@wrong("check_answer")
class ChunkTakesASize:
    """This is split(4): pieces of 4. The argument of chunk is how many pieces."""

    ANSWERS = reference.ANSWERS | {"chunk_sizes": [4, 4, 2]}


@wrong("check_answer")
class MinusOneIsASize:
    """-1 is never a size. In reshape it stands for what is left over, in expand for the size as it is."""

    ANSWERS = reference.ANSWERS | {"reshape_with_minus_one": (3, -1), "expand_shape": (-1, 4)}


@wrong("check_answer")
class InPlaceReturnsNothing:
    """Python's list.append returns None; an underscore method returns its own tensor, so that calls can
    be chained.
    """

    ANSWERS = reference.ANSWERS | {"inplace_result_is_x": False}


@wrong("check_answer")
class EveryMethodIsInPlace:
    """Without the underscore a method returns a new tensor, which this snippet throws away."""

    ANSWERS = reference.ANSWERS | {"x_after_plain_add": [2.0, 2.0]}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"cat_row": (4, 3)}
