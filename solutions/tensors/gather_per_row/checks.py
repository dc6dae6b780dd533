import pytest

from pytest_torchkata.checks import raises, torch


def refused(call):
    said = raises(IndexError, call)
    return "refused" if said.startswith(("raises IndexError", "raises RuntimeError")) else said


def check_picked(kata, given, device, dtype):
    """pick_per_row gives one entry of every row."""
    return {"picked": kata.pick_per_row(given.normal(5, 4), given.tensor([3, 0, 2, 0, 1]).long())}


def check_best(kata, given, device, dtype):
    """best_per_row gives the largest value and its column, both (N, 1)."""
    values, columns = kata.best_per_row(given.normal(5, 4))
    return {"values": values, "columns": columns}


@pytest.mark.parametrize("threshold", [1.0, -1.0])
def check_kept(kata, given, device, threshold):
    """keep_above keeps what is greater than the threshold; all else becomes zero."""
    x = given.tensor([[-2.0, 1.0, 3.0], [0.0, -1.0, 0.5], [2.0, 1.5, -0.5]])
    return {"kept": kata.keep_above(x, threshold)}


def check_non_contiguous(kata, given):
    """A transposed view is read right, and the arguments are left as they were."""
    stored, index = given.normal(4, 5), given.integers(0, 4, (5,))
    before, index_before = stored.clone(), index.clone()
    values, columns = kata.best_per_row(stored.t())
    return {
        "picked": kata.pick_per_row(stored.t(), index),
        "values": values,
        "columns": columns,
        "kept": kata.keep_above(stored.t(), 0.25),
        "scores left as they were": torch.equal(stored, before),
        "index left as it was": torch.equal(index, index_before),
    }


def check_gradients(kata, given, dtype):
    """The gradient goes to the chosen entries, and is zero for all others."""
    scores = given.normal(5, 4, requires_grad=True)
    given.backward(kata.pick_per_row(scores, given.tensor([3, 0, 2, 0, 1]).long()))
    best = given.normal(5, 4, requires_grad=True)
    given.backward(kata.best_per_row(best)[0])
    x = given.normal(3, 4, requires_grad=True)
    given.backward(kata.keep_above(x, 0.25))
    return {"grad by pick_per_row": scores.grad, "grad by best_per_row": best.grad, "x.grad": x.grad}


def check_ties_gradient(kata, given):
    """Of equal scores one is chosen, and the gradient goes to that one alone."""
    scores = given.tensor([[1.0, 2, 2], [3, 3, 3], [0, -1, -1], [5, 4, 5]], requires_grad=True)
    values, columns = kata.best_per_row(scores)
    given.backward(values)
    return {
        "grad in the column that is returned": scores.grad.gather(1, columns),
        "entries with a gradient in each row": (scores.grad != 0).sum(dim=1),
    }


@pytest.mark.parametrize("size", [(1, 4), (5, 1), (1, 1)])
def check_sizes(kata, given, size):
    """One row or one column keeps its dimension."""
    scores = given.normal(*size)
    values, columns = kata.best_per_row(scores)
    picked = kata.pick_per_row(scores, given.integers(0, size[1], (size[0],)))
    return {"picked": picked, "values": values, "columns": columns}


def check_any_shape(kata, given):
    """keep_above takes an x of any number of dimensions."""
    return {
        "kept of ()": kata.keep_above(given.tensor(0.5), 0.25),
        "kept of (2, 3, 4)": kata.keep_above(given.normal(2, 3, 4), 0.25),
    }


def check_empty(kata, given):
    """No rows give no entries."""
    return {
        "picked": kata.pick_per_row(given.normal(0, 4), given.integers(0, 4, (0,))),
        "kept": kata.keep_above(given.normal(0, 4), 0.5),
    }


@pytest.mark.parametrize("infinity", [float("inf"), float("-inf")])
def check_infinities(kata, given, infinity):
    """Infinite entries that are not chosen spoil neither results nor gradients."""
    rows = [[1.0, infinity, 2.0], [infinity, 3.0, infinity]]
    scores = given.tensor(rows, requires_grad=True)
    picked = kata.pick_per_row(scores, given.tensor([2, 1]).long())
    given.backward(picked)
    values, columns = kata.best_per_row(given.tensor([[1.0, float("-inf"), 2.0]]))
    x = given.tensor(rows, requires_grad=True)
    kept = kata.keep_above(x, 1.5)
    given.backward(kept)
    return {
        "picked": picked,
        "scores.grad": scores.grad,
        "kept": kept,
        "x.grad": x.grad,
        "values": values,
        "columns": columns,
    }


@pytest.mark.parametrize("bad", [4, -1, -4])
def check_out_of_range(kata, given, bad):
    """An index outside 0 to C - 1 is refused, a negative one included."""
    scores, index = given.normal(3, 4), given.tensor([1, bad, 3]).long()
    return {f"index {bad} of 4": refused(lambda: kata.pick_per_row(scores, index))}


def check_integers(kata, given):
    """Integers stay integers."""
    scores = given.permutation(20).reshape(5, 4) - 10
    values, columns = kata.best_per_row(scores)
    return {
        "picked": kata.pick_per_row(scores, given.integers(0, 4, (5,))),
        "values": values,
        "columns": columns,
        "kept": kata.keep_above(scores, -1.5),
    }
