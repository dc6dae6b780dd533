import pytest

from pytest_torchkata.checks import nn, torch

DIM = 4


def block_like(kata, x, values):
    """Return a block on the device and in the dtype of x, with these values in its parameters."""
    block = kata.ResidualBlock(x.shape[-1]).to(x)
    with torch.no_grad():
        for parameter, value in zip(block.parameters(), values, strict=True):
            parameter.copy_(value)
    return block


def values(given, std=0.5, dim=DIM):
    return [given.normal(*shape, std=std) for shape in [(dim, dim), (dim,)] * 2]


def check_parameters(kata):
    """Four trainable parameters: weight, bias, weight, bias."""
    parameters = list(kata.ResidualBlock(3).parameters())
    return {
        "shapes of the parameters": [list(p.shape) for p in parameters],
        "trainable": [p.requires_grad for p in parameters],
    }


@pytest.mark.parametrize("size", [(5, DIM), (DIM,), (2, 3, DIM)])
def check_values(kata, given, device, dtype, size):
    """x plus Linear, ReLU, Linear, for one to three dimensions."""
    x = given.normal(*size)
    return {"out": block_like(kata, x, values(given))(x)}


@pytest.mark.parametrize("size", [(5, DIM), (2, 3, DIM)])
def check_gradients(kata, given, device, dtype, size):
    """The gradients of x and of the four parameters."""
    x = given.normal(*size, requires_grad=True)
    block = block_like(kata, x, values(given))
    given.backward(block(x))
    names = "first weight.grad", "first bias.grad", "second weight.grad", "second bias.grad"
    gradients = zip(names, (p.grad for p in block.parameters()), strict=True)
    return {"x.grad": x.grad, **dict(gradients)}


def check_identity(kata, given):
    """Where the branch gives zero, the block is the identity, and so is its gradient."""
    x, upstream = given.normal(5, DIM, requires_grad=True), given.normal(5, DIM)
    weight, bias = values(given)[:2]
    block = block_like(kata, x, [weight, bias, torch.zeros_like(weight), torch.zeros_like(bias)])
    out = block(x)
    given.backward(out, upstream)
    return {
        "out is x": torch.equal(out, x),
        "x.grad is the gradient of out": torch.equal(x.grad, upstream),
    }


def check_depth(kata, given):
    """Fifty blocks with tiny weights pass the gradient on nearly as it is."""
    x = given.normal(3, DIM, requires_grad=True)
    stack = nn.Sequential(*[block_like(kata, x, values(given, std=0.002)) for _ in range(50)])
    out = stack(x)
    given.backward(out)
    return {"out of the stack": out, "x.grad": x.grad}


def check_modes(kata, given):
    """Two calls in train mode and one in eval mode give the same."""
    x = given.normal(5, DIM)
    block = block_like(kata, x, values(given))
    first, second = block.train()(x), block.train()(x)
    return {"out in train mode": first, "out of a second call": second, "out in eval mode": block.eval()(x)}


def check_input(kata, given):
    """x is left as it was, also where it is a transposed view."""
    stored = given.normal(DIM, 6)
    before = stored.clone()
    block = block_like(kata, stored.t(), values(given))
    deep = given.normal(3, DIM, 2).permute(2, 0, 1)  # no view flattens it
    return {
        "out": block(stored.t()),
        "x left as it was": torch.equal(stored, before),
        "out for three dimensions": block(deep),
    }
