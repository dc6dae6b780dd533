import pytest

from pytest_torchkata.checks import torch


def loaded(given, model):
    """Load drawn values by name, as from a checkpoint."""
    model.to(given.normal(1))
    state = model.state_dict()
    model.load_state_dict({key: given.normal(*state[key].shape, std=0.5) for key in sorted(state)})
    return model


def registered(model):
    return {
        "keys of the state dict": sorted(model.state_dict()),
        "shapes of the parameters": [(n, tuple(p.shape)) for n, p in sorted(model.named_parameters())],
        "number of parameters()": len(list(model.parameters())),
    }


def state(model):
    return {f"{key} afterwards": value for key, value in sorted(model.state_dict().items())}


def check_blocks(kata):
    """Every block is registered, under its number, and none twice."""
    return registered(kata.ResNet(3, 2))


def check_scales(kata):
    """Every scale is registered, under its number, as a scalar."""
    return registered(kata.Multiplier(3))


def check_start(kata):
    """Every scale starts at 1."""
    state = kata.Multiplier(3).state_dict()
    return {f"{key} at first": state[key] for key in sorted(state)}


@pytest.mark.parametrize("n_blocks", [1, 3])
def check_values(kata, given, n_blocks, device, dtype):
    """The blocks are applied one after the other, each as relu(block(x)) + x."""
    return {"out": loaded(given, kata.ResNet(n_blocks, 4))(given.normal(5, 4))}


@pytest.mark.parametrize("index", [0, 2])
def check_multiplier(kata, given, index, device, dtype):
    """x is multiplied by the scale at index, which gets its gradient, as does x."""
    model, x = loaded(given, kata.Multiplier(3)), given.normal(2, 3, requires_grad=True)
    out = model(x, index)
    given.backward(out)
    grad = dict(model.named_parameters())[f"scales.{index}"].grad
    return {"out": out, "gradient of the scale": grad, "x.grad": x.grad}


def check_input(kata, given):
    """x is left as it was, and read right where it is a transposed view."""
    x = given.normal(4, 3)
    before = x.clone()
    with torch.no_grad():
        out = loaded(given, kata.ResNet(2, 4))(x.t())
        product = loaded(given, kata.Multiplier(2))(x, 1)
    return {"out": out, "product": product, "x left as it was": torch.equal(x, before)}


def check_sizes(kata, given):
    """Without blocks nothing changes; dim is 64 by default; leading dimensions are free."""
    x = given.normal(3, 2, 4)
    return {
        "out without blocks": kata.ResNet(0, 4)(x),
        "keys without blocks": list(kata.ResNet(0).state_dict()),
        "out for x (3, 2, 4)": loaded(given, kata.ResNet(2, 4))(x),
        "out for x (4,)": loaded(given, kata.ResNet(2, 4))(given.normal(4)),
        "sizes by default": [p.numel() for p in kata.ResNet(1).parameters()],
        "product for x ()": loaded(given, kata.Multiplier(1))(given.normal(), 0),
    }


def check_step(kata, given, device):
    """One step of an optimizer over parameters() moves every block, by its own gradient."""
    model, x = loaded(given, kata.ResNet(3, 4)), given.normal(5, 4, requires_grad=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    given.backward(model(x))
    optimizer.step()
    return {**state(model), "x.grad": x.grad}


def check_scale_step(kata, given):
    """One step moves the scale that was used, and no other."""
    model = loaded(given, kata.Multiplier(3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    given.backward(model(given.normal(5, 4), 1))
    optimizer.step()
    return state(model)


def check_cast(kata, given):
    """double() reaches every block and every scale, and forward uses them."""
    x = given.normal(5, 4).double()
    model, multiplier = loaded(given, kata.ResNet(2, 4)), loaded(given, kata.Multiplier(2))
    return {"out": model.double()(x), "product": multiplier.double()(x, 1), **state(model)}


def check_meta(kata, given):
    """Moved to another device (here meta), forward uses what was moved."""
    x = given.normal(5, 4).to("meta")
    model, multiplier = kata.ResNet(2, 4).to("meta"), kata.Multiplier(2).to("meta")
    devices = [str(p.device) for m in (model, multiplier) for p in m.parameters()]
    return {"device of each parameter": devices, "out": model(x), "product": multiplier(x, 1)}


def check_loaded_in_place(kata, given):
    """Tensors that load_state_dict puts in the place of the old ones are used."""
    model, other = kata.ResNet(2, 4), loaded(given, kata.ResNet(2, 4))
    model.load_state_dict(other.state_dict(), assign=True)
    scales, others = kata.Multiplier(2), loaded(given, kata.Multiplier(2))
    scales.load_state_dict(others.state_dict(), assign=True)
    x = given.normal(5, 4)
    return {"out": model(x), "product": scales(x, 1)}
