import pytest

from pytest_torchkata.checks import raises, torch


def numbered(*size):
    """Return integers that are all different, so that each one tells where it came from."""
    return torch.arange(torch.Size(size).numel()).reshape(size)


def check_images(kata):
    """Every pixel keeps its channels, and the channels are moved."""
    return {"images": kata.nhwc_to_nchw(numbered(2, 3, 4, 5))}


@pytest.mark.parametrize("num_heads", [1, 2, 3, 6])
def check_split(kata, num_heads):
    """Head h holds its own features of every time step."""
    return {"heads": kata.split_heads(numbered(2, 5, 6), num_heads)}


def check_merged(kata):
    """Heads are merged into the width, next to each other."""
    return {"merged": kata.merge_heads(numbered(2, 3, 5, 4))}


@pytest.mark.parametrize("num_heads", [1, 2, 6])
def check_there_and_back(kata, num_heads):
    """merge_heads undoes split_heads."""
    x = numbered(2, 5, 6)
    return {"merged": kata.merge_heads(kata.split_heads(x, num_heads)), "x left as it was": x}


def check_non_contiguous(kata):
    """Views of all kinds are read right."""
    return {
        "images": kata.nhwc_to_nchw(numbered(5, 4, 3, 2).permute(3, 2, 1, 0)),
        "heads": kata.split_heads(numbered(6, 5, 2).transpose(0, 2), 3),
        "heads of a slice": kata.split_heads(numbered(2, 10, 12)[:, ::2, 1::2], 2),
        "merged": kata.merge_heads(numbered(4, 5, 3, 2).permute(3, 2, 1, 0)),
    }


def check_sizes(kata):
    """No sample at all, one time step, one feature for each head."""
    return {
        "no image": kata.nhwc_to_nchw(numbered(0, 3, 4, 5)),
        "heads of no sample": kata.split_heads(numbered(0, 5, 6), 2),
        "no sample merged": kata.merge_heads(numbered(0, 2, 5, 3)),
        "heads of one step": kata.split_heads(numbered(2, 1, 6), 3),
        "one step merged": kata.merge_heads(numbered(2, 3, 1, 2)),
        "one feature merged": kata.merge_heads(numbered(2, 3, 5, 1)),
    }


def check_gradients(kata, given, dtype):
    """Floating dtypes keep their precision, and the gradients get back to their places."""
    images = given.normal(2, 3, 4, 5, requires_grad=True)
    x, heads = given.normal(2, 5, 6, requires_grad=True), given.normal(2, 3, 5, 4, requires_grad=True)
    moved, split, merged = kata.nhwc_to_nchw(images), kata.split_heads(x, 3), kata.merge_heads(heads)
    for result in (moved, split, merged):
        given.backward(result)
    return {
        "images": moved,
        "images.grad": images.grad,
        "heads": split,
        "x.grad": x.grad,
        "merged": merged,
        "heads.grad": heads.grad,
    }


@pytest.mark.parametrize("num_heads", [4, 5, 12])
def check_indivisible(kata, num_heads):
    """A width that the heads do not divide is refused with ValueError."""
    return {"a width of 6": raises(ValueError, lambda: kata.split_heads(numbered(2, 5, 6), num_heads))}
