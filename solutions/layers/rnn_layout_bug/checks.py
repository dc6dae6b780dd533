import pytest

from pytest_torchkata.checks import torch

INPUTS, HIDDEN, CLASSES = 3, 5, 4


def model_like(kata, given):
    return given.fill(kata.LastStepClassifier(INPUTS, HIDDEN, CLASSES))


def lengths_like(x, *values):
    return torch.tensor(values, device=x.device)


def check_state_dict(kata):
    """The parameters have the names and shapes that they had."""
    state = kata.LastStepClassifier(INPUTS, HIDDEN, CLASSES).state_dict()
    return {"shapes in the state dict": {name: list(value.shape) for name, value in state.items()}}


@pytest.mark.parametrize("size", [(4, 6), (6, 4), (3, 3)])
def check_scores(kata, given, device, dtype, size):
    """Without lengths: the scores at the last step of each sequence."""
    return {"scores": model_like(kata, given)(given.normal(*size, INPUTS))}


def check_lengths(kata, given, device, dtype):
    """With lengths: the scores at the last real step of each sequence."""
    x = given.normal(5, 6, INPUTS)
    return {"scores": model_like(kata, given)(x, lengths_like(x, 3, 6, 1, 5, 2))}


@pytest.mark.parametrize("size", [(1, 5), (4, 1), (1, 1)])
def check_sizes(kata, given, size):
    """One sample, one step."""
    model, x = model_like(kata, given), given.normal(*size, INPUTS)
    lengths = lengths_like(x, *[max(size[1] - 2, 1)] * size[0])
    return {"scores": model(x), "scores with lengths": model(x, lengths)}


def check_other_samples(kata, given):
    """A sample's scores depend neither on the other samples nor on their order."""
    model, x, other = model_like(kata, given), given.normal(4, 6, INPUTS), given.normal(4, 6, INPUTS)
    lengths = lengths_like(x, 6, 3, 4, 1)
    other[1] = x[1]
    order = torch.tensor([2, 0, 3, 1], device=x.device)
    return {
        "scores of sample 1": model(x, lengths)[1],
        "scores of sample 1 alone": model(x[1:2], lengths[1:2])[0],
        "scores of sample 1 beside other samples": model(other, lengths)[1],
        "scores of sample 1 in another order": model(x[order], lengths[order])[3],
    }


@pytest.mark.parametrize("padding", [0.0, 1e4, float("nan"), float("inf")])
def check_padding(kata, given, padding):
    """What stands behind a sample's length changes nothing, NaN included."""
    model, x = model_like(kata, given), given.normal(4, 6, INPUTS)
    lengths = lengths_like(x, 2, 6, 1, 5)
    x[0, 2:] = x[2, 1:] = x[3, 5:] = padding
    return {"scores": model(x, lengths)}


def check_gradients(kata, given, dtype):
    """Gradients reach x and all parameters, and none reaches the padding."""
    model, x = model_like(kata, given), given.normal(4, 6, INPUTS, requires_grad=True)
    given.backward(model(x, lengths_like(x, 2, 6, 1, 5)))
    return {"x.grad": x.grad, **{f"{name}.grad": p.grad for name, p in model.named_parameters()}}


def check_inputs(kata, given):
    """x and lengths are left as they were; x may be a transposed view."""
    model, stored = model_like(kata, given), given.normal(6, 4, INPUTS)
    lengths = lengths_like(stored, 2, 6, 1, 5)
    before = stored.clone()
    scores = model(stored.transpose(0, 1), lengths)
    return {
        "x left as it was": torch.equal(stored, before),
        "lengths afterwards": lengths,
        "scores": scores,
    }
