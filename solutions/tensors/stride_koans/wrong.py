from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class StridesInBytes:
    """This counts bytes. torch counts strides in elements, whatever their size; NumPy's are in bytes."""

    ANSWERS = reference.ANSWERS | {
        "row_major_strides": (16, 4),
        "transposed_strides": (4, 16),
        "three_dim_strides": (48, 16, 4),
        "permuted_strides": (4, 48, 16),
        "step_slice_strides": (48, 12),
        "expand_strides": (4, 0),
        "clone_of_transpose_strides": (4, 16),
        "contiguous_of_transpose_strides": (12, 4),
        "channels_last_strides": (240, 4, 60, 12),
    }


@wrong("check_answer")
class OffsetInBytes:
    """This counts bytes. storage_offset counts elements, as strides do."""

    ANSWERS = reference.ANSWERS | {"slice_offset": 48}


@wrong("check_answer")
class StorageInElements:
    """This counts elements. nbytes counts bytes, and these are float32."""

    ANSWERS = reference.ANSWERS | {"storage_bytes_of_a_slice": 12}


@wrong("check_answer")
class SliceOwnsItsStorage:
    """A slice has no storage of its own: it is a view, and its storage is the whole tensor's."""

    ANSWERS = reference.ANSWERS | {"storage_bytes_of_a_slice": 16}


@wrong("check_answer")
class TransposeMovesData:
    """Transposing leaves the data where it is. The shape of the result is new, but its strides are
    the old ones in another order, not those of a fresh row-major tensor.
    """

    ANSWERS = reference.ANSWERS | {
        "transposed_strides": (3, 1),
        "permuted_strides": (6, 3, 1),
        "transpose_is_contiguous": True,
    }


@wrong("check_answer")
class SlicesAreRowMajor:
    """A slice with a step skips elements of the same storage: the step multiplies the old stride."""

    ANSWERS = reference.ANSWERS | {"step_slice_strides": (2, 1), "slice_offset": 0}


@wrong("check_answer")
class ExpandCopies:
    """expand repeats without copying: every step along the new size lands on the same element."""

    ANSWERS = reference.ANSWERS | {"expand_strides": (4, 1)}


@wrong("check_answer")
class ViewNeedsContiguous:
    """The rule that view refuses every non-contiguous tensor is too strict. It needs strides that can
    express the new shape, and splitting one dimension is always possible.
    """

    ANSWERS = reference.ANSWERS | {
        "view_of_a_column_slice": "RuntimeError",
        "view_that_only_splits_a_strided_dim": "RuntimeError",
    }


@wrong("check_answer")
class ViewAlwaysWorks:
    """view never copies. Merging two dimensions needs strides that follow on from each other, and those
    of a transpose do not.
    """

    ANSWERS = reference.ANSWERS | {"view_of_transpose": None}


@wrong("check_answer")
class ViewRaisesValueError:
    """view does refuse, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"view_of_transpose": "ValueError"}


@wrong("check_answer")
class TransposeIsNeverContiguous:
    """A dimension of size 1 is never stepped along, so its stride does not matter: a transposed row
    vector still lies in memory in order.
    """

    ANSWERS = reference.ANSWERS | {"transpose_of_a_row_vector_is_contiguous": False}


@wrong("check_answer")
class EverySliceIsContiguous:
    """Dropping columns leaves gaps between the rows; dropping leading rows does not."""

    ANSWERS = reference.ANSWERS | {"column_slice_is_contiguous": True}


@wrong("check_answer")
class NoSliceIsContiguous:
    """Dropping leading rows only moves the offset: what is left still lies in memory in order."""

    ANSWERS = reference.ANSWERS | {"row_slice_is_contiguous": False}


@wrong("check_answer")
class ContiguousAlwaysCopies:
    """contiguous returns the tensor itself when nothing needs to move."""

    ANSWERS = reference.ANSWERS | {"contiguous_of_contiguous_is_self": False}


@wrong("check_answer")
class CloneIsRowMajor:
    """clone preserves the memory format: the copy of a dense transposed tensor has the same strides."""

    ANSWERS = reference.ANSWERS | {"clone_of_transpose_strides": (3, 1)}


@wrong("check_answer")
class ContiguousKeepsStrides:
    """contiguous is there to change the strides: its result is row-major in its own shape."""

    ANSWERS = reference.ANSWERS | {"contiguous_of_transpose_strides": (1, 4)}


@wrong("check_answer")
class ReshapeReadsStorageOrder:
    """reshape reads in the order of the tensor's indices, not in the order of its storage."""

    ANSWERS = reference.ANSWERS | {"flattened_transpose": [0, 1, 2, 3, 4, 5]}


@wrong("check_answer")
class ReshapeNeverCopies:
    """reshape is a view only where the strides allow one; otherwise it copies without a word."""

    ANSWERS = reference.ANSWERS | {"reshape_of_transpose_shares": True}


@wrong("check_answer")
class ChannelsLastMovesTheShape:
    """channels_last changes the order in memory only: the shape stays (N, C, H, W), so these strides
    belong to a permuted shape or to a row-major tensor.
    """

    ANSWERS = reference.ANSWERS | {"channels_last_strides": (60, 20, 5, 1)}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"row_major_stride": (4, 1)}
