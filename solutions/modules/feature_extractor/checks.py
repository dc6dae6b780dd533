import weakref

import pytest

from pytest_torchkata.checks import nn, raises, torch

NAMES = ("head", "body.1.0", "stem", "body")


def network(given):
    """Build a model that uses extra only if it gets a second input."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            inner = nn.Sequential(nn.Linear(5, 5), nn.Sigmoid())
            self.stem = nn.Linear(3, 4)
            self.extra = nn.Linear(2, 4)
            self.body = nn.Sequential(nn.Linear(4, 5), inner)
            self.head = nn.Linear(5, 2)

        def forward(self, x, y=None):
            h = self.stem(x)
            if y is not None:
                h = h + self.extra(y)
            return self.head(self.body(h.tanh()))

    return given.fill(Net())


def repeating(given):
    """Build a model whose layer runs three times."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x):
            return self.layer(self.layer(self.layer(x).tanh()).tanh())

    return given.fill(Net())


def hooks(model):
    tables = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, table)) for module in model.modules() for table in tables)


def named(features, what="feature"):
    return {f"{what} {name!r}": value for name, value in features.items()}


def check_features(kata, given, device, dtype):
    """The outputs of layers and containers, by name."""
    extractor = kata.FeatureExtractor(network(given), list(NAMES))
    return named(extractor(given.normal(6, 3)))


def check_order(kata, given):
    """The names are in the order given, not in that in which the layers run."""
    extractor = kata.FeatureExtractor(network(given), list(NAMES))
    return {"names": list(extractor(given.normal(6, 3)))}


def check_root(kata, given):
    """The empty name is the model itself."""
    extractor = kata.FeatureExtractor(network(given), ["", "stem"])
    return named(extractor(given.normal(6, 3)))


def check_inputs(kata, given):
    """All inputs are passed on, and a layer that does not run is absent."""
    extractor = kata.FeatureExtractor(network(given), ["extra", "stem"])
    x, y = given.normal(6, 3), given.normal(6, 2)
    without = named(extractor(x), "without a second input, feature")
    return {**without, **named(extractor(x, y), "with a second input, feature")}


def check_repeated(kata, given):
    """A layer that runs several times is there with its last output, and computes what it should."""
    extractor = kata.FeatureExtractor(repeating(given), ["layer", ""])
    x = given.normal(6, 3)
    return {**named(extractor(x)), **named(extractor(x), "in the second call, feature")}


def check_second_call(kata, given):
    """A call knows nothing of the one before, and leaves its result alone."""
    extractor = kata.FeatureExtractor(network(given), ["extra", "stem"])
    first = extractor(given.normal(6, 3), given.normal(6, 2))
    second = extractor(given.normal(4, 3))
    return {
        **named(first, "first call, feature"),
        **named(second, "second call, feature"),
        "the two results are one dict": first is second,
    }


def check_gradients(kata, given):
    """Gradients flow from a feature back to the parameters and to the input."""
    model, x = network(given), given.normal(6, 3, requires_grad=True)
    feature = kata.FeatureExtractor(model, ["body.0", "stem"])(x)["body.0"]
    carries = feature.requires_grad
    if carries:
        given.backward(feature)
    return {
        "the feature carries a graph": carries,
        "x.grad": x.grad,
        "gradient of stem.weight": model.stem.weight.grad,
    }


def check_gradient_between_features(kata, given):
    """The features are the very outputs: one feature has a gradient with respect to an earlier one."""
    extractor = kata.FeatureExtractor(network(given), ["stem", "head"])
    features = extractor(given.normal(6, 3))
    score, stem = features["head"].sum(), features["stem"]
    (grad,) = torch.autograd.grad(score, stem, allow_unused=True)
    return {"gradient of 'head' with respect to 'stem'": grad}


def check_no_grad(kata, given):
    """Inside of no_grad the features carry no graph."""
    extractor = kata.FeatureExtractor(network(given), ["stem", "head"])
    with torch.no_grad():
        features = extractor(given.normal(6, 3))
    return {f"feature {name!r} carries a graph": f.requires_grad for name, f in features.items()}


