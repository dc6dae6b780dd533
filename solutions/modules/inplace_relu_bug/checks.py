import pytest

from pytest_torchkata.checks import nn, torch


def block(kata, given, dim=4):
    return given.fill(kata.PreActBlock(dim))


def gradients(model):
    return {f"gradient of {name}": p.grad for name, p in sorted(model.named_parameters())}


def check_keys(kata):
    """The layers are fc1 and fc2, from dim to dim, with bias."""
    state = kata.PreActBlock(3).state_dict()
    return {"state dict": [(key, tuple(state[key].shape)) for key in sorted(state)]}


def check_identity(kata, given):
    """With both layers zero the block returns x, negative values too, and leaves x as it was."""
    model, x = kata.PreActBlock(4), given.normal(5, 4)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return {"out": model(x).detach(), "x afterwards": x}


def check_values(kata, given, device, dtype):
    """The value and all gradients, for an x that another operation has made."""
    model, source = block(kata, given), given.normal(6, 4, requires_grad=True)
    x = source * 1
    out = model(x)
    given.backward(out)
    return {
        "out": out,
        "x afterwards": x.detach(),
        "gradient of x": source.grad,
        **gradients(model),
    }


@pytest.mark.parametrize("training", [True, False])
def check_no_grad(kata, given, training):
    """Without the recording of gradients, in either mode, x is left as it was."""
    model, x = block(kata, given).train(training), given.normal(6, 4)
    with torch.no_grad():
        return {"out": model(x), "out, once more": model(x), "x afterwards": x}


def check_leaf(kata, given):
    """x may be a leaf that requires a gradient."""
    model, x = block(kata, given), given.normal(6, 4, requires_grad=True)
    out = model(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad, "x afterwards": x.detach()}


def check_needed_before(kata, given):
    """x may be a value that the operation before needs for its own backward."""
    model, source = block(kata, given), given.normal(6, 4, requires_grad=True)
    given.backward(model(source.tanh()))
    return {"gradient of what x was made of": source.grad, **gradients(model)}


def check_stack(kata, given):
    """Three blocks behind each other."""
    model = given.fill(nn.Sequential(*[kata.PreActBlock(4) for _ in range(3)]))
    x = given.normal(6, 4)
    out = model(x)
    given.backward(out)
    return {"out": out, "x afterwards": x, **gradients(model)}


@pytest.mark.parametrize("leading", [(), (1,), (2, 5), (0,)])
def check_dimensions(kata, given, leading):
    """Any number of leading dimensions, none included."""
    model, x = block(kata, given), given.normal(*leading, 4)
    return {"out": model(x), "x afterwards": x}


def check_view(kata, given):
    """A view of a larger tensor is read right, and the larger tensor is left as it was."""
    model, stored = block(kata, given), given.normal(8, 6)
    out = model(stored.t()[:, 2:6])
    return {"out": out, "the larger tensor afterwards": stored}
