import pytest

from pytest_torchkata.checks import raises, torch


def inputs(given, *size):
    """Draw logits, and hard targets."""
    return given.normal(*size, std=2.0, requires_grad=True), given.uniform(*size).round()


def observe(given, loss, logits):
    given.backward(loss)
    return {"loss": loss, "logits.grad": logits.grad}


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def check_hard_targets(kata, given, reduction, device):
    """The loss and its gradient, for targets of 0 and 1 and every reduction."""
    logits, targets = inputs(given, 6, 4)
    return observe(given, kata.bce_with_logits(logits, targets, reduction=reduction), logits)


def check_default_reduction(kata, given):
    """The default is the mean over all elements."""
    logits, targets = inputs(given, 6, 4)
    return {"loss": kata.bce_with_logits(logits, targets)}


def check_soft_targets(kata, given, dtype):
    """Targets may be anything from 0 to 1."""
    logits, targets = given.normal(6, 4, std=2.0, requires_grad=True), given.uniform(6, 4)
    return observe(given, kata.bce_with_logits(logits, targets, reduction="none"), logits)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def check_pos_weight(kata, given, reduction):
    """pos_weight scales the term of the positives, by its entry for the last dimension."""
    logits, targets = given.normal(5, 4, std=2.0, requires_grad=True), given.uniform(5, 4)
    pos_weight = given.uniform(4, low=0.2, high=5.0)
    return observe(given, kata.bce_with_logits(logits, targets, pos_weight, reduction), logits)


@pytest.mark.parametrize("size", [(4,), (2, 4, 4), (2, 3, 5, 4)])
def check_pos_weight_dimensions(kata, given, size):
    """pos_weight belongs to the last dimension, however many there are."""
    logits, targets = given.normal(*size, std=2.0, requires_grad=True), given.uniform(*size)
    pos_weight = given.uniform(4, low=0.2, high=5.0)
    return observe(given, kata.bce_with_logits(logits, targets, pos_weight, "none"), logits)


@pytest.mark.parametrize("weighted", [False, True])
def check_large_logits(kata, given, weighted):
    """Loss and gradient are right for logits of 30, 100 and 1e4, right and wrong."""
    values = [30.0, -30.0, 100.0, -100.0, 1e4, -1e4]
    logits = given.tensor([values, values], requires_grad=True)
    targets = torch.cat([torch.zeros_like(logits[:1]), torch.ones_like(logits[:1])])
    pos_weight = given.uniform(6, low=0.5, high=3.0) if weighted else None
    return observe(given, kata.bce_with_logits(logits, targets, pos_weight, "none"), logits)


def check_zero(kata, given):
    """At a logit of zero the gradient is one half minus the target."""
    targets = given.tensor([0.0, 1.0, 0.25, 0.5, 0.0])
    logits = given.tensor([0.0, 0.0, 0.0, -0.0, 0.0], requires_grad=True)
    return observe(given, kata.bce_with_logits(logits, targets, reduction="none"), logits)


@pytest.mark.dtypes("float64")
def check_second_derivative(kata, given, dtype):
    """The gradient can be differentiated once more."""
    logits, targets = given.normal(3, 4, requires_grad=True), given.uniform(3, 4)
    loss = kata.bce_with_logits(logits, targets, given.uniform(4, low=0.5, high=3.0), "sum")
    (grad,) = torch.autograd.grad(loss, logits, create_graph=True)
    given.backward(grad)
    return {"gradient": grad, "gradient of the gradient": logits.grad}


def check_sizes(kata, given):
    """One element, one to three dimensions, none."""
    return {
        f"loss of {size}": kata.bce_with_logits(*inputs(given, *size))
        for size in ((1,), (7,), (1, 3), (2, 3, 4), ())
    }


@pytest.mark.dtypes("bfloat16")
def check_bfloat16(kata, given, dtype):
    """bfloat16 stays bfloat16, and stays finite."""
    logits = given.tensor([[1e4, -1e4, 90.0], [0.5, -3.0, 2.0]], requires_grad=True)
    targets = given.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.5]])
    return observe(given, kata.bce_with_logits(logits, targets, reduction="none"), logits)


def check_arguments_left(kata, given):
    """Arguments that are transposed views are read right, and left as they were."""
    stored, targets, weight = given.normal(4, 6), given.uniform(6, 4), given.uniform(4, low=0.5, high=3.0)
    before = stored.clone(), targets.clone(), weight.clone()
    loss = kata.bce_with_logits(stored.t(), targets, weight, "none")
    return {
        "loss": loss,
        "logits left as they were": torch.equal(stored, before[0]),
        "targets left as they were": torch.equal(targets, before[1]),
        "pos_weight left as it was": torch.equal(weight, before[2]),
    }


def check_shapes(kata, given):
    """Unequal shapes raise ValueError, even where they could be broadcast."""
    refused = [((5,), (5, 1)), ((5, 1), (5,)), ((5, 3), (3,)), ((5, 3), (5, 1)), ((4,), (5,)), ((3,), ())]
    return {
        f"logits {one}, targets {other}": raises(
            ValueError, lambda a=one, b=other: kata.bce_with_logits(given.normal(*a), given.uniform(*b))
        )
        for one, other in refused
    }


def check_reductions(kata, given):
    """An unknown reduction raises ValueError."""
    logits, targets = given.normal(5), given.uniform(5)
    return {
        f"reduction={reduction!r}": raises(
            ValueError, lambda r=reduction: kata.bce_with_logits(logits, targets, reduction=r)
        )
        for reduction in ("average", "batchmean", None)
    }
