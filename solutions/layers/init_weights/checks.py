import pytest

from pytest_torchkata.checks import nn, requirement, torch


def spread(weight):
    """Describe a distribution by numbers that tell a uniform from a normal one."""
    weight = weight.detach().double()
    std = weight.std().item()
    return {
        "standard deviation of weight": std,
        "largest magnitude in weight": weight.abs().max().item(),
        "mean of weight": weight.mean().item(),
        "share of weight within one standard deviation": (weight.abs() < std).double().mean().item(),
    }


def ones(model):
    """Set every parameter to one, so that what is left alone shows."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0)
    return model


def about(wanted, relative=0.03):
    """Require a number to be near another one, on both sides."""

    def judge(value):
        return None if abs(value - wanted) <= relative * wanted else f"about {wanted:.3g}"

    return judge


def check_linear(kata):
    """Linear layers get Xavier-uniform weights."""
    layer = nn.Linear(300, 200)
    layer.apply(kata.init_weights)
    return spread(layer.weight)


# sqrt(6 / 500) is 0.1095, and the standard deviation is that by sqrt(3).
requirement(check_linear, "standard deviation of weight", within=0.002)(about(0.06325))
requirement(check_linear, "largest magnitude in weight", within=0.005)(about(0.1095, 0.01))


@requirement(check_linear, "share of weight within one standard deviation", within=0.03)
def as_of_a_uniform(value):
    return None if abs(value - 0.577) < 0.03 else "about 0.577, as in a uniform distribution"


@requirement(check_linear, "mean of weight", within=0.01)
def about_zero(value):
    return None if abs(value) < 0.003 else "about 0"


def check_conv(kata):
    """2-d convolutions get Kaiming-normal weights for ReLU in fan-out mode."""
    layer = nn.Conv2d(32, 96, (3, 5))
    layer.apply(kata.init_weights)
    return spread(layer.weight)


# sqrt(2 / (96 * 15))
requirement(check_conv, "standard deviation of weight", within=0.002)(about(0.03727))


@requirement(check_conv, "largest magnitude in weight", within=0.06)
def beyond_three(value):
    return None if 0.12 < value < 0.25 else "between 0.12 and 0.25, as in 46080 normal draws"


@requirement(check_conv, "share of weight within one standard deviation", within=0.03)
def as_of_a_normal(value):
    return None if abs(value - 0.683) < 0.02 else "about 0.683, as in a normal distribution"


@requirement(check_conv, "mean of weight", within=0.01)
def conv_about_zero(value):
    return None if abs(value) < 0.002 else "about 0"


def check_embedding(kata):
    """Embeddings get normal weights with standard deviation 0.02."""
    layer = nn.Embedding(500, 60)
    layer.apply(kata.init_weights)
    return spread(layer.weight)


requirement(check_embedding, "standard deviation of weight", within=0.001)(about(0.02))


@requirement(check_embedding, "largest magnitude in weight", within=0.04)
def embedding_beyond_three(value):
    return None if 0.06 < value < 0.14 else "between 0.06 and 0.14, as in 30000 normal draws"


requirement(check_embedding, "share of weight within one standard deviation", within=0.03)(as_of_a_normal)


@requirement(check_embedding, "mean of weight", within=0.01)
def embedding_about_zero(value):
    return None if abs(value) < 0.001 else "about 0"


def check_bias(kata):
    """The biases of linear layers and convolutions are zero."""
    model = ones(nn.Sequential(nn.Linear(4, 3), nn.Conv2d(2, 5, 3)))
    model.apply(kata.init_weights)
    return {"bias of the linear layer": model[0].bias, "bias of the convolution": model[1].bias}


def check_no_bias(kata):
    """Layers without a bias are initialised too, and stay without one."""
    model = ones(nn.Sequential(nn.Linear(4, 3, bias=False), nn.Conv2d(2, 5, 3, bias=False)))
    model.apply(kata.init_weights)
    return {
        "biases": [layer.bias for layer in model],
        "weights still as they were": [bool((layer.weight == 1).any()) for layer in model],
    }


@pytest.mark.parametrize("padding_idx", [0, 3, -1])
def check_padding_row(kata, padding_idx):
    """The padding row of an embedding is zero, and no other row is."""
    layer = ones(nn.Embedding(6, 4, padding_idx=padding_idx))
    layer.apply(kata.init_weights)
    return {
        "zeros in each row": (layer.weight == 0).sum(1),
        "rows still as they were": (layer.weight == 1).any(1),
    }


def check_other_types(kata):
    """Every other type of module is left alone."""

    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.ones(3))

    layers = {
        "BatchNorm2d": nn.BatchNorm2d(5),
        "LayerNorm": nn.LayerNorm(4),
        "Conv1d": nn.Conv1d(2, 3, 3),
        "ConvTranspose2d": nn.ConvTranspose2d(2, 3, 3),
        "Bilinear": nn.Bilinear(2, 3, 4),
        "EmbeddingBag": nn.EmbeddingBag(5, 2),
        "LSTM": nn.LSTM(3, 2),
        "a module of your own with weight and bias": Scale(),
    }
    model = ones(nn.ModuleDict(layers))
    model.apply(kata.init_weights)
    return {
        f"{name} left alone": all(bool((p == 1).all()) for p in layer.parameters())
        for name, layer in layers.items()
    }


def check_derived(kata):
    """Classes derived from the three are treated like them."""

    class MyLinear(nn.Linear):
        pass

    class MyConv(nn.Conv2d):
        pass

    class MyEmbedding(nn.Embedding):
        pass

    model = ones(nn.Sequential(MyLinear(4, 3), MyConv(2, 5, 3), MyEmbedding(6, 4)))
    model.apply(kata.init_weights)
    return {type(m).__name__ + " left as it was": bool((m.weight == 1).any()) for m in model}


def check_one_module(kata):
    """Called on a container, it leaves the modules inside alone."""
    model = ones(nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.Embedding(5, 2))))
    kata.init_weights(model)
    kata.init_weights(model[1])
    return {"parameters left as they were": [bool((p == 1).all()) for p in model.parameters()]}


@pytest.mark.parametrize("frozen", [False, True])
def check_same_parameters(kata, frozen):
    """Parameters stay the same objects, trainable or frozen, without history."""
    layers = nn.Linear(4, 3), nn.Conv2d(2, 5, 3), nn.Embedding(6, 4, padding_idx=1)
    model = ones(nn.Sequential(*layers)).double()
    model.requires_grad_(not frozen)
    before = list(model.parameters())
    model.apply(kata.init_weights)
    after = list(model.parameters())
    return {
        "the same objects": [one is other for one, other in zip(before, after, strict=True)],
        "requires_grad": [p.requires_grad for p in after],
        "leaves without history": [p.is_leaf and p.grad_fn is None for p in after],
        "dtypes": [str(p.dtype) for p in after],
        "weights still as they were": [bool((layer.weight == 1).any()) for layer in model],
        "biases": [layer.bias.detach() for layer in model[:2]],
    }


def check_tied(kata):
    """Tied weights stay tied."""
    model = nn.Sequential(nn.Embedding(6, 4), nn.Linear(4, 6, bias=False))
    model[1].weight = model[0].weight
    model.apply(kata.init_weights)
    return {"still the same parameter": model[1].weight is model[0].weight}


def check_seed(kata):
    """The same seed gives the same weights, another one does not."""

    def weights(seed):
        torch.manual_seed(seed)
        model = ones(nn.Sequential(nn.Linear(4, 3), nn.Conv2d(2, 5, 3), nn.Embedding(6, 4)))
        model.apply(kata.init_weights)
        return [layer.weight for layer in model]

    first, again, other = weights(1), weights(1), weights(2)
    return {
        "equal after the same seed": [torch.equal(a, b) for a, b in zip(first, again, strict=True)],
        "equal after another seed": [torch.equal(a, b) for a, b in zip(first, other, strict=True)],
    }
