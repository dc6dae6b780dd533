import pytest

from pytest_torchkata.checks import nn, raises, torch


def network(given):
    """Return a model with batch norm, a head that is called fc, and a gradient on every parameter."""
    layers = {
        "body": nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh()),
        "side": nn.Linear(4, 6),
        "fc": nn.Linear(6, 5),
    }

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            for name, layer in layers.items():
                setattr(self, name, layer)

        def forward(self, x):
            return self.fc(self.body(x) + self.side(x))

    model = given.fill(Network())
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    return model


def flags(model):
    return {name: p.requires_grad for name, p in model.named_parameters()}


def gradients(model):
    return {name: p.grad for name, p in model.named_parameters()}


def modes(model):
    return {name: "train" if m.training else "eval" for name, m in model.named_modules()}


def check_freeze(kata, given):
    """Frozen parameters need no gradient and hold none; those beside them are as they were."""
    model = network(given)
    model.fc.eval()
    kata.freeze(model.body)
    return {
        "requires_grad": flags(model),
        "gradients": gradients(model),
        "modes": modes(model),
        "state of the model": dict(model.state_dict()),
    }


def check_backward(kata, given):
    """A backward pass reaches what is not frozen, and only that."""
    model = network(given)
    kata.freeze(model.body)
    model.zero_grad()
    given.backward(model(given.normal(5, 4)))
    return {"gradients": gradients(model)}


@pytest.mark.parametrize("name", ["AdamW", "SGD"])
def check_optimizer(kata, given, name):
    """An optimizer over all parameters leaves frozen ones alone, decay and old gradients or not."""
    model = network(given)
    kind = {"AdamW": torch.optim.AdamW, "SGD": torch.optim.SGD}[name]
    more = {"momentum": 0.9} if name == "SGD" else {}
    optimizer = kind(model.parameters(), lr=0.1, weight_decay=0.5, **more)
    optimizer.step()
    kata.freeze(model.body)
    kata.freeze(model.fc)
    optimizer.step()
    return {f"{name} after a step": p.detach() for name, p in model.named_parameters()}


def check_unfreeze(kata, given):
    """Unfreezing turns gradients on for one part, and leaves the rest as it is."""
    model = network(given)
    kata.freeze(model)
    kata.unfreeze(model.side)
    one = flags(model)
    kata.unfreeze(model)
    return {"requires_grad of one part": one, "requires_grad of all": flags(model), "modes": modes(model)}


def check_count(kata, given):
    """Total and trainable elements; shared parameters count once, buffers do not."""
    model = network(given)
    tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3, bias=False))
    tied[1].weight = tied[0].weight
    partly = network(given)
    partly.body.requires_grad_(False)
    return {
        "a model": kata.count_parameters(model),
        "a model that is partly frozen": kata.count_parameters(partly),
        "a model with a shared weight": kata.count_parameters(tied),
        "no parameters": kata.count_parameters(nn.ReLU()),
    }


def describe(layer):
    return {
        "type": type(layer).__name__,
        "shape of the weight": tuple(layer.weight.shape),
        "bias": None if layer.bias is None else tuple(layer.bias.shape),
        "dtype": str(layer.weight.dtype),
        "device": str(layer.weight.device),
        "mode": "train" if layer.training else "eval",
        "requires_grad": sorted({p.requires_grad for p in layer.parameters()}),
        "out_features": layer.out_features,
    }


def check_head(kata, given):
    """The new head is in the place of the old one, returned, and used by the model."""
    model = network(given)
    head = kata.replace_head(model, "fc", 3)
    given.fill(head)
    return describe(model.fc) | {
        "what is returned is in the model": head is model.fc,
        "output of the model": model(given.normal(5, 4)),
        "parameters": [name for name, _ in model.named_parameters()],
    }


@pytest.mark.parametrize("name", ["classifier.1", "blocks.0.out", "classifier.3"])
def check_nested(kata, given, name):
    """A dotted name leads to a head inside other modules, at the same place in the order."""
    blocks = nn.ModuleList([nn.ModuleDict({"out": nn.Linear(2, 7), "after": nn.Tanh()})])
    classifier = nn.Sequential(nn.Tanh(), nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5))
    model = nn.ModuleDict({"blocks": blocks, "classifier": classifier})
    head = kata.replace_head(model, name, 6)
    return {
        "modules": {name: type(module).__name__ for name, module in model.named_modules()},
        "what is returned is in the model": head is model.get_submodule(name),
        "shapes": {name: tuple(p.shape) for name, p in model.named_parameters()},
    }


@pytest.mark.parametrize("kind", ["double", "without bias", "eval", "meta"])
def check_alike(kata, kind):
    """The new head has the dtype, bias, mode and device of the old one."""
    model = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 5, bias=kind != "without bias"))
    if kind == "double":
        model.double()
    elif kind == "meta":
        model.to("meta")
    elif kind == "eval":
        model[1].eval()
    return describe(kata.replace_head(model, "1", 2))


def check_derived(kata):
    """A class derived from nn.Linear is an nn.Linear as well."""

    class Projection(nn.Linear):
        pass

    model = nn.Sequential(nn.Linear(4, 3), Projection(3, 5))
    head = kata.replace_head(model, "1", 2)
    return {"shape": tuple(head.weight.shape), "returned is in the model": model[1] is head}


def check_trainable(kata, given):
    """The head is trainable although all of the model was frozen, and nothing else has become so."""
    model = network(given).requires_grad_(False)
    kata.replace_head(model, "fc", 3)
    return {"requires_grad": flags(model)}


def check_fresh(kata, given):
    """The new head has new weights, in the range of an nn.Linear, also for as many classes."""
    model = network(given)
    old = model.fc
    before = old.weight.detach().clone()
    head = kata.replace_head(model, "fc", 5)
    weight, bias = head.weight.detach().abs(), head.bias.detach().abs()
    return {
        "shares its weight with the old one": head.weight is old.weight,
        "weights of the old one": torch.equal(head.weight, before),
        "the old one as it was": torch.equal(old.weight, before) and old.out_features == 5,
        "largest weight between 0.2 and 0.41": 0.2 < weight.max().item() < 0.41,
        "largest bias between 0.001 and 0.41": 0.001 < bias.max().item() < 0.41,
    }


def check_refusals(kata, given):
    """TypeError for what is no linear layer, AttributeError for an unknown name; nothing changes."""

    class Lookalike(nn.Module):
        def __init__(self):
            super().__init__()
            self.in_features, self.out_features = 6, 5
            self.weight, self.bias = nn.Parameter(torch.ones(5, 6)), nn.Parameter(torch.ones(5))

    model = network(given)
    model.body.append(Lookalike())
    before = [type(module).__name__ for module in model.modules()]
    return {
        "batch norm": raises(TypeError, lambda: kata.replace_head(model, "body.1", 3)),
        "a layer of somebody's own, with in_features": raises(
            TypeError, lambda: kata.replace_head(model, "body.3", 3)
        ),
        "a container": raises(TypeError, lambda: kata.replace_head(model, "body", 3)),
        "an unknown name": raises(AttributeError, lambda: kata.replace_head(model, "classifier", 3)),
        "an unknown name inside": raises(AttributeError, lambda: kata.replace_head(model, "body.9", 3)),
        "the name of a parameter": raises(AttributeError, lambda: kata.replace_head(model, "fc.bias", 3)),
        "an unknown parent": raises(AttributeError, lambda: kata.replace_head(model, "head.fc", 3)),
        "modules left as they were": [type(module).__name__ for module in model.modules()] == before,
    }
