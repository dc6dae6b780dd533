import pytest

from pytest_torchkata.checks import nn, torch


def network(given):
    inner = nn.Sequential(nn.Linear(4, 6), nn.Tanh())
    return given.fill(nn.Sequential(inner, nn.Linear(6, 3)))


def batch(given):
    return given.normal(5, 4), given.integers(0, 3, (5,))


def gradients(model):
    return {f"gradient of {name}": p.grad for name, p in model.named_parameters()}


@pytest.mark.parametrize("l2", [0.0, 0.3])
def check_penalized_value(kata, given, device, dtype, l2):
    """penalized_loss is the mean cross-entropy plus l2 times the sum of squares."""
    model = network(given)
    loss = kata.penalized_loss(model, *batch(given), l2)
    return {"loss": loss.detach(), "gradients before backward": gradients(model)}


@pytest.mark.parametrize("l2", [0.0, 0.3])
def check_penalized_gradients(kata, given, device, dtype, l2):
    """The penalty reaches the gradient of every trainable parameter."""
    model = network(given)
    given.backward(kata.penalized_loss(model, *batch(given), l2))
    return gradients(model)


def check_frozen(kata, given):
    """Frozen parameters do not enter the penalty, and stay frozen."""
    model = network(given)
    model[0].requires_grad_(False)
    model[1].bias.requires_grad_(False)
    loss = kata.penalized_loss(model, *batch(given), 0.3)
    given.backward(loss)
    flags = {name: p.requires_grad for name, p in model.named_parameters()}
    return {"loss": loss.detach(), "requires_grad": flags, **gradients(model)}


def check_zero_parameter(kata, given):
    """Where all that is trainable is zero, the penalty adds nothing, to the loss or to the gradient."""
    model = network(given).requires_grad_(False)
    nn.init.zeros_(model[1].bias.requires_grad_())
    loss = kata.penalized_loss(model, *batch(given), 0.3)
    given.backward(loss)
    return {"loss": loss.detach(), **gradients(model)}


def check_buffers(kata, given):
    """Buffers do not enter the penalty, and the model is called once, in its own mode."""
    model = given.fill(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)))
    model[1].running_mean.add_(2)
    loss = kata.penalized_loss(model, *batch(given), 0.3)
    given.backward(loss)
    running = {f"{name} afterwards": buffer for name, buffer in model[1].named_buffers()}
    return {"loss": loss.detach(), "training": model.training, **running, **gradients(model)}


def check_weights_stay(kata, given):
    """The weights are those that they were."""
    model = network(given)
    kata.penalized_loss(model, *batch(given), 0.3)
    return {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}


@pytest.mark.parametrize("size", [(7,), (3, 4), ()])
def check_log_cosh_value(kata, given, device, dtype, size):
    """log_cosh_loss is the mean over all elements."""
    pred = given.normal(*size, std=2.0, requires_grad=True)
    return {"loss": kata.log_cosh_loss(pred, given.normal(*size)).detach(), "pred.grad": pred.grad}


def check_log_cosh_gradient(kata, given, device, dtype):
    """The gradient of log_cosh_loss reaches pred, and what is before it."""
    start, target = given.normal(3, 4, requires_grad=True), given.normal(3, 4)
    pred = start * 2
    pred.retain_grad()
    given.backward(kata.log_cosh_loss(pred, target))
    return {"pred.grad": pred.grad, "gradient of what pred was computed from": start.grad}


@pytest.mark.parametrize("target", [0.0, 25.0])
def check_large_differences(kata, given, target):
    """Differences of up to 1e4 give a finite loss and a finite gradient."""
    pred = given.tensor([1e4, -1e4, 700.0, -90.0, 30.0, -12.0, 0.0], requires_grad=True)
    loss = kata.log_cosh_loss(pred, torch.full_like(pred, target).detach())
    given.backward(loss)
    return {"loss": loss.detach(), "pred.grad": pred.grad}
