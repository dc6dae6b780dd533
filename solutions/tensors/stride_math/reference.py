def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    strides, step = [], 1
    for size in reversed(shape):  # the last dimension has its elements side by side
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def is_contiguous(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    wanted = contiguous_strides(shape)
    # Nobody takes a step along a dimension of size 1, and without elements nobody takes a step at all.
    return 0 in shape or all(size == 1 or a == b for size, a, b in zip(shape, strides, wanted, strict=True))


def element_offset(
    index: tuple[int, ...], shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0
) -> int:
    if len(index) != len(shape):
        raise IndexError(f"{len(index)} indices for {len(shape)} dimensions")
    for i, size, stride in zip(index, shape, strides, strict=True):
        if not -size <= i < size:
            raise IndexError(f"index {i} is out of range for size {size}")
        offset += (i % size) * stride  # modulo: a negative index counts from the end
    return offset


def transpose(
    shape: tuple[int, ...], strides: tuple[int, ...], dim0: int, dim1: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    order = list(range(len(shape)))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return tuple(shape[d] for d in order), tuple(strides[d] for d in order)
