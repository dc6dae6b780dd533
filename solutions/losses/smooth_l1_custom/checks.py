import pytest

from pytest_torchkata.checks import raises, torch


def observe(given, loss_fn, pred, target, *threshold):
    pred, target = (x.detach().clone().requires_grad_() for x in (pred, target))
    loss = loss_fn(pred, target, *threshold)
    given.backward(loss)
    return {"loss": loss, "pred.grad": pred.grad, "target.grad": target.grad}


def inputs(given, *size):
    return given.normal(*size, std=2.0), given.normal(*size)


@pytest.mark.parametrize("beta", [0.5, 1.0, 3.0])
def check_smooth_l1(kata, given, beta, device):
    """Smooth L1: the loss and its gradients, for several beta."""
    return observe(given, kata.smooth_l1_custom, *inputs(given, 6, 4), beta)


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
def check_huber(kata, given, delta, device):
    """Huber: the loss and its gradients, for several delta."""
    return observe(given, kata.huber, *inputs(given, 6, 4), delta)


@pytest.mark.parametrize("threshold", [0.5, 2.0])
@pytest.mark.parametrize("name", ["smooth_l1_custom", "huber"])
def check_threshold(kata, given, name, threshold):
    """Differences of exactly the threshold, and of exactly 0."""
    target = given.tensor([1.0, -1.0, 2.0, 3.0])
    d = given.tensor([1.0, -1.0, 0.0, 2.0])
    return observe(given, getattr(kata, name), target + d * threshold, target, threshold)


def check_beta_zero(kata, given, dtype):
    """beta = 0 is the L1 loss, with gradients that are finite."""
    return observe(given, kata.smooth_l1_custom, *inputs(given, 7, 3), 0.0)


@pytest.mark.parametrize("beta", [0, 0.0, 1e-3])
def check_no_difference(kata, given, beta):
    """Where pred equals target the gradient is 0, for beta = 0 as well."""
    target = given.normal(6)
    pred = target + given.tensor([0.0, 0.5, -2.0, 0.0, 1.0, 0.0])
    return observe(given, kata.smooth_l1_custom, pred, target, beta)


def check_defaults(kata, given):
    """Without an argument the threshold is 1."""
    pred, target = inputs(given, 9)
    return {"smooth L1": kata.smooth_l1_custom(pred, target), "Huber": kata.huber(pred, target)}


def check_sizes(kata, given):
    """One element, three dimensions, none."""
    observed = {}
    for size in ((1,), (2, 3, 4), ()):
        pred, target = inputs(given, *size)
        observed[f"smooth L1 of {size}"] = kata.smooth_l1_custom(pred, target, 0.7)
        observed[f"Huber of {size}"] = kata.huber(pred, target, 0.7)
    return observed


@pytest.mark.dtypes("float64", "bfloat16")
def check_dtypes(kata, given, dtype):
    """The loss has the dtype of its inputs."""
    pred, target = inputs(given, 6, 4)
    return {
        "smooth L1": kata.smooth_l1_custom(pred, target, 0.7),
        "smooth L1 with beta=0": kata.smooth_l1_custom(pred, target, 0.0),
        "Huber": kata.huber(pred, target, 0.7),
    }


def check_inputs_left(kata, given):
    """Inputs that are transposed views are read right, and left as they were."""
    pred, target = given.normal(5, 3), given.normal(3, 5)
    before = pred.clone(), target.clone()
    observed = {}
    for beta in (0.0, 0.7):
        observed[f"smooth L1, beta={beta}"] = kata.smooth_l1_custom(pred.t(), target, beta)
    observed["Huber"] = kata.huber(pred.t(), target, 0.7)
    observed["pred left as it was"] = torch.equal(pred, before[0])
    observed["target left as it was"] = torch.equal(target, before[1])
    return observed


def check_refusals(kata, given):
    """A negative beta, a delta of 0 and a negative delta raise ValueError."""
    pred, target = inputs(given, 4)
    return {
        "beta=-0.5": raises(ValueError, lambda: kata.smooth_l1_custom(pred, target, beta=-0.5)),
        "delta=0": raises(ValueError, lambda: kata.huber(pred, target, delta=0.0)),
        "delta=-0.5": raises(ValueError, lambda: kata.huber(pred, target, delta=-0.5)),
    }
