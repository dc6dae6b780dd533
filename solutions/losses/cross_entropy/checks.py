import pytest

from pytest_torchkata.checks import raises, torch

REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "sum", "mean"])


def inputs(given, n=9, c=5):
    return given.normal(n, c, std=2.0, requires_grad=True), given.integers(0, c, (n,))


def weights(given, c=5):
    return given.uniform(c, low=0.2, high=4.0)


def ignore(targets, index):
    """Mark some samples to be ignored, among them the first; no other has this target."""
    if index >= 0:
        targets = torch.where(targets == index, (index + 1) % 5, targets)
    targets = targets.clone()
    targets[[0, 3, 4]] = index
    return targets


def observe(given, loss, logits):
    given.backward(loss)
    return {"loss": loss, "logits.grad": logits.grad}


@REDUCTIONS
def check_plain(kata, given, reduction, device):
    """The loss and its gradient, without any option."""
    logits, targets = inputs(given)
    return observe(given, kata.cross_entropy_loss(logits, targets, reduction=reduction), logits)


@REDUCTIONS
def check_weight(kata, given, reduction):
    """Class weights scale the loss; the mean divides by their sum over the targets."""
    logits, targets = inputs(given)
    loss = kata.cross_entropy_loss(logits, targets, weights(given), reduction=reduction)
    return observe(given, loss, logits)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("ignore_index", [-100, 2, 7])
def check_ignore_index(kata, given, ignore_index, reduction):
    """Ignored samples have no loss, no gradient and no share in the mean."""
    logits, targets = inputs(given)
    targets = ignore(targets, ignore_index)
    loss = kata.cross_entropy_loss(logits, targets, ignore_index=ignore_index, reduction=reduction)
    observed = observe(given, loss, logits)
    observed["logits.grad of the ignored is exactly 0"] = not logits.grad[[0, 3, 4]].any()
    return observed


@pytest.mark.parametrize("label_smoothing", [0.1, 1.0])
def check_smoothing(kata, given, label_smoothing):
    """Smoothing is spread over all classes."""
    logits, targets = inputs(given)
    loss = kata.cross_entropy_loss(logits, targets, reduction="none", label_smoothing=label_smoothing)
    return observe(given, loss, logits)


@pytest.mark.parametrize("reduction", ["none", "mean"])
def check_weighted_smoothing(kata, given, reduction):
    """With weights and smoothing each class has its own weight in the smoothing term."""
    logits, targets = inputs(given)
    weight = weights(given)
    loss = kata.cross_entropy_loss(logits, targets, weight, reduction=reduction, label_smoothing=0.4)
    return observe(given, loss, logits)


@REDUCTIONS
def check_all_options(kata, given, reduction):
    """Weights, smoothing and ignored samples together."""
    logits, targets = inputs(given)
    loss = kata.cross_entropy_loss(logits, ignore(targets, 1), weights(given), 1, reduction, 0.3)
    return observe(given, loss, logits)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
def check_all_ignored(kata, given, label_smoothing):
    """Where all samples are ignored the sum is 0 and the mean NaN."""
    logits, targets = given.normal(5, 5), torch.full_like(given.integers(0, 5, (5,)), 3)
    weight = weights(given)
    return {
        reduction: kata.cross_entropy_loss(logits, targets, weight, 3, reduction, label_smoothing)
        for reduction in ("none", "sum", "mean")
    }


@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
def check_large_logits(kata, given, label_smoothing):
    """Loss and gradient are finite for logits of magnitude 1e4, right and wrong."""
    rows = [[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4], [120.0, 0.0, 5.0]]
    logits = given.tensor(rows, requires_grad=True)
    targets = given.tensor([0, 1, 2, 0, 1]).long()
    loss = kata.cross_entropy_loss(logits, targets, reduction="none", label_smoothing=label_smoothing)
    return observe(given, loss, logits)


@pytest.mark.parametrize("weighted", [False, True])
def check_minus_infinity(kata, given, weighted):
    """A logit of -inf at another class than the target does no harm."""
    logits = given.normal(4, 5)
    for row, column in ((0, 1), (0, 2), (2, 0), (3, 4)):
        logits[row, column] = -float("inf")
    logits.requires_grad_()
    targets = given.tensor([0, 4, 1, 2]).long()
    weight = weights(given) if weighted else None
    return observe(given, kata.cross_entropy_loss(logits, targets, weight, reduction="none"), logits)


@pytest.mark.dtypes("float64")
def check_float64(kata, given, dtype):
    """float64 keeps its precision, with all options."""
    logits, targets = inputs(given)
    loss = kata.cross_entropy_loss(logits, ignore(targets, 1), weights(given), 1, "none", 0.3)
    return observe(given, loss, logits)


def check_sizes(kata, given):
    """One sample, one class."""
    observed = {}
    for size in ((1, 4), (6, 1), (1, 1)):
        logits, targets = inputs(given, *size)
        loss = kata.cross_entropy_loss(logits, targets)
        smooth = kata.cross_entropy_loss(logits, targets, weights(given, size[1]), label_smoothing=0.3)
        observed |= {f"loss of {size}": loss, f"with weights and smoothing, of {size}": smooth}
    return observed


def check_arguments_left(kata, given):
    """Logits that are a transposed view are read right, and all arguments left as they were."""
    stored, targets = given.normal(5, 9), ignore(given.integers(0, 5, (9,)), -100)
    weight = weights(given)
    before = stored.clone(), targets.clone(), weight.clone()
    return {
        "loss": kata.cross_entropy_loss(stored.t(), targets, weight, label_smoothing=0.3),
        "logits left as they were": torch.equal(stored, before[0]),
        "targets left as they were": torch.equal(targets, before[1]),
        "weight left as it was": torch.equal(weight, before[2]),
    }


def check_bad_targets(kata, given):
    """A target that is neither a class nor ignore_index raises."""
    logits = given.normal(3, 5)
    return {
        f"target {bad}, ignore_index={index}": raises(
            Exception,
            lambda t=bad, i=index: kata.cross_entropy_loss(
                logits, given.tensor([0, t, 4]).long(), ignore_index=i
            ),
        )
        for bad, index in ((5, -100), (-1, -100), (-5, -100), (-100, 2), (5, 0))
    }


def check_bad_reductions(kata, given):
    """An unknown reduction raises ValueError."""
    logits, targets = inputs(given)
    return {
        f"reduction={reduction!r}": raises(
            ValueError, lambda r=reduction: kata.cross_entropy_loss(logits, targets, reduction=r)
        )
        for reduction in ("average", "batchmean", None)
    }
