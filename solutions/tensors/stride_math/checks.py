import pytest

from pytest_torchkata.checks import raises


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 5), (2, 1, 3, 4)])
def check_strides(kata, shape):
    """The strides of a fresh tensor, in elements."""
    return {f"strides of {shape}": kata.contiguous_strides(shape)}


def check_contiguous(kata):
    """Row-major without gaps is contiguous; transposes, gaps and repeats are not."""
    return {
        "fresh (2, 3, 4)": kata.is_contiguous((2, 3, 4), (12, 4, 1)),
        "fresh (5,)": kata.is_contiguous((5,), (1,)),
        "transposed (4, 3)": kata.is_contiguous((4, 3), (1, 4)),
        "first two dimensions transposed": kata.is_contiguous((3, 2, 4), (4, 12, 1)),
        "columns left out": kata.is_contiguous((3, 2), (4, 1)),
        "every second row": kata.is_contiguous((2, 4), (8, 1)),
        "every second element": kata.is_contiguous((3,), (2,)),
        "expanded column": kata.is_contiguous((3, 4), (1, 0)),
        "expanded row": kata.is_contiguous((3, 4), (0, 1)),
    }


def check_size_one(kata):
    """The stride of a dimension of size 1 does not matter."""
    return {
        "transposed row vector": kata.is_contiguous((4, 1), (1, 4)),
        "odd stride in the middle": kata.is_contiguous((2, 1, 3), (3, 99, 1)),
        "odd stride in front": kata.is_contiguous((1, 2, 3), (0, 3, 1)),
        "odd stride at the end": kata.is_contiguous((2, 3, 1), (3, 1, 5)),
        "one element": kata.is_contiguous((1, 1), (7, 3)),
        "a gap beside a size of 1": kata.is_contiguous((2, 1, 3), (6, 3, 1)),
        "every second element beside a size of 1": kata.is_contiguous((3, 1), (2, 1)),
    }


def check_no_dimensions(kata):
    """A tensor without dimensions has no strides, one element, and is contiguous."""
    return {
        "strides of ()": kata.contiguous_strides(()),
        "() is contiguous": kata.is_contiguous((), ()),
        "offset of () at 6": kata.element_offset((), (), (), 6),
    }


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3), (2, 3, 0, 4)])
def check_empty(kata, shape):
    """A size of 0 counts as 1 in the products, and what is empty is contiguous."""
    odd = tuple(range(2, 2 + len(shape)))
    return {
        f"strides of {shape}": kata.contiguous_strides(shape),
        f"{shape} with strides {odd} is contiguous": kata.is_contiguous(shape, odd),
    }


@pytest.mark.parametrize("index", [(0, 0, 0), (1, 2, 3), (1, 0, 2), (0, 2, 1)])
def check_offset(kata, index):
    """The position of an element is the offset plus all steps."""
    return {
        f"{index} of a fresh tensor": kata.element_offset(index, (2, 3, 4), (12, 4, 1)),
        f"{index} behind an offset": kata.element_offset(index, (2, 3, 4), (12, 4, 1), 5),
        f"{index} of a transposed slice": kata.element_offset(index, (2, 3, 4), (3, 12, 60), offset=7),
        f"{index} of an expanded tensor": kata.element_offset(index, (2, 3, 4), (0, 1, 0), 2),
    }


@pytest.mark.parametrize("index", [(-1, -1, -1), (-2, -3, -4), (1, -2, 0)])
def check_negative_index(kata, index):
    """Negative indices count from the end."""
    return {f"{index} of a slice": kata.element_offset(index, (2, 3, 4), (60, 10, 2), 3)}


@pytest.mark.parametrize("index", [(2, 0), (0, 3), (-3, 0), (0, -4), (1,), (), (1, 1, 0)])
def check_index_errors(kata, index):
    """Too large, too small, too few and too many indices raise IndexError."""
    return {f"{index} of (2, 3)": raises(IndexError, lambda: kata.element_offset(index, (2, 3), (3, 1)))}


def check_index_into_nothing(kata):
    """A dimension of size 0 has no valid index."""
    call = kata.element_offset
    return {
        "(0, 0) of (2, 0)": raises(IndexError, lambda: call((0, 0), (2, 0), (1, 1))),
        "(1, -1) of (2, 0)": raises(IndexError, lambda: call((1, -1), (2, 0), (1, 1))),
    }


@pytest.mark.parametrize("dims", [(0, 1), (2, 0), (1, 1), (-1, 0), (1, -1), (-2, -3), (2, -1)])
def check_transpose(kata, dims):
    """Shape and strides change places together, negative dimensions included."""
    return {f"dimensions {dims}": kata.transpose((2, 3, 4), (40, 1, 9), *dims)}
