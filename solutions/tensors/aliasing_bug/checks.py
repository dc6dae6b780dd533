import pytest

from pytest_torchkata.checks import shares, torch


def slope(w):
    return w * torch.arange(1, len(w) + 1, device=w.device) - 1


def calls(kata, x, batch, lengths, w0):
    return {
        "standardized": kata.standardize_columns(x),
        "padded": kata.zero_padding(batch, lengths),
        "trajectory": kata.sgd_trajectory(w0, slope, 0.1, 4),
    }


def inputs(given):
    lengths = given.tensor([2, 0, 5, 4]).long()
    return given.normal(6, 3, mean=2.0), given.normal(4, 5), lengths, given.normal(3)


def check_values(kata, given, device):
    """The numbers are right on the first call."""
    return calls(kata, *inputs(given))


def check_arguments(kata, given):
    """No argument is changed."""
    arguments = inputs(given)
    before = [argument.clone() for argument in arguments]
    calls(kata, *arguments)
    names = ("x", "batch", "lengths", "w0")
    return {
        f"{name} left as it was": torch.equal(argument, copy)
        for name, argument, copy in zip(names, arguments, before, strict=True)
    }


def check_twice(kata, given):
    """A second call on the same data gives the same, and leaves the first result alone."""
    arguments = inputs(given)
    first = calls(kata, *arguments)
    second = calls(kata, *arguments)
    return {f"{name}, {time}": value for time, found in (("first call", first), ("second call", second))
            for name, value in found.items()}  # fmt: skip


@pytest.mark.dtypes("float64")
def check_dtype(kata, given, dtype):
    """The results have the dtype of the arguments."""
    return {name: str(value.dtype) for name, value in calls(kata, *inputs(given)).items()}


def check_views(kata, given):
    """Arguments that are views into larger tensors are read right, and nothing around them changes."""
    wide, long, many, flat = (
        given.normal(7, 6),
        given.normal(6, 9),
        given.integers(0, 6, (8,)),
        given.normal(6),
    )
    before = [tensor.clone() for tensor in (wide, long, many, flat)]
    found = calls(kata, wide[1:, ::2], long[1:5, 2:7], many[::2], flat[::2])
    for name, tensor, copy in zip(
        ("x", "batch", "lengths", "w0"), (wide, long, many, flat), before, strict=True
    ):
        found[f"the tensor around {name} left as it was"] = torch.equal(tensor, copy)
    return found


def check_nothing_to_do(kata, given):
    """A result has storage of its own, even if there was nothing to do."""
    x, batch, w0 = given.tensor([[-1.0, 0.0], [0.0, 1.0], [1.0, -1.0]]), given.normal(3, 4), given.normal(3)
    standardized = kata.standardize_columns(x)
    padded = kata.zero_padding(batch, given.tensor([4, 4, 4]).long())
    trajectory = kata.sgd_trajectory(w0, slope, 0.1, 0)
    return {
        "standardized": standardized,
        "padded": padded,
        "trajectory": trajectory,
        "standardized shares storage with x": shares(standardized, x),
        "padded shares storage with batch": shares(padded, batch),
        "trajectory shares storage with w0": shares(trajectory, w0),
    }


@pytest.mark.parametrize("rows", [[[2.0, 1.0], [2.0, 4.0]], [[3.0, -4.0]]])
def check_constant_columns(kata, given, rows):
    """Two rows, of which one column is constant; and a single row, which becomes zeros."""
    return {"standardized": kata.standardize_columns(given.tensor(rows))}


@pytest.mark.parametrize("filling", [float("nan"), float("inf")])
def check_padding_content(kata, given, filling):
    """Padding becomes zero, whatever it holds; an integer batch stays integer."""
    batch, lengths = given.normal(2, 4), given.tensor([1, 3]).long()
    batch[0, 1:] = filling
    batch[1, 3] = -filling
    tokens = given.integers(1, 9, (2, 4))
    return {
        "padded": kata.zero_padding(batch, lengths),
        "padded integers": kata.zero_padding(tokens, lengths),
    }


def check_gradient(kata, given):
    """The gradient flows through standardize_columns."""
    x = given.normal(5, 3, requires_grad=True)
    standardized = kata.standardize_columns(x)
    given.backward(standardized)
    return {"standardized": standardized, "x.grad": x.grad}
