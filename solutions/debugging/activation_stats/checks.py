import math

import pytest

from pytest_torchkata.checks import nn, torch


def report(kata, model, x):
    stats = kata.activation_stats(model, x)
    return {"layers": list(stats), "statistics": stats}


def check_linear_layers(kata, given, device, dtype):
    """Mean, standard deviation and share of zeros of every layer's output."""
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3), nn.Tanh())
    return report(kata, given.fill(model), given.normal(5, 4))


def check_nested(kata, given):
    """Leaves have dotted names; containers are left out, and so are leaves that do not run."""

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = nn.Linear(4, 4)
            self.body = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU())

        def forward(self, x):
            return self.body(x) * 2 + 1

    model = nn.Sequential(Block(), nn.MaxPool2d(2), nn.Flatten())
    return report(kata, given.fill(model), given.normal(3, 2, 4, 4))


def check_leaf(kata, given):
    """A model without submodules has the empty string as its name."""
    return report(kata, given.fill(nn.Linear(4, 3)), given.normal(5, 4))


def check_one_element(kata, given):
    """The standard deviation of one element is 0.0, as a float."""
    model = given.fill(nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 1), nn.ReLU()))
    return report(kata, model, given.normal(1, 4))


def check_zeros(kata, given):
    """Only what is exactly zero counts as zero, however small the rest is."""
    x = given.tensor([0.0, -0.0, 1e-30, -1e-12, 1e-8, 1.0, 0.0, -1.0])
    return report(kata, nn.Sequential(nn.Identity(), nn.ReLU()), x)


def check_far_from_zero(kata, given):
    """The deviation is right where the mean is a thousand times as large."""
    return report(kata, nn.Sequential(nn.Identity()), given.normal(50, 4).float() + 1000)


def check_order(kata, given):
    """Layers come in the order in which they run first, with the statistics of their last run."""

    class Reversed(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Linear(4, 3), nn.Linear(4, 4), nn.Tanh()

        def forward(self, x):
            return self.a(self.b(self.c(self.b(x))))

    return report(kata, given.fill(Reversed()), given.normal(5, 4))


def check_two_names(kata, given):
    """A layer with two names appears once, with the first."""
    layer = nn.Linear(4, 4)
    return report(kata, given.fill(nn.Sequential(layer, nn.Tanh(), layer)), given.normal(5, 4))


def check_in_place(kata, given):
    """The output counts as it was returned, not as a later layer has left it."""
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Linear(6, 3))
    return report(kata, given.fill(model), given.normal(5, 4))


def hooks(model):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(each, kind)) for each in model.modules() for kind in kinds)


@pytest.mark.parametrize("mode", ["train", "eval"])
def check_left_as_it_was(kata, given, mode):
    """The model runs in the modes that it is in, and is afterwards as it was."""
    graphs = []

    class Watched(nn.Tanh):
        def forward(self, x):
            graphs.append(torch.is_grad_enabled())
            return super().forward(x)

    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), Watched(), nn.BatchNorm1d(6))
    given.fill(model).train(mode == "train")
    model[3].eval()
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    model[1].register_forward_hook(lambda *_: None)
    observed = report(kata, model, given.normal(5, 4))
    return observed | {
        "state of the model": dict(model.state_dict()),
        "gradients": {name: p.grad for name, p in model.named_parameters()},
        "modes": {name: "train" if m.training else "eval" for name, m in model.named_modules()},
        "hooks, one of them the caller's": hooks(model),
        "gradients enabled in each run": graphs,
    }


def layer(mean=0.0, std=1.0, zeros=0.0):
    return {"mean": mean, "std": std, "zeros": zeros}


def check_diagnose(kata):
    """What explodes, vanishes or is dead, in that order; healthy layers are left out."""
    stats = {
        "healthy": layer(),
        "large": layer(std=1001.0),
        "just not large": layer(std=1000.0),
        "infinite": layer(std=math.inf),
        "nan": layer(mean=math.nan, std=math.nan),
        "small": layer(std=0.0009),
        "just not small": layer(std=0.001),
        "all zeros": layer(std=0.0, zeros=1.0),
        "mostly zeros": layer(std=0.5, zeros=0.96),
        "just dead": layer(zeros=0.95),
        "just not dead": layer(zeros=0.94),
        "large and dead": layer(std=5000.0, zeros=0.99),
        "far from zero": layer(mean=-1e6),
    }
    return {"diagnosis": kata.diagnose(stats), "diagnosis of nothing": kata.diagnose({})}


def check_limits(kata):
    """The limits can be chosen."""
    stats = {"a": layer(std=0.5), "b": layer(std=3.0), "c": layer(zeros=0.5), "d": layer(zeros=0.4)}
    return {
        "low=0.6": kata.diagnose(stats, low=0.6),
        "high=2": kata.diagnose(stats, high=2.0),
        "dead=0.5": kata.diagnose(stats, dead=0.5),
        "all three, by position": kata.diagnose(stats, 0.6, 2.0, 0.5),
    }


@pytest.mark.parametrize("gain", [0.1, 1.0, 2**0.5, 10.0])
def check_initialisations(kata, given, gain):
    """Deep stacks: too small, Xavier's, He's and too large an initialisation."""
    layers = [part for _ in range(6) for part in (nn.Linear(64, 64, bias=False), nn.ReLU())]
    model = given.fill(nn.Sequential(*layers), std=gain / 8)
    stats = kata.activation_stats(model, given.normal(32, 64))
    return {"std of every linear layer": [one["std"] for one in list(stats.values())[::2]]} | {
        "diagnosis": kata.diagnose(stats, low=1e-3, high=1e3)
    }
