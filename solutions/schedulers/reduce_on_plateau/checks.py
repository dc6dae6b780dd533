import copy

import pytest

from pytest_torchkata.checks import raises, torch


def sgd(*rates):
    groups = [{"params": [torch.zeros(2)], "lr": rate} for rate in rates]
    return torch.optim.SGD(groups, lr=1.0)


def follow(scheduler, optimizer, metrics):
    """Take a step for every metric, and return the rates of each group after each."""
    names = ["rates"]
    if len(optimizer.param_groups) > 1:
        names = [f"rates of group {i}" for i in range(len(optimizer.param_groups))]
    observed = {name: [] for name in names}
    for metric in metrics:
        scheduler.step(metric)
        for name, group in zip(names, optimizer.param_groups, strict=True):
            observed[name].append(group["lr"])
    return observed


@pytest.mark.parametrize("metrics", [(6.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0)])
@pytest.mark.parametrize("patience", [2, 0])
def check_patience(kata, patience, metrics):
    """The rate goes down after more than patience bad epochs, and the count starts again."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=patience)
    return follow(scheduler, optimizer, metrics)


@pytest.mark.parametrize("metrics", [(5.0, 6.0, 4.0, 6.0, 6.0, 3.0, 6.0, 6.0, 2.0, 3.0, 3.0, 3.0)])
def check_in_a_row(kata, metrics):
    """Only bad epochs in a row count: a good one starts the count again."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=2)
    return follow(scheduler, optimizer, metrics)


@pytest.mark.parametrize("metrics", [(1.0, 2.0, 3.0, 2.5, 2.0, 3.5, 3.0, 4.0, 1.0, 1.0, 1.0)])
def check_max(kata, metrics):
    """In mode "max" a larger metric is better."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, mode="max", factor=0.5, patience=1)
    return follow(scheduler, optimizer, metrics)


@pytest.mark.parametrize(
    ("mode", "metrics"),
    [
        ("min", (8.0, 6.0, 5.0)),
        ("max", (8.0, 10.0, 11.0)),
        ("min", (8.0, 7.0, 6.5, 5.9, 4.0)),
        ("max", (8.0, 9.0, 9.5, 10.5, 14.0)),
    ],
)
def check_threshold(kata, mode, metrics):
    """A good epoch beats the best by more than the relative threshold, here 0.25."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, mode, 0.5, patience=0, threshold=0.25)
    return follow(scheduler, optimizer, metrics)


@pytest.mark.parametrize("mode", ["min", "max"])
def check_negative(kata, mode):
    """Below zero the two inequalities hold as they stand: there a good epoch may be a little worse."""
    metrics = [-8.0, -7.0, -9.0, -8.5, -12.0, -10.0, -20.0]
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, mode, 0.5, patience=0, threshold=0.25)
    return follow(scheduler, optimizer, metrics)


@pytest.mark.parametrize("metrics", [(1.0, 3.0, 2.0, 1.5, 0.5, 0.75)])
def check_best_is_kept(kata, metrics):
    """A reduction does not forget the best so far."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=0)
    return follow(scheduler, optimizer, metrics)


@pytest.mark.parametrize(
    "metrics",
    [
        (1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0),
        (1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 0.5, 0.75, 0.75, 0.75, 0.75),
    ],
)
@pytest.mark.parametrize("cooldown", [3, 1])
def check_cooldown(kata, cooldown, metrics):
    """Bad epochs of the cooldown are not counted; good ones still set the best."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=2, cooldown=cooldown)
    return follow(scheduler, optimizer, metrics)


def check_groups(kata):
    """Every group is reduced, from the rate that it has then."""
    optimizer = sgd(1.0, 0.2, 30.0)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=1)
    observed = follow(scheduler, optimizer, [1.0] * 5)
    optimizer.param_groups[1]["lr"] = 7.0
    later = follow(scheduler, optimizer, [1.0] * 3)
    return observed | {f"{name}, group 1 set to 7": rates for name, rates in later.items()}


def check_min_lr(kata):
    """A rate goes down to min_lr, and one that is below it stays."""
    optimizer = sgd(1.0, 0.3, 0.25, 0.01)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=0, min_lr=0.2)
    return follow(scheduler, optimizer, [1.0] * 5)


def check_small_rates(kata):
    """A reduction is made however small it is."""
    optimizer = sgd(1e-6, 1e-9)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.1, patience=0)
    return follow(scheduler, optimizer, [1.0] * 4)


