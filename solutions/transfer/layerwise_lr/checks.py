import pytest

from pytest_torchkata.checks import nn, raises, torch


def block(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, outputs), nn.Tanh(), nn.Linear(outputs, outputs, bias=False))


def network(given):
    """Return a model whose names share beginnings, and whose parameters all differ in shape."""
    layers = {
        "conv1": nn.Linear(3, 4),
        "layer1": block(4, 5),
        "layer10": block(5, 6),
        "layer2": block(6, 7),
        "fc": nn.Linear(7, 2),
    }

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            for name, layer in layers.items():
                setattr(self, name, layer)

        def forward(self, x):
            return self.fc(self.layer2(self.layer10(self.layer1(self.conv1(x)))))

    return given.fill(Network())


def groups(kata, model, stages, base_lr=0.1, decay=0.5):
    """Observe the groups, with names in the place of parameters."""
    names = {id(p): name for name, p in model.named_parameters()}
    found = kata.layerwise_groups(model, stages, base_lr, decay)
    return {
        "names and rates": [(group["name"], group["lr"]) for group in found],
        "parameters": {
            group["name"]: sorted(names.get(id(p), "unknown") for p in group["params"]) for group in found
        },
    }


@pytest.mark.parametrize(
    "stages",
    [
        ["conv1", "layer1", "layer10", "layer2", "fc"],
        ["layer1", "layer2", "fc"],
        ["fc"],
        ["layer10", "conv1"],
    ],
)
def check_groups(kata, given, stages):
    """One group per stage with its rate, and one in front for what is left over."""
    return groups(kata, network(given), stages)


def check_rates(kata, given):
    """The rates for another base and decay; a decay of 1 makes them all equal."""
    model = network(given)
    stages = ["conv1", "layer1", "layer10", "fc"]
    several = groups(kata, model, stages, base_lr=0.02, decay=0.3)
    equal = groups(kata, model, stages, base_lr=0.02, decay=1.0)
    return {"decay 0.3": several["names and rates"], "decay 1": equal["names and rates"]}


def check_no_stages(kata, given):
    """Without stages all is left over, at base_lr; without parameters there are no groups."""
    frozen = network(given).requires_grad_(False)
    return groups(kata, network(given), []) | {
        "groups of a frozen model": kata.layerwise_groups(frozen, ["layer1", "fc"], 0.1, 0.5)
    }


@pytest.mark.parametrize("stages", [["layer1", "layer1.0", "fc"], ["layer1.0", "layer1", "fc"]])
def check_nested(kata, given, stages):
    """Of stages inside each other, the first in the list gets the parameters."""
    return groups(kata, network(given), stages)


def check_shared(kata, given):
    """A shared parameter is in the first stage that contains it, and in no other group."""
    model = nn.ModuleDict({name: nn.Linear(3, 3) for name in ("embedding", "body", "head", "other")})
    model["head"].weight = model["embedding"].weight
    model["other"].weight = model["body"].weight
    given.fill(model)
    return groups(kata, model, ["embedding", "body", "head"])


def check_frozen(kata, given):
    """Frozen parameters are in no group; a frozen stage keeps its place in the decay."""
    model = network(given)
    model.layer1.requires_grad_(False)
    model.layer2[0].requires_grad_(False)
    model.conv1.bias.requires_grad_(False)
    observed = groups(kata, model, ["layer1", "layer10", "layer2", "fc"])
    flags = {name: p.requires_grad for name, p in model.named_parameters()}
    return observed | {"requires_grad, left as it was": flags}


def check_lists(kata, given):
    """Groups hold lists of the model's own parameters, and can be used more than once."""
    model = network(given)
    found = kata.layerwise_groups(model, ["layer1", "fc"], 0.1, 0.5)
    return {
        "type": type(found).__name__,
        "types of params": [type(group["params"]).__name__ for group in found],
        "types of lr": [type(group["lr"]).__name__ for group in found],
        "parameters of Adam": sum(len(g["params"]) for g in torch.optim.Adam(found).param_groups),
        "parameters of SGD, made later": sum(len(g["params"]) for g in torch.optim.SGD(found).param_groups),
    }


def check_step(kata, given):
    """A step of SGD moves every parameter, by the rate of its group."""
    model = network(given)
    optimizer = torch.optim.SGD(kata.layerwise_groups(model, ["layer1", "layer2", "fc"], 0.1, 0.5))
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return {f"{name} after the step": p.detach() for name, p in model.named_parameters()}


def check_unknown(kata, given):
    """An unknown stage raises AttributeError, wherever it is in the list."""
    model = network(given)
    return {
        "an unknown one": raises(AttributeError, lambda: kata.layerwise_groups(model, ["layer3"], 0.1, 0.5)),
        "an unknown last one": raises(
            AttributeError, lambda: kata.layerwise_groups(model, ["layer1", "head"], 0.1, 0.5)
        ),
        "an unknown nested one": raises(
            AttributeError, lambda: kata.layerwise_groups(model, ["layer1.7", "fc"], 0.1, 0.5)
        ),
        "the beginning of a name": raises(
            AttributeError, lambda: kata.layerwise_groups(model, ["layer"], 0.1, 0.5)
        ),
    }
