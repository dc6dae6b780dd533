import pytest

from pytest_torchkata.checks import raises, torch

PADDING = [[False, False, True, False, True], [False] * 5, [True, False, True, True, True]]


def layer(kata, given, norm_first, dropout=0.1):
    return given.fill(kata.EncoderLayer(6, 2, 7, dropout, norm_first)).eval()


def classifier(kata, given, num_layers=2, **options):
    model = given.fill(kata.SequenceClassifier(11, 6, 2, num_layers, 4, **options)).eval()
    with torch.no_grad():
        for layer in model.layers:  # 2048 terms would drown everything else
            layer.linear2.weight.mul_(0.05)
    return model


def shapes(module):
    return {name: tuple(parameter.shape) for name, parameter in sorted(module.named_parameters())}


def check_names(kata):
    """The parameters have the names and shapes of the statement."""
    return {
        "parameters of EncoderLayer": shapes(kata.EncoderLayer(6, 2, 7)),
        "parameters of SequenceClassifier": shapes(kata.SequenceClassifier(11, 6, 2, 2, 4)),
    }


@pytest.mark.parametrize("norm_first", [False, True])
def check_layer(kata, given, device, dtype, norm_first):
    """The layer in eval mode without a mask, and the gradient of x."""
    x = given.normal(3, 5, 6, requires_grad=True)
    out = layer(kata, given, norm_first)(x)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


@pytest.mark.parametrize("norm_first", [False, True])
def check_padding(kata, given, device, norm_first):
    """No query attends to padding."""
    x, mask = given.normal(3, 5, 6, requires_grad=True), torch.tensor(PADDING, device=device)
    out = layer(kata, given, norm_first)(x, mask)
    given.backward(out)
    return {"out": out, "x.grad": x.grad}


@pytest.mark.parametrize("norm_first", [False, True])
def check_parameter_gradients(kata, given, norm_first):
    """Every parameter gets its gradient."""
    module, x = layer(kata, given, norm_first), given.normal(3, 5, 6)
    given.backward(module(x, key_padding_mask=torch.tensor(PADDING)))
    return {f"{name}.grad": parameter.grad for name, parameter in sorted(module.named_parameters())}


@pytest.mark.parametrize("norm_first", [False, True])
def check_dropout(kata, given, norm_first):
    """Dropout acts on both sublayers in train mode, and not at all in eval mode."""
    x = given.normal(3, 5, 6)
    sure, half = layer(kata, given, norm_first, dropout=1.0), layer(kata, given, norm_first, dropout=0.5)
    observed = {
        "eval mode, dropout=1": sure(x),
        "train mode, dropout=1": sure.train()(x),
        "eval mode, dropout=0.5": half(x),
    }
    half.train()
    observed["train mode twice, dropout=0.5: the same"] = torch.equal(half(x), half(x))
    return observed


def check_default_dropout(kata, given):
    """Without an argument there is dropout, in a layer and in the classifier, and in train mode only."""
    x, tokens = given.normal(3, 5, 6), given.integers(1, 11, (3, 5))
    alone, model = given.fill(kata.EncoderLayer(6, 2)), classifier(kata, given)
    observed = {}
    for name, module, arg in (("layer", alone, x), ("classifier", model, tokens)):
        for mode in ("train", "eval"):
            getattr(module, mode)()
            observed[f"{name} in {mode} mode twice: the same"] = torch.equal(module(arg), module(arg))
    return observed


@pytest.mark.parametrize("num_layers", [1, 2])
def check_classifier(kata, given, device, num_layers):
    """The classifier without padding, in eval mode."""
    tokens = given.integers(1, 11, (3, 5))
    return {"logits": classifier(kata, given, num_layers)(tokens)}


@pytest.mark.parametrize("pad_id", [0, 3])
def check_classifier_padding(kata, given, pad_id):
    """Padding, wherever it stands, is neither attended to nor averaged."""
    rows = [[5, 1, 7, 2, 9], [4, 4, pad_id, pad_id, pad_id], [pad_id, 8, 0 if pad_id else 6, 1, pad_id]]
    return {"logits": classifier(kata, given, pad_id=pad_id)(torch.tensor(rows))}


def check_classifier_gradients(kata, given):
    """Gradients get back to the embedding and the positions, and not to those of padding."""
    model = classifier(kata, given)
    given.backward(model(torch.tensor([[5, 1, 7, 2], [4, 4, 0, 0], [0, 8, 6, 0]])))
    return {"embed.weight.grad": model.embed.weight.grad, "pos.grad": model.pos.grad}


def check_padding_at_the_end(kata, given):
    """More padding behind a sequence does not change its logits."""
    model = classifier(kata, given)
    return {
        "one token": model(torch.tensor([[7]])),
        "one token and padding": model(torch.tensor([[7, 0, 0, 0]])),
        "three tokens and padding": model(torch.tensor([[7, 2, 2, 0], [1, 0, 0, 0]])),
    }


def check_lengths(kata, given):
    """512 tokens have a position each; a longer sequence raises ValueError."""
    model = classifier(kata, given, num_layers=1)
    return {
        "512 tokens": model(given.integers(1, 11, (2, 512))),
        "513 tokens": raises(ValueError, lambda: model(torch.ones(2, 513, dtype=torch.int64))),
    }


@pytest.mark.parametrize("nhead", [4, 5])
def check_indivisible(kata, nhead):
    """nhead must divide d_model."""
    return {f"d_model=6, nhead={nhead}": raises(Exception, lambda: kata.EncoderLayer(6, nhead))}