@pytest.mark.parametrize("name", ["tail", "body.7", "weight", "stem.weight", "0"])
def check_unknown(kata, given, name):
    """A name that does not exist raises KeyError at construction, and leaves no hook behind."""
    model = network(given)
    return {
        f"layers ['stem', {name!r}, 'head']": raises(
            KeyError, lambda: kata.FeatureExtractor(model, ["stem", name, "head"])
        ),
        "hooks left behind": hooks(model),
    }


def check_close(kata, given):
    """close removes every hook, and does no harm a second time."""
    model = network(given)
    extractor = kata.FeatureExtractor(model, list(NAMES))
    extractor(given.normal(6, 3))
    extractor.close()
    left = hooks(model)
    extractor.close()
    unused = kata.FeatureExtractor(model, list(NAMES))
    unused.close()
    return {
        "hooks after close": left,
        "hooks after close, never called": hooks(model),
        "out of the model": model(given.normal(6, 3)),
    }


def check_with(kata, given):
    """A with block gives the extractor, and closes it at the end."""
    model = network(given)
    extractor = kata.FeatureExtractor(model, ["stem"])
    with extractor as entered:
        same = entered is extractor
        observed = named(entered(given.normal(6, 3)))
    return {"the block gets the extractor": same, **observed, "hooks afterwards": hooks(model)}


def check_with_error(kata, given):
    """An exception in the block closes the extractor as well, and goes on to the caller."""
    model = network(given)

    def block():
        with kata.FeatureExtractor(model, ["stem", "head"]) as extractor:
            extractor(given.normal(6, 3))
            raise LookupError("from the block")

    return {"the exception": raises(LookupError, block), "hooks afterwards": hooks(model)}


def check_others(kata, given):
    """Hooks of others run as usual, and stay when the extractor is closed."""
    model, ran = network(given), []
    model.stem.register_forward_hook(lambda *_: ran.append("on the stem"))
    model.register_forward_pre_hook(lambda *_: ran.append("on the model"))
    extractor = kata.FeatureExtractor(model, ["stem", "head"])
    extractor(given.normal(6, 3))
    in_call = list(ran)
    extractor.close()
    model(given.normal(6, 3))
    return {"ran in the call": in_call, "ran after close": ran[len(in_call) :]}


def check_two_extractors(kata, given):
    """Two extractors of one model do not disturb each other."""
    model, x = network(given), given.normal(6, 3)
    first, second = kata.FeatureExtractor(model, ["stem", "body"]), kata.FeatureExtractor(model, ["stem"])
    one, two, alone = first(x), second(x + 1), model(x)
    second.close()
    return {
        "out of the model, run without them": alone,
        **named(one, "of the first, feature"),
        **named(two, "of the second, feature"),
        **named(first(x + 2), "of the first once the second is closed, feature"),
    }


def check_mode(kata, given):
    """The model runs once, in the mode that it is in."""
    model = given.fill(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))).train()
    features = kata.FeatureExtractor(model, ["1"])(given.normal(6, 3))
    return {
        **named(features),
        "training afterwards": [module.training for module in model.modules()],
        "batches counted": model[1].num_batches_tracked,
    }


def check_freed(kata, given):
    """Features are freed once the caller has dropped them."""
    extractor = kata.FeatureExtractor(network(given), list(NAMES))
    features = extractor(given.normal(6, 3))
    alive = {name: weakref.ref(feature) for name, feature in features.items()}
    del features
    return {f"feature {name!r} is freed": ref() is None for name, ref in alive.items()}


def check_error_in_the_model(kata, given):
    """If the model raises, the caller learns of it, and the next call is right."""
    extractor = kata.FeatureExtractor(network(given), ["stem", "extra", "head"])
    bad = given.normal(6, 7)
    error = raises(RuntimeError, lambda: extractor(given.normal(6, 3), bad))
    return {"the error": error, **named(extractor(given.normal(6, 3)))}
