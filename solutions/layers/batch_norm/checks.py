import copy

import pytest

from pytest_torchkata.checks import nn, raises, torch

C = 3
SHAPES = [(6, C), (4, C, 5), (2, C, 4, 5), (2, C, 2, 3, 2)]
BUFFERS = "running_mean", "running_var", "num_batches_tracked"


def layer_like(kata, given, **options):
    """Return a layer with drawn parameters and drawn running statistics."""
    layer = given.fill(kata.MyBatchNorm(C, **options))
    with torch.no_grad():
        layer.running_mean.copy_(given.normal(C))
        layer.running_var.copy_(given.uniform(C, low=0.5, high=2.0))
    return layer


def buffers(layer, when=""):
    return {name + when: getattr(layer, name).clone() for name in BUFFERS}


def check_state(kata):
    """Two parameters and three buffers, with the values that they start with."""
    layer = kata.MyBatchNorm(C)
    return {
        "parameters": [name for name, _ in layer.named_parameters()],
        "buffers": sorted(name for name, _ in layer.named_buffers()),
        "state at the start": {name: value.clone() for name, value in sorted(layer.state_dict().items())},
    }


@pytest.mark.parametrize("shape", SHAPES)
def check_training_values(kata, given, device, dtype, shape):
    """Training normalises each channel with the biased variance of the batch."""
    return {"out": layer_like(kata, given)(given.normal(*shape, mean=1.0, std=2.0))}


@pytest.mark.parametrize("shape", SHAPES)
def check_gradients(kata, given, shape):
    """The gradients in training, through the statistics of the batch as well."""
    layer, x = layer_like(kata, given), given.normal(*shape, mean=1.0, std=2.0, requires_grad=True)
    given.backward(layer(x))
    return {"x.grad": x.grad, "weight.grad": layer.weight.grad, "bias.grad": layer.bias.grad}


@pytest.mark.parametrize("momentum", [0.1, 0.7])
def check_buffers(kata, given, momentum):
    """Over several batches the buffers follow mean and unbiased variance."""
    layer, observed = layer_like(kata, given, momentum=momentum), {}
    for step, shape in enumerate([(4, C, 5), (2, C, 2), (3, C, 4)], start=1):
        out = layer(given.normal(*shape, mean=step, std=2.0, requires_grad=True))
        given.backward(out)
        observed |= buffers(layer, f" after batch {step}")
    return observed


@pytest.mark.parametrize("shape", SHAPES)
def check_eval(kata, given, shape):
    """Eval normalises with the buffers and changes none of them."""
    layer = layer_like(kata, given).eval()
    x = given.normal(*shape, mean=1.0, std=2.0, requires_grad=True)
    out = layer(x)
    given.backward(out)
    gradients = {"x.grad": x.grad, "weight.grad": layer.weight.grad, "bias.grad": layer.bias.grad}
    return {"out": out, **gradients, **buffers(layer, " afterwards")}


def check_eval_alone(kata, given):
    """In eval a sample gives the same alone as in a batch, and train() is back to the batch."""
    layer, x = layer_like(kata, given).eval(), given.normal(4, C)
    observed = {"out of the batch": layer(x), "out of one sample": layer(x[2:3])}
    return {**observed, "out of the batch in train mode again": layer.train()(x)}


def check_no_grad(kata, given):
    """In training mode the buffers follow under no_grad as well."""
    layer = layer_like(kata, given)
    with torch.no_grad():
        out = layer(given.normal(4, C, 5))
    return {"out": out, **buffers(layer, " afterwards")}


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def check_eps(kata, given, eps):
    """eps is added to the variance, in both modes."""
    layer, x = layer_like(kata, given, eps=eps), given.normal(5, C, std=0.01)
    with torch.no_grad():
        layer.running_var.copy_(given.tensor([1e-5, 1e-3, 0.2]))
    out = layer.eval()(x)
    return {"out in eval mode": out, "out in train mode": layer.train()(x)}


def check_equal_values(kata, given):
    """A channel of equal values gives bias, and its gradient is finite."""
    layer = layer_like(kata, given)
    x = given.tensor([[2.0, 1.0, -0.5], [2.0, 3.0, -0.5], [2.0, -1.0, -0.5], [2.0, 1.0, -0.5]])
    x.requires_grad_()
    out = layer(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad, **buffers(layer, " afterwards")}


def check_large_mean(kata, given):
    """The variance is right where the mean is a thousand times the spread."""
    layer, x = layer_like(kata, given), given.normal(6, C, 4, mean=1000.0)
    return {"out": layer(x), "running_var afterwards": layer.running_var}


@pytest.mark.parametrize("shape", [(1, C), (1, C, 1), (1, C, 1, 1)])
def check_single_value(kata, given, shape):
    """One value per channel raises ValueError in training, and is fine in eval."""
    layer, x = layer_like(kata, given), given.normal(*shape)
    return {
        "in train mode": raises(ValueError, lambda: layer(x)),
        "out in eval mode": layer.eval()(x),
    }


def check_few_values(kata, given):
    """One sample with several positions, and two samples with one, are enough for training."""
    layer = layer_like(kata, given)
    return {
        "out of one sample": layer(given.normal(1, C, 2)),
        "out of two samples": layer(given.normal(2, C)),
        **buffers(layer, " afterwards"),
    }


def check_state_dict(kata, given):
    """State dicts load into the built-in layer and from it."""
    layer, builtin = layer_like(kata, given), nn.BatchNorm2d(C)
    given.fill(builtin)
    x = given.normal(2, C, 4, 5)
    layer(x)
    builtin(x)
    builtin.load_state_dict(copy.deepcopy(layer.state_dict()))
    observed = {f"{name} in the built-in layer": value for name, value in builtin.named_buffers()}
    builtin(x)
    layer.load_state_dict(builtin.state_dict())
    return {**observed, "out with the state of the built-in layer": layer.eval()(x), **buffers(layer)}


def check_input(kata, given):
    """x is left as it was, also where it is a transposed view."""
    stored = given.normal(C, 5, 4)
    before = stored.clone()
    out = layer_like(kata, given)(stored.transpose(0, 1))
    return {"x left as it was": torch.equal(stored, before), "out": out}
