import itertools
import warnings

import pytest

from pytest_torchkata.checks import F, nn, torch

EPOCHS = 3


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batches(given, sizes=(5, 4)):
    return [(given.normal(n, 4), given.integers(0, 3, (n,))) for n in sizes]


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def weights(model):
    return {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}


def train(kata, model, loader, optimizer, epochs=EPOCHS, **schedulers):
    """Train, and observe the rates, the weights, and whether torch warns of the order."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        rates = kata.train(model, loader, F.cross_entropy, optimizer, epochs, **schedulers)
    warned = any("optimizer.step()" in str(one.message) for one in said)
    return {"rates": rates, "torch warns of the order": warned} | weights(model)


def check_no_scheduler(kata, given):
    """Without a scheduler it is a plain loop, at the optimizer's own rate."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    return train(kata, model, batches(given), sgd(model))


def check_epoch_scheduler(kata, given):
    """epoch_scheduler steps once at the end of every epoch."""
    model = network(given)
    optimizer = sgd(model)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    return train(kata, model, batches(given), optimizer, epoch_scheduler=scheduler)


def check_batch_scheduler(kata, given):
    """batch_scheduler steps after every optimizer step, and a one-cycle schedule ends with the run."""
    model = network(given)
    optimizer = sgd(model)
    loader = batches(given, (5, 4, 3))
    steps = EPOCHS * len(loader)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.4, total_steps=steps)
    return train(kata, model, iterable(loader), optimizer, batch_scheduler=scheduler)


def iterable(loader):
    """Return an iterable that has no length."""

    class Loader:
        def __iter__(self):
            return iter(loader)

    return Loader()


def check_plateau(kata, given):
    """The plateau scheduler is told what validate returns, and lowers the rate by it."""
    model = network(given)
    optimizer = sgd(model)
    metrics = itertools.cycle([3.0, 4.0, 2.0, 2.5, 1.0])
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    return train(
        kata, model, batches(given), optimizer, 5, plateau=scheduler, validate=lambda model: next(metrics)
    )


@pytest.mark.parametrize("schedulers", ["batch epoch plateau", "epoch plateau", "batch"])
def check_order(kata, given, schedulers):
    """Every scheduler steps in its place."""
    model = network(given)
    optimizer = sgd(model)
    events = []
    optimizer.register_step_post_hook(lambda *_: events.append("optimizer"))

    class Recorder:
        def __init__(self, name):
            self.name = name

        def step(self, *metrics):
            events.append(" ".join([self.name, *map(str, metrics)]))

    validated = []

    def validate(model):
        validated.append(events.count("optimizer"))
        return 10.0 + len(validated)

    names = {"batch": "batch_scheduler", "epoch": "epoch_scheduler", "plateau": "plateau"}
    given_schedulers = {names[one]: Recorder(names[one]) for one in schedulers.split()}
    kata.train(model, batches(given), F.cross_entropy, optimizer, 2, **given_schedulers, validate=validate)
    return {"steps": events, "optimizer steps before each call of validate": validated}


def check_metric(kata, given):
    """validate gets the model as the epoch has left it."""
    model = network(given)
    seen = []

    def validate(model):
        seen.append(model[0].weight.detach().clone())
        return 1.0

    optimizer = sgd(model)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    observed = train(kata, model, batches(given), optimizer, plateau=scheduler, validate=validate)
    return {"0.weight when validate is called": seen} | observed


@pytest.mark.parametrize("before", ["train", "eval"])
def check_train_mode(kata, given, before):
    """Every batch is trained on in train mode, whatever validate leaves behind."""
    model = network(given).train(before == "train")
    modes = []
    model.register_forward_hook(lambda module, *_: modes.append("train" if module.training else "eval"))

    def validate(model):
        model.eval()
        return 1.0

    optimizer = sgd(model)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    kata.train(model, batches(given), F.cross_entropy, optimizer, 2, plateau=scheduler, validate=validate)
    return {"mode in every batch": modes}


def check_groups(kata, given):
    """The rates returned are floats of the first group, and no epochs give none."""
    model = network(given)
    groups = [{"params": model[0].parameters(), "lr": 0.3}, {"params": model[2].parameters(), "lr": 0.02}]
    optimizer = torch.optim.AdamW(groups)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [lambda n: 1 / (n + 1), lambda n: n + 1.0])
    observed = {
        "rates for no epochs": kata.train(model, batches(given), F.cross_entropy, optimizer, 0, scheduler)
    }
    return observed | train(kata, model, batches(given), optimizer, batch_scheduler=scheduler)


def check_every_epoch(kata, given):
    """Every epoch goes over the loader again, once, and gets the batches that it gives then."""
    model = network(given)
    passes = [batches(given) for _ in range(EPOCHS)]
    remaining = iter(passes)

    class Reshuffled:
        def __iter__(self):
            return iter(next(remaining))

    return train(kata, model, Reshuffled(), sgd(model)) | {"epochs left over": len(list(remaining))}
