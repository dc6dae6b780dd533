from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_strides")
class ColumnMajor:
    """The first dimension got the stride 1, as in Fortran. In torch it is the last one whose elements lie
    side by side.
    """

    def contiguous_strides(shape):
        return reference.contiguous_strides(shape[::-1])[::-1]


@wrong("check_strides")
class CountsBytes:
    """This counts bytes, as NumPy does. torch's strides count elements, whatever their size."""

    def contiguous_strides(shape):
        return tuple(4 * stride for stride in reference.contiguous_strides(shape))

    def is_contiguous(shape, strides):
        return reference.is_contiguous(shape, strides)


@wrong("check_strides")
class IncludesItsOwnSize:
    """Each stride contains the size of its own dimension. One step passes the elements of the dimensions
    behind it, and only those.
    """

    def contiguous_strides(shape):
        strides, step = [], 1
        for size in reversed(shape):
            step *= max(size, 1)
            strides.append(step)
        return tuple(reversed(strides))

    def is_contiguous(shape, strides):
        return reference.is_contiguous(shape, strides)


@wrong("check_strides")
class ReturnsAList:
    """The numbers are right, but they come as a list. Shapes and strides are tuples."""

    def contiguous_strides(shape):
        return list(reference.contiguous_strides(shape))


@wrong("check_empty")
class MultipliesByZero:
    """A size of 0 goes into the product, and makes every stride before it 0. torch counts it as 1."""

    def contiguous_strides(shape):
        strides, step = [], 1
        for size in reversed(shape):
            strides.append(step)
            step *= size
        return tuple(reversed(strides))

    def is_contiguous(shape, strides):
        return reference.is_contiguous(shape, strides)


@wrong("check_no_dimensions")
class AScalarHasAStride:
    """The list of strides starts with the 1 of the last dimension, before it is known that there is one."""

    def contiguous_strides(shape):
        strides = [1]
        for size in reversed(shape[1:]):
            strides.insert(0, strides[0] * max(size, 1))
        return tuple(strides)

    def is_contiguous(shape, strides):
        return reference.is_contiguous(shape, strides)


@wrong("check_size_one")
class StridesMustBeEqual:
    """The strides are compared one by one with those of a fresh tensor. Where the size is 1 the stride is
    never used, so it must not be compared.
    """

    def is_contiguous(shape, strides):
        return 0 in shape or tuple(strides) == reference.contiguous_strides(shape)


@wrong("check_contiguous")
class OnlyTheLastStride:
    """A last stride of 1 says that a row is in one piece. Between the rows there can still be gaps."""

    def is_contiguous(shape, strides):
        return 0 in shape or not strides or strides[-1] == 1 or shape[-1] == 1


@wrong("check_contiguous")
class FallingStrides:
    """The strides are asked to fall and to end at 1. That shows the order of the dimensions, and not
    whether there are gaps.
    """

    def is_contiguous(shape, strides):
        kept = [stride for size, stride in zip(shape, strides, strict=True) if size != 1]
        return 0 in shape or not kept or (kept == sorted(kept, reverse=True) and kept[-1] == 1)


@wrong("check_empty")
class EmptyIsCompared:
    """The strides of an empty tensor are compared as well. It has no elements that could be out of order:
    it is contiguous, whatever its strides are.
    """

    def is_contiguous(shape, strides):
        wanted = reference.contiguous_strides(shape)
        return all(size == 1 or a == b for size, a, b in zip(shape, strides, wanted, strict=True))


@wrong("check_offset")
class ForgetsTheOffset:
    """The steps are right, but they start at the beginning of the storage. A slice starts at its offset."""

    def element_offset(index, shape, strides, offset=0):
        return reference.element_offset(index, shape, strides)


@wrong("check_offset")
class ComputesTheStrides:
    """The position is computed from the shape, as if the tensor were fresh. The strides that are passed in
    say how far a step really goes.
    """

    def element_offset(index, shape, strides, offset=0):
        return reference.element_offset(index, shape, reference.contiguous_strides(shape), offset)


@wrong("check_negative_index")
class NegativeSteps:
    """A negative index is multiplied with the stride as it is, and leads to before the tensor. It counts
    from the end: the size is missing.
    """

    def element_offset(index, shape, strides, offset=0):
        reference.element_offset(index, shape, strides)
        return offset + sum(i * stride for i, stride in zip(index, strides, strict=True))


@wrong("check_negative_index", shows="exception")
class RefusesNegativeIndices:
    """Negative indices are refused. They are valid down to minus the size, and count from the end."""

    def element_offset(index, shape, strides, offset=0):
        if any(i < 0 for i in index):
            raise IndexError("negative index")
        return reference.element_offset(index, shape, strides, offset)


@wrong("check_index_errors")
class LetsTheSizeThrough:
    """An index equal to the size passes. Indices start at 0, so the last valid one is the size minus 1."""

    def element_offset(index, shape, strides, offset=0):
        if len(index) != len(shape):
            raise IndexError("wrong number of indices")
        for i, size, stride in zip(index, shape, strides, strict=True):
            if not -size <= i <= size:
                raise IndexError("index out of range")
            offset += (i + size if i < 0 else i) * stride
        return offset


@wrong("check_index_errors")
class WrapsAround:
    """The remainder makes every index valid. It is right for negative ones in range, and hides all that
    are out of it.
    """

    def element_offset(index, shape, strides, offset=0):
        if len(index) != len(shape):
            raise IndexError("wrong number of indices")
        return offset + sum((i % n) * s for i, n, s in zip(index, shape, strides, strict=True))


@wrong("check_index_errors")
class NoLowerEnd:
    """Only indices that are too large are refused. One below minus the size points before the tensor."""

    def element_offset(index, shape, strides, offset=0):
        if len(index) != len(shape):
            raise IndexError("wrong number of indices")
        for i, size, stride in zip(index, shape, strides, strict=True):
            if i >= size:
                raise IndexError("index out of range")
            offset += (i + size if i < 0 else i) * stride
        return offset


@wrong("check_index_errors")
class ZipsToTheShorter:
    """zip stops at the shorter of its arguments. With too few indices the rest counts as 0, and with too
    many the last ones are ignored.
    """

    def element_offset(index, shape, strides, offset=0):
        for i, size, stride in zip(index, shape, strides, strict=False):
            if not -size <= i < size:
                raise IndexError("index out of range")
            offset += (i % size) * stride
        return offset


@wrong("check_transpose")
class ShapeOnly:
    """The sizes change places and the strides do not. Each stride belongs to its dimension: as it is, the
    result walks through memory along the wrong one.
    """

    def transpose(shape, strides, dim0, dim1):
        return reference.transpose(shape, strides, dim0, dim1)[0], strides


@wrong("check_transpose")
class FreshStrides:
    """The strides are computed anew from the new shape, as if the data had been moved. A transpose leaves
    the data where it is.
    """

    def transpose(shape, strides, dim0, dim1):
        shape = reference.transpose(shape, strides, dim0, dim1)[0]
        return shape, reference.contiguous_strides(shape)


@wrong("check_transpose")
class NegativeDimsMatchNothing:
    """The dimensions are compared with positions from 0 on, which a negative one never equals: nothing is
    exchanged then.
    """

    def transpose(shape, strides, dim0, dim1):
        other = {dim0: dim1, dim1: dim0}
        order = [other.get(d, d) for d in range(len(shape))]
        return tuple(shape[d] for d in order), tuple(strides[d] for d in order)
