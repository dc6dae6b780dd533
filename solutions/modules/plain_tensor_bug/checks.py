import copy
import weakref

import pytest

from pytest_torchkata.checks import torch


def filled(kata, given, dim=3):
    """Make a layer with drawn values, its running mean included."""
    layer = given.fill(kata.CustomLayer(dim))
    layer.load_state_dict({**layer.state_dict(), "running_mean": given.normal(dim)})
    return layer


def state(layer, when="afterwards"):
    return {f"{key} {when}": value for key, value in sorted(layer.state_dict().items())}


def check_registered(kata):
    """weight, bias and scale are parameters, running_mean is a buffer, and all are saved."""
    layer = kata.CustomLayer(3)
    return {
        "parameters": sorted((name, tuple(p.shape)) for name, p in layer.named_parameters()),
        "buffers": sorted((name, tuple(b.shape)) for name, b in layer.named_buffers()),
        "keys of the state dict": sorted(layer.state_dict()),
    }


def check_start(kata):
    """bias and running_mean start at zero, scale at 2."""
    layer = kata.CustomLayer(3)
    return {"bias": layer.bias, "scale": layer.scale, "running_mean": layer.running_mean}


@pytest.mark.parametrize("mode", ["train", "eval"])
def check_values(kata, given, mode, device, dtype):
    """The output, and the gradients of x and of everything learned, in both modes."""
    layer, x = filled(kata, given).train(mode == "train"), given.normal(5, 3, requires_grad=True)
    out = layer(x)
    given.backward(out)
    gradients = {f"{name}.grad": p.grad for name, p in sorted(layer.named_parameters())}
    return {"out": out, "x.grad": x.grad, **gradients}


def check_running_mean(kata, given, device, dtype):
    """In train mode running_mean moves a tenth of the way to the mean of each batch."""
    layer, observed = filled(kata, given), {}
    for step, n in enumerate((5, 1), start=1):
        layer(given.normal(n, 3, mean=1.0))
        saved = layer.state_dict()["running_mean"]
        observed[f"running_mean after batch {step}"] = layer.running_mean.detach().clone()
        observed[f"running_mean in the state dict after batch {step}"] = saved.clone()
    return observed


def check_first_batch(kata, given):
    """The first batch of a new layer moves running_mean by a tenth as well, away from zero."""
    layer = given.fill(kata.CustomLayer(3))
    layer.load_state_dict({**layer.state_dict(), "running_mean": torch.zeros(3)})
    layer(given.normal(5, 3, mean=1.0))
    return {"running_mean after the first batch": layer.running_mean.detach()}


def check_eval(kata, given):
    """In eval mode running_mean stays, and under no_grad in train mode it moves."""
    layer = filled(kata, given).eval()
    layer(given.normal(5, 3))
    observed = {"running_mean after a call in eval mode": layer.running_mean.detach().clone()}
    layer.train()
    with torch.no_grad():
        layer(given.normal(5, 3))
    return {**observed, "running_mean after a call in train mode": layer.running_mean.detach()}


def check_graph(kata, given):
    """running_mean carries no graph after training, and is still a buffer."""
    layer = filled(kata, given)
    given.backward(layer(given.normal(5, 3)))
    layer(given.normal(5, 3))
    return {
        "running_mean.requires_grad": layer.running_mean.requires_grad,
        "buffers": [name for name, _ in layer.named_buffers()],
        "parameters": sorted(name for name, _ in layer.named_parameters()),
    }


def check_memory(kata, given):
    """A batch is freed once the caller has dropped it."""
    layer, x = filled(kata, given), given.normal(5, 3)
    batch, result = weakref.ref(x), weakref.ref(layer(x))
    del x
    return {"x is freed": batch() is None, "the output is freed": result() is None}


def check_nothing_kept(kata, given):
    """No attribute of the layer holds something of the size of the batch after the call."""
    layer = filled(kata, given)
    layer(given.normal(11, 3))
    held = [v for value in vars(layer).values() for v in (value if isinstance(value, list) else [value])]
    return {"tensors of the batch on the layer": sum(getattr(v, "shape", ())[:1] == (11,) for v in held)}


def check_step(kata, given, device):
    """A step of an optimizer moves what is learned, and leaves running_mean to forward."""
    layer = filled(kata, given)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=0.5)
    for _ in range(2):
        optimizer.zero_grad()
        given.backward(layer(given.normal(5, 3)))
        optimizer.step()
    return state(layer)


def check_cast(kata, given):
    """double() reaches all four, and they stay double in training."""
    layer, x = filled(kata, given).double(), given.normal(5, 3).double()
    out = layer(x)
    return {"out": out, **state(layer)}


def check_meta(kata, given):
    """Moved to another device (here meta), the layer works there, with all four."""
    layer = kata.CustomLayer(3).to("meta")
    out = layer(given.normal(5, 3).to("meta"))
    return {
        "device of out": str(out.device),
        **{f"device of {key}": str(value.device) for key, value in sorted(layer.state_dict().items())},
    }


def check_saved(kata, given):
    """After training and loading, a second layer has the same values and computes the same."""
    first, second = filled(kata, given), kata.CustomLayer(3)
    given.backward(first(given.normal(5, 3)))
    second.load_state_dict(first.state_dict())
    return {**state(second, "once loaded"), "out": second.eval()(given.normal(5, 3))}


def check_copies(kata, given):
    """A deepcopy of a layer in training, and a second layer, are on their own."""
    layer, x = filled(kata, given), given.normal(5, 3)
    layer(x)
    twin, other = copy.deepcopy(layer), kata.CustomLayer(3)
    for each in (twin, other):
        each(x + 1)
        with torch.no_grad():
            for parameter in each.parameters():
                parameter.add_(1)
    return {**state(layer, "of the first"), **state(twin, "of the copy")}


def check_input(kata, given):
    """x is left as it was, and read right where it is a transposed view."""
    layer, x = filled(kata, given), given.normal(3, 5)
    before = x.clone()
    out = layer(x.t())
    return {"out": out, "x left as it was": torch.equal(x, before)}
