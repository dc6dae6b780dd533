import pytest

from pytest_torchkata.checks import nn, raises, torch

CASES = [(4, (5, 4)), (4, (2, 3, 4)), ((3, 4), (5, 3, 4)), ((2, 3, 4), (3, 2, 2, 3, 4)), ((5,), (5,))]


def check_parameters(kata):
    """weight and bias of the normalised shape, or no parameters at all."""

    def described(*arguments, **options):
        parameters = kata.MyLayerNorm(*arguments, **options).state_dict().items()
        return {name: value.tolist() for name, value in parameters}

    return {
        "state for 3": described(3),
        "state for (2, 3)": described((2, 3)),
        "state without elementwise_affine": described((2, 3), elementwise_affine=False),
        "trainable": [p.requires_grad for p in kata.MyLayerNorm(3).parameters()],
    }


@pytest.mark.parametrize(("normalized", "shape"), CASES, ids=str)
def check_values(kata, given, device, dtype, normalized, shape):
    """Each sample is normalised over all dimensions of normalized_shape together."""
    layer = given.fill(kata.MyLayerNorm(normalized))
    return {"out": layer(given.normal(*shape, mean=1.0, std=2.0))}


@pytest.mark.parametrize(("normalized", "shape"), CASES[:3], ids=str)
def check_gradients(kata, given, normalized, shape):
    """The gradients of x, through mean and variance as well, of weight and of bias."""
    layer = given.fill(kata.MyLayerNorm(normalized))
    x = given.normal(*shape, mean=1.0, std=2.0, requires_grad=True)
    given.backward(layer(x))
    return {"x.grad": x.grad, **{f"{name}.grad": p.grad for name, p in layer.named_parameters()}}


@pytest.mark.parametrize(("normalized", "shape"), CASES[1:3], ids=str)
def check_without_affine(kata, given, normalized, shape):
    """Without elementwise_affine there is nothing but the normalisation."""
    layer = kata.MyLayerNorm(normalized, elementwise_affine=False)
    x = given.normal(*shape, mean=1.0, std=2.0, requires_grad=True)
    out = layer(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def check_eps(kata, given, eps):
    """eps is added to the variance, inside the root."""
    return {"out": kata.MyLayerNorm(6, eps)(given.normal(4, 6, std=0.01))}


def check_modes(kata, given):
    """Train and eval mode give the same, bit for bit, call after call."""
    layer, x, other = given.fill(kata.MyLayerNorm(4)), given.normal(5, 4), given.normal(5, 4, mean=3.0)
    first = layer.train()(x)
    layer(other)
    return {
        "out in train mode": first,
        "the same in eval mode": torch.equal(layer.eval()(x), first),
        "the same in train mode again": torch.equal(layer.train()(x), first),
        "buffers": [name for name, _ in layer.named_buffers()],
    }


def check_samples(kata, given):
    """A sample gives the same alone as in a batch."""
    layer, x = given.fill(kata.MyLayerNorm((3, 4))), given.normal(5, 3, 4)
    return {
        "out of the batch": layer(x),
        "out of one sample in a batch": layer(x[2:3]),
        "out of one sample without a batch": layer(x[2]),
    }


@pytest.mark.parametrize("affine", [True, False])
def check_equal_values(kata, given, affine):
    """A sample of equal values gives bias, or zero, and its gradient is finite."""
    layer = given.fill(kata.MyLayerNorm(4, elementwise_affine=affine))
    x = given.tensor([[2.0] * 4, [0.0] * 4, [-0.5] * 4, [1.0, 2.0, 1.0, 2.0]], requires_grad=True)
    out = layer(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


def check_large_mean(kata, given):
    """The variance is right where the mean is a thousand times the spread."""
    return {"out": kata.MyLayerNorm(16)(given.normal(5, 16, mean=1000.0))}


@pytest.mark.parametrize("affine", [True, False])
def check_wrong_shape(kata, given, affine):
    """Last dimensions other than normalized_shape raise, one included."""
    wrong = {4: [(2, 5), (2, 1), (4, 3)], (3, 4): [(2, 4, 3), (2, 1, 4), (2, 3, 1), (4,), (12,), (1, 2, 6)]}
    observed = {}
    for normalized, shapes in wrong.items():
        layer = kata.MyLayerNorm(normalized, elementwise_affine=affine)
        for shape in shapes:
            x = given.normal(*shape)
            seen = raises(Exception, lambda layer=layer, x=x: layer(x))
            observed[f"x of shape {shape} for {normalized}"] = seen
    return observed


def check_state_dict(kata, given):
    """State dicts load into nn.LayerNorm and from it."""
    layer, builtin, x = kata.MyLayerNorm((3, 4)), nn.LayerNorm((3, 4)), given.normal(5, 3, 4)
    layer.load_state_dict(given.fill(builtin).state_dict())
    observed = {"out with the state of nn.LayerNorm": layer(x)}
    builtin.load_state_dict(given.fill(layer).state_dict())
    return {**observed, "out of nn.LayerNorm with your state": builtin(x)}


def check_input(kata, given):
    """x is left as it was, also where it is a transposed view."""
    stored = given.normal(4, 5)
    before = stored.clone()
    out = given.fill(kata.MyLayerNorm(4))(stored.t())
    deep = given.normal(4, 5, 3).transpose(1, 2)  # no view flattens its last two dimensions
    return {
        "x left as it was": torch.equal(stored, before),
        "out": out,
        "out over two dimensions": given.fill(kata.MyLayerNorm((3, 5)))(deep),
    }
