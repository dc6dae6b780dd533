import math

from pytest_torchkata.checks import right


@right
class RunningProduct:
    """Contiguity from the last dimension on, with a running product that skips sizes of 1."""

    def contiguous_strides(shape):
        return tuple(math.prod(max(size, 1) for size in shape[d + 1 :]) for d in range(len(shape)))

    def is_contiguous(shape, strides):
        if math.prod(shape) == 0:
            return True
        expected = 1
        for size, stride in zip(reversed(shape), reversed(strides), strict=True):
            if size != 1:
                if stride != expected:
                    return False
                expected *= size
        return True

    def element_offset(index, shape, strides, offset=0):
        if len(index) != len(shape):
            raise IndexError("wrong number of indices")
        position = offset
        for d in range(len(index)):
            i = index[d] + shape[d] if index[d] < 0 else index[d]
            if i < 0 or i >= shape[d]:
                raise IndexError("index out of range")
            position += i * strides[d]
        return position

    def transpose(shape, strides, dim0, dim1):
        shape, strides = list(shape), list(strides)
        shape[dim0], shape[dim1] = shape[dim1], shape[dim0]
        strides[dim0], strides[dim1] = strides[dim1], strides[dim0]
        return tuple(shape), tuple(strides)


@right
class AsARange:
    """range does the index arithmetic, and it raises IndexError by itself."""

    def element_offset(index, shape, strides, offset=0):
        if len(index) != len(shape):
            raise IndexError
        return offset + sum(range(n)[i] * s for i, n, s in zip(index, shape, strides, strict=True))
