import pytest

from pytest_torchkata.checks import raises


def sizes(kata, *cases):
    """Name each result as the call that it comes from."""
    return {f"conv_output_size{case}": kata.conv_output_size(*case) for case in cases}


def refusals(kata, *cases):
    return {
        f"conv_output_size{case}": raises(ValueError, lambda case=case: kata.conv_output_size(*case))
        for case in cases
    }


def check_kernel(kata):
    """The output size for kernels alone, down to a kernel that just fits."""
    return sizes(kata, (8, 3), (8, 1), (9, 4), (5, 5), (1, 1))


def check_padding(kata):
    """Padding is added on both sides."""
    return sizes(kata, (8, 3, 1, 1), (8, 3, 1, 2), (6, 2, 1, 1))


def check_fits_with_padding(kata):
    """A kernel that fits into the input only because of its padding is fine."""
    return sizes(kata, (3, 5, 1, 1), (0, 2, 1, 1), (4, 5, 2, 1, 1))


def check_stride(kata):
    """A stride that does not divide evenly rounds down."""
    return sizes(kata, (8, 3, 2), (9, 3, 2), (10, 3, 4), (11, 3, 4), (7, 2, 2), (5, 5, 3), (6, 5, 3))


def check_dilation(kata):
    """A dilated kernel covers more positions than it has elements."""
    return sizes(kata, (9, 3, 1, 0, 2), (9, 2, 1, 0, 5), (9, 5, 1, 0, 2), (9, 1, 1, 0, 4), (13, 4, 1, 0, 3))


def check_all_together(kata):
    """Stride, padding and dilation at once."""
    layers = [
        (224, 11, 4, 2),
        (224, 7, 2, 3),
        (56, 3, 2, 1),
        (32, 3, 1, 2, 2),
        (13, 4, 3, 2, 2),
        (10, 3, 2, 1, 4),
    ]
    return sizes(kata, *layers, (9, 2, 2, 0, 3), (100, 5, 7, 3, 6))


def check_does_not_fit(kata):
    """A kernel larger than the padded input raises ValueError, whatever the stride."""
    return refusals(kata, (4, 5), (2, 5), (4, 5, 2), (3, 6, 4, 1), (4, 3, 1, 0, 2), (3, 3, 3, 0, 3), (0, 1))


def check_bad_arguments(kata):
    """A kernel, stride or dilation below 1 raises ValueError."""
    cases = (8, 0), (8, -2), (8, 3, 0), (8, 3, -1), (8, 3, 1, 0, 0), (8, 3, 1, 0, -1), (8, 1, 1, 0, 0)
    return refusals(kata, *cases)


def check_same_padding(kata):
    """The padding that keeps the size, with and without dilation."""
    cases = (3,), (1,), (5,), (7,), (3, 2), (3, 3), (5, 3), (1, 4), (4, 2), (2, 4)
    return {f"same_padding{case}".replace(",)", ")"): kata.same_padding(*case) for case in cases}


def check_no_same_padding(kata):
    """same_padding raises ValueError where no integer keeps the size."""
    cases = (2,), (4,), (2, 1), (4, 3), (6, 5)
    return {
        f"same_padding{case}".replace(",)", ")"): raises(
            ValueError, lambda case=case: kata.same_padding(*case)
        )
        for case in cases
    }


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [(3, 1)],
        [(3, 1), (3, 1), (3, 1)],
        [(5, 2)],
        [(3, 2), (3, 1)],
        [(3, 1), (5, 3), (2, 2), (4, 1)],
        [(7, 2), (3, 2), (3, 1), (3, 1), (3, 2), (1, 1)],
        [(1, 3), (2, 1)],
    ],
    ids=len,
)
def check_receptive_field(kata, layers):
    """The receptive field; strides of earlier layers count, its own do not."""
    given = list(layers)
    observed = {f"receptive_field({layers})": kata.receptive_field(given)}
    return {**observed, "layers left as they were": given == layers}
