"""Do the stride arithmetic yourself

A tensor is a flat storage, an offset into it, and one stride per dimension: how many elements lie
between neighbours along that dimension. Reproduce, in plain Python and without any tensor, what
torch reports about them.

contiguous_strides(shape) returns the strides of a fresh row-major tensor. A size of 0 counts as 1
when sizes are multiplied.

is_contiguous(shape, strides) says, as a bool, whether the elements lie in memory in row-major
order and without gaps. A dimension of size 1 never spoils it, whatever its stride is, and a
tensor without elements is always contiguous.

element_offset(index, shape, strides, offset) returns the position in the storage of the element
at index, where offset is the position of the first element of the tensor. Negative indices count
from the end. IndexError is raised if an index is out of range, as in x[3] or x[-4] for a size of
3, or if there are not as many indices as dimensions.

transpose(shape, strides, dim0, dim1) returns the new shape and the new strides after the two
dimensions have changed places. Dimensions may be negative, and count from the end.

Rules
    - Shapes, strides and indices are tuples of ints, all of the same length but for a wrong
      index. The empty tuple is the shape of a tensor without dimensions, which has one element.
      Strides are at least 0. dim0 and dim1 are in range, and may be equal.
    - Results are tuples of Python ints, a bool, an int.
    - Strides and offsets count elements. Neighbours in an int64 tensor lie 8 bytes apart, with a
      stride of 1.
    - Without torch's own stride, is_contiguous, storage_offset and as_strided, and without empty
      and empty_strided.

Why it is asked: whoever can compute it knows why a transpose costs nothing, when view works, and
what contiguous means. "One step is one memory address" is in the lists, and is wrong.

Example
    >>> contiguous_strides((2, 3, 4))
    (12, 4, 1)
    >>> is_contiguous((3, 2), (2, 1)), is_contiguous((3, 2), (1, 3)), is_contiguous((3, 1), (1, 7))
    (True, False, True)
    >>> element_offset((1, -1), shape=(3, 4), strides=(4, 1), offset=10)
    17
    >>> transpose((2, 3, 4), (12, 4, 1), 0, -1)
    ((4, 3, 2), (1, 4, 12))
"""


def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    raise NotImplementedError


def is_contiguous(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    raise NotImplementedError


def element_offset(
    index: tuple[int, ...], shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0
) -> int:
    raise NotImplementedError


def transpose(
    shape: tuple[int, ...], strides: tuple[int, ...], dim0: int, dim1: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    raise NotImplementedError
