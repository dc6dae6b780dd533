from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class AlignsFromTheLeft:
    """Shapes are lined up from the right, not from the left: the last sizes are what has to fit."""

    ANSWERS = reference.ANSWERS | {
        "vector_against_rows": None,
        "batch_plus_bias": "RuntimeError",
        "three_dims": "RuntimeError",
    }


@wrong("check_answer")
class BroadcastingFailsWithValueError:
    """It is refused, but NumPy is the one that raises this class; torch has another for nearly everything."""

    ANSWERS = reference.ANSWERS | {
        "vector_against_rows": "ValueError",
        "inplace_add_of_a_larger_operand": "ValueError",
        "mm_of_a_batch": "ValueError",
    }


@wrong("check_answer")
class OnlyOneSideStretches:
    """Both sides may be stretched in the same operation, each in the dimension where it has size 1."""

    ANSWERS = reference.ANSWERS | {"column_plus_row": "RuntimeError", "outer_sum": "RuntimeError"}


@wrong("check_answer")
class VectorMinusColumnIsAVector:
    """A vector is no column. Lined up from the right, the 4 of the vector stands over the 1 of the column,
    and both sides are stretched.
    """

    ANSWERS = reference.ANSWERS | {"vector_minus_column": (4,)}


@wrong("check_answer")
class VectorMinusColumnIsAColumn:
    """The vector is not turned upright to fit the column: it counts as a row."""

    ANSWERS = reference.ANSWERS | {"vector_minus_column": (4, 1)}


@wrong("check_answer")
class ReshapedVectorStaysAVector:
    """As a column the vector has one entry for each row of the matrix, and is repeated along the row: the
    result has the shape of the matrix.
    """

    ANSWERS = reference.ANSWERS | {"vector_as_column": (3, 1)}


@wrong("check_answer")
class EmptyDoesNotBroadcast:
    """Zero is a size like any other: a 1, or nothing, on the other side goes with it."""

    ANSWERS = reference.ANSWERS | {"empty_dim": "RuntimeError"}


@wrong("check_answer")
class TheLargerSizeWins:
    """The size that is not 1 wins, even where it is the smaller one. There is nothing to fill the rows
    with.
    """

    ANSWERS = reference.ANSWERS | {"empty_dim": (1, 3)}


@wrong("check_answer")
class InPlaceGrows:
    """The result has to fit into the tensor that it is written to. Only the other operand is stretched."""

    ANSWERS = reference.ANSWERS | {"inplace_add_of_a_larger_operand": None}


@wrong("check_answer")
class BiasGradientHasTheBatch:
    """A gradient always has the shape of its tensor. What came back for each row is added up."""

    ANSWERS = reference.ANSWERS | {"bias_gradient": [[1.0, 1.0, 1.0]] * 4}


@wrong("check_answer")
class BiasGradientOfOneRow:
    """Each entry of the bias is used once in every row, and every use contributes: they are added, neither
    averaged nor counted once.
    """

    ANSWERS = reference.ANSWERS | {"bias_gradient": [1.0, 1.0, 1.0]}


@wrong("check_answer")
class WhereFollowsItsCondition:
    """The condition of where is broadcast with the other two, and they with it."""

    ANSWERS = reference.ANSWERS | {"where_shape": (2, 1)}


@wrong("check_answer")
class WhereFollowsItsValues:
    """The two values are broadcast with the condition, and the column of the condition makes two rows."""

    ANSWERS = reference.ANSWERS | {"where_shape": (3,)}


@wrong("check_answer")
class ADotProductHasAnElementDim:
    """Both dimensions of a dot product are summed away: none is left, which is not one of size 1."""

    ANSWERS = reference.ANSWERS | {"dot_product": (1,)}


@wrong("check_answer")
class TwoVectorsMakeAnOuterProduct:
    """@ sums over what stands next to it on both sides; the outer product sums over nothing."""

    ANSWERS = reference.ANSWERS | {"dot_product": (3, 3)}


@wrong("check_answer")
class AVectorIsAColumn:
    """A vector becomes a column for the product only. The dimension is taken away again."""

    ANSWERS = reference.ANSWERS | {"matrix_times_vector": (2, 1)}


@wrong("check_answer")
class MatmulNeedsEqualBatches:
    """Only the last two dimensions follow the rule of matrices. Those before them broadcast."""

    ANSWERS = reference.ANSWERS | {
        "batched_times_matrix": "RuntimeError",
        "two_batch_dims": "RuntimeError",
    }


@wrong("check_answer")
class MmBroadcasts:
    """matmul, which is @, broadcasts; mm is the plain product of two matrices and takes nothing else."""

    ANSWERS = reference.ANSWERS | {"mm_of_a_batch": None}


@wrong("check_answer")
class StarIsTheMatrixProduct:
    """In linear algebra, perhaps. Here * goes element by element, and @ is the matrix product."""

    ANSWERS = reference.ANSWERS | {
        "star_product": [[7, 10], [15, 22]],
        "at_product": [[1, 4], [9, 16]],
    }


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"row_plus_column": (3, 4)}
