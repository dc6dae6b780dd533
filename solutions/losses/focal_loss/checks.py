import pytest

from pytest_torchkata.checks import nn, raises, torch


def inputs(given, n=16, c=5, scale=2.0):
    return given.normal(n, c, std=scale, requires_grad=True), given.integers(0, c, (n,))


def observe(loss, logits):
    loss.sum().backward()
    return {"loss": loss, "logits.grad": logits.grad}


def check_cross_entropy(kata, given, dtype):
    """gamma = 0 without weights is cross-entropy."""
    logits, targets = inputs(given)
    return observe(kata.FocalLoss(gamma=0.0)(logits, targets), logits)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def check_gamma(kata, given, gamma, dtype):
    """The loss and its gradient, for every gamma."""
    logits, targets = inputs(given)
    loss = kata.FocalLoss(gamma=gamma, reduction="none")(logits, targets)
    return observe(loss, logits)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("gamma", [0.0, 2.0])
def check_weight(kata, given, device, gamma, reduction):
    """Class weights scale the loss, not the probability; the mean stays a plain mean."""
    logits, targets = inputs(given)
    weight = given.uniform(5, low=0.2, high=4.0)
    criterion = kata.FocalLoss(gamma=gamma, weight=weight, reduction=reduction).to(device)
    return observe(criterion(logits, targets), logits)


@pytest.mark.parametrize("size", [(1, 2), (1, 7), (9, 2)])
def check_sizes(kata, given, size):
    """One sample, two classes."""
    logits, targets = inputs(given, *size)
    return observe(kata.FocalLoss()(logits, targets), logits)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 2.5])
def check_saturated(kata, given, gamma):
    """Loss and gradient stay finite for logits of magnitude 1e4, right and wrong."""
    logits = given.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0], [40.0, 0.0, 3.0]], requires_grad=True)
    targets = given.tensor([0, 0, 0]).long()
    loss = kata.FocalLoss(gamma=gamma, reduction="none")(logits, targets)
    return observe(loss, logits)


def check_confident(kata, given):
    """Samples that are classified well keep their own small loss, for a gamma below 1 too."""
    logits = given.tensor([[2.0, -2.0], [4.0, -4.0], [-3.0, 3.0], [3.5, -3.5]], requires_grad=True)
    targets = given.tensor([0, 0, 1, 0]).long()
    loss = kata.FocalLoss(gamma=0.25, reduction="none")(logits, targets)
    return observe(loss, logits)


def check_non_contiguous(kata, given):
    """Logits that are a transposed view are read right, and left as they were."""
    stored = given.normal(5, 16)
    before = stored.clone()
    loss = kata.FocalLoss()(stored.t(), given.integers(0, 5, (16,)))
    return {"loss": loss, "logits left as they were": torch.equal(stored, before)}


def check_buffer(kata, given):
    """weight is a buffer: saved, cast and moved with the module, and there are no parameters."""
    weight = given.uniform(5, low=0.2, high=4.0)
    criterion = nn.ModuleDict({"loss": kata.FocalLoss(weight=weight)})
    observed = {
        "keys of the state dict": sorted(criterion.state_dict()),
        "parameters": [name for name, _ in criterion.named_parameters()],
        "keys without weight": sorted(kata.FocalLoss().state_dict()),
    }
    observed["weight after double()"] = criterion.double()["loss"].weight
    observed["device after to('meta')"] = str(criterion.to("meta")["loss"].weight.device)
    return observed


def check_bad_arguments(kata):
    """A negative gamma or an unknown reduction raises ValueError in the constructor."""
    return {
        "gamma=-0.5": raises(ValueError, lambda: kata.FocalLoss(gamma=-0.5)),
        "reduction='average'": raises(ValueError, lambda: kata.FocalLoss(reduction="average")),
        "reduction=None": raises(ValueError, lambda: kata.FocalLoss(reduction=None)),
    }
