import pytest

from pytest_torchkata.checks import nn, raises, torch

SHAPES = [((7,), (7,)), ((7, 1), (7, 1)), ((7, 1), (7,)), ((7,), (7, 1))]
REFUSED = [
    ((4,), (5,)),
    ((4, 1), (1,)),
    ((1, 4), (4,)),
    ((4, 2), (4, 2)),
    ((4, 1, 1), (4,)),
    ((2, 2), (4,)),
    ((1,), ()),
    ((), ()),
]


def losses(kata):
    return {"mse": kata.mse_loss, "mae": kata.mae_loss}


def text(shape):
    return str(tuple(shape))


@pytest.mark.parametrize(("shape", "other"), SHAPES)
def check_pairs(kata, given, shape, other, device):
    """Each prediction meets its own target, whether column or vector."""
    pred, target = given.normal(*shape), given.normal(*other)
    observed = {}
    for name, loss_fn in losses(kata).items():
        p = pred.clone().requires_grad_()
        loss = loss_fn(p, target)
        given.backward(loss)
        observed |= {name: loss, f"{name}, pred.grad": p.grad}
    return observed


@pytest.mark.parametrize("column", [False, True])
def check_accuracy(kata, given, column, device):
    """The accuracy is a share of the rows, as a float, for column labels too."""
    logits = given.normal(9, 4)
    labels = logits.argmax(1)
    labels[[1, 4, 5, 7]] = (labels[[1, 4, 5, 7]] + 1) % 4
    if column:
        labels = labels[:, None]
    return {
        "accuracy": kata.accuracy(logits, labels),
        "accuracy of the first row": kata.accuracy(logits[:1], labels[:1]),
        "accuracy of the second row": kata.accuracy(logits[1:2], labels[1:2]),
    }


def check_fit(kata, given):
    """A regression trained with the loss reaches the exact fit, and not the mean."""
    x = given.tensor([[-1.0], [0.0], [1.0], [2.0]])
    model = given.fill(nn.Linear(1, 1))
    for _ in range(60):
        model.zero_grad()
        kata.mse_loss(model(x), 3 * x[:, 0] + 1).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.3 * parameter.grad
    return {"slope": model.weight.detach(), "intercept": model.bias.detach()}


@pytest.mark.parametrize("name", ["mse", "mae"])
def check_refusals(kata, given, name):
    """Shapes that are no N pairs raise ValueError."""
    loss_fn = losses(kata)[name]
    return {
        f"{text(shape)} and {text(other)}": raises(
            ValueError, lambda a=shape, b=other: loss_fn(torch.zeros(a), torch.zeros(b))
        )
        for pair in REFUSED
        for shape, other in {pair, pair[::-1]}
    }


@pytest.mark.dtypes("float64")
@pytest.mark.parametrize("whole", [False, True])
def check_float64(kata, given, whole, dtype):
    """In float64 nothing is rounded to float32, and whole numbers are taken as they are."""
    pred = given.normal(5)
    target = given.integers(-3, 4, (5, 1)) if whole else given.normal(5, 1)
    return {name: loss_fn(pred, target) for name, loss_fn in losses(kata).items()}


def check_one_sample(kata, given):
    """A batch of one sample, as (1,) or (1, 1)."""
    observed = {}
    for shape, other in (((1,), (1,)), ((1, 1), (1,)), ((1,), (1, 1)), ((1, 1), (1, 1))):
        pred, target = given.normal(*shape), given.normal(*other)
        for name, loss_fn in losses(kata).items():
            observed[f"{name} of {text(shape)} and {text(other)}"] = loss_fn(pred, target)
    return observed


def check_columns_of_a_table(kata, given):
    """Inputs that are views of a larger tensor are read right, and left as they were."""
    table = given.normal(6, 3)
    before = table.clone()
    observed = {name: loss_fn(table[:, :1], table[:, 2]) for name, loss_fn in losses(kata).items()}
    return {**observed, "the inputs left as they were": torch.equal(table, before)}


@pytest.mark.parametrize(("shape", "other"), [((5,), (5, 1)), ((5, 1), (5,))])
def check_shapes_left(kata, given, shape, other):
    """The inputs keep their own shapes."""
    pred, target, logits = given.normal(*shape), given.normal(*other), given.normal(5, 3)
    labels = given.integers(0, 3, other)
    observed = {name: loss_fn(pred, target) for name, loss_fn in losses(kata).items()}
    observed["accuracy"] = kata.accuracy(logits, labels)
    left = {"pred": pred, "target": target, "labels": labels}
    return observed | {f"shape of {name} afterwards": tuple(x.shape) for name, x in left.items()}