@pytest.mark.parametrize("first", [1.0, "nan"])
@pytest.mark.parametrize("mode", ["min", "max"])
def check_nan(kata, mode, first):
    """NaN is a bad epoch, and does not become the best."""
    metrics = [float(first), float("nan"), 2.0, 2.0, float("nan"), 2.0, float("nan")]
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, mode, factor=0.5, patience=1)
    return follow(scheduler, optimizer, metrics)


def check_defaults(kata):
    """The default settings are those of the signature."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer)
    return follow(scheduler, optimizer, [1.0, 0.99995, 0.9998, *[1.0] * 24])


@pytest.mark.parametrize("mode", ["min", "max"])
def check_long_run(kata, given, mode):
    """Eighty epochs with all settings at once."""
    trend = [0.97**epoch if mode == "min" else 1.03**epoch for epoch in range(80)]
    noise = given.uniform(80, low=0.8, high=1.25).tolist()
    metrics = [a * b for a, b in zip(trend, noise, strict=True)]
    optimizer = sgd(1.0, 0.3, 0.02)
    scheduler = kata.ReduceOnPlateau(
        optimizer, mode, factor=0.7, patience=2, threshold=0.05, cooldown=2, min_lr=0.05
    )
    return follow(scheduler, optimizer, metrics)


def not_plain(value):
    """Say which types in a state are not plain."""
    return ", ".join(sorted(set(odd_types(value)))) or "none"


def odd_types(value):
    if isinstance(value, (dict, list, tuple)):
        items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for item in items:
            yield from odd_types(item)
    elif value is not None and type(value) not in (bool, int, float, str):
        yield type(value).__name__


def check_snapshot(kata):
    """state_dict() consists of plain values, and later steps do not change it."""
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, patience=1, cooldown=1)
    follow(scheduler, optimizer, [2.0, 3.0])
    state = scheduler.state_dict()
    odd = not_plain(state)
    before = copy.deepcopy(state) if odd == "none" else None
    follow(scheduler, optimizer, [1.0, 2.0, 2.0, 2.0])
    observed = {"types that are not plain": odd, "unchanged by later steps": state == before}
    loaded = kata.ReduceOnPlateau(optimizer, patience=1, cooldown=1)
    loaded.load_state_dict(state)
    follow(loaded, optimizer, [1.0, 2.0, 2.0, 2.0])
    return observed | {"unchanged by a scheduler that has loaded it": state == before}


def check_tensor(kata, given):
    """A zero-dimensional tensor is accepted, and only its number is kept."""
    metrics = given.tensor([2.0, 1.0, 1.5, 1.5, 0.5, 1.0])
    optimizer = sgd(1.0)
    scheduler = kata.ReduceOnPlateau(optimizer, factor=0.5, patience=1)
    observed = follow(scheduler, optimizer, metrics.unbind())
    return observed | {"types that are not plain": not_plain(scheduler.state_dict())}


@pytest.mark.parametrize("epochs", [0, 2, 3, 4, 5, 7])
def check_resume(kata, epochs):
    """A scheduler that loads the state goes on exactly, in a streak and in a cooldown too."""
    metrics = [3.0, 2.0, 2.5, 2.5, 2.0, 2.0, 2.0, 2.0, 1.9, 2.0, 2.0, 2.0, 2.0]
    optimizer = sgd(1.0)
    settings = {"factor": 0.5, "patience": 1, "cooldown": 2}
    scheduler = kata.ReduceOnPlateau(optimizer, **settings)
    follow(scheduler, optimizer, metrics[:epochs])
    state = copy.deepcopy(scheduler.state_dict())
    resumed_optimizer = sgd(optimizer.param_groups[0]["lr"])
    resumed = kata.ReduceOnPlateau(resumed_optimizer, **settings)
    resumed.load_state_dict(state)
    return {
        "rates when resumed": follow(resumed, resumed_optimizer, metrics[epochs:])["rates"],
        "rates of the first scheduler": follow(scheduler, optimizer, metrics[epochs:])["rates"],
    }


def check_bad_arguments(kata):
    """An unknown mode and a factor of 1 or more raise ValueError in the constructor."""

    def make(**settings):
        return raises(ValueError, lambda: kata.ReduceOnPlateau(sgd(1.0), **settings))

    return {
        "mode='lower'": make(mode="lower"),
        "mode='MIN'": make(mode="MIN"),
        "factor=1.0": make(factor=1.0),
        "factor=10": make(factor=10),
        "mode='max', factor=0.99": make(mode="max", factor=0.99),
    }
