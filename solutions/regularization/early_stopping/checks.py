import pytest

from pytest_torchkata.checks import nn, raises, torch

NAN, INF = float("nan"), float("inf")


def network(given):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    return given.fill(model)


def train(model, given):
    """Change every parameter and every buffer, as an epoch of training does: in place."""
    model.train()
    model(given.normal(5, 3, mean=2.0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += given.like(parameter)


def state(model, when):
    return {f"{name} {when}": value.clone() for name, value in model.state_dict().items()}


def decisions(kata, given, losses, **options):
    """Return what step says until it says stop."""
    stopping, model, said = kata.EarlyStopping(**options), network(given), []
    for loss in losses:
        said.append(stopping.step(loss, model))
        if said[-1]:
            break
    return stopping, {"step returned": said}


CURVES = {
    "one bad epoch is not enough": (2, [0.9, 0.8, 0.85, 0.7, 0.75, 0.6]),
    "two bad epochs in a row": (2, [0.9, 0.8, 0.85, 0.82, 0.1]),
    "bad epochs that are not in a row": (
        3,
        [0.9, 1.0, 1.0, 0.8, 1.0, 0.7, 1.0, 1.0, 0.6, 1.0, 1.0, 1.0, 0.1],
    ),
    "down again, but not below the best": (3, [0.9, 0.5, 0.8, 0.7, 0.6, 0.4]),
    "patience of one": (1, [0.9, 0.8, 0.81, 0.1]),
    "an equal loss is no improvement": (2, [0.5, 0.5, 0.5, 0.4]),
    "negative losses": (2, [-1.0, -3.0, -2.0, -4.0, -4.0, -3.5, -5.0]),
}


@pytest.mark.parametrize("curve", CURVES)
def check_decisions(kata, given, curve):
    """Training stops after patience epochs in a row without an improvement."""
    patience, losses = CURVES[curve]
    stopping, observed = decisions(kata, given, losses, patience=patience)
    return {**observed, "best_loss": stopping.best_loss, "best_epoch": stopping.best_epoch}


def check_default(kata, given):
    """Without an argument patience is 5 and min_delta is 0."""
    losses = [1.0, 0.9999999, *[2.0] * 7]
    stopping, observed = decisions(kata, given, losses)
    return {**observed, "best_epoch": stopping.best_epoch}


@pytest.mark.parametrize(
    "losses",
    [
        [1.0, 0.875, 0.75, 0.625, 0.5, 0.375],  # each a little lower: against the best, not the one before
        [1.0, 0.75, 0.5, 0.5, 0.5],  # lower by just min_delta
        [1.0, 0.5, 0.375, 0.125, 0.0, -0.125],
        [1.0, 1.125, 1.125, 0.5],
    ],
    ids=str,
)
def check_min_delta(kata, given, losses):
    """An improvement is lower than the best loss by more than min_delta (here 0.25)."""
    stopping, observed = decisions(kata, given, losses, patience=3, min_delta=0.25)
    return {**observed, "best_loss": stopping.best_loss, "best_epoch": stopping.best_epoch}


@pytest.mark.parametrize(
    "losses", [[NAN, 0.5, NAN, NAN, 0.4], [NAN, NAN, 0.5], [0.5, NAN, 0.4, 0.6, NAN]], ids=str
)
def check_nan(kata, given, losses):
    """NaN is never an improvement, and counts as an epoch without one."""
    stopping, observed = decisions(kata, given, losses, patience=2)
    return {**observed, "best_loss": stopping.best_loss}


def check_nan_epochs(kata, given):
    """Epochs with NaN count in best_epoch as well."""
    stopping, _ = decisions(kata, given, [NAN, 0.5, NAN, 0.25], patience=3)
    return {"best_epoch": stopping.best_epoch}


def check_tensors(kata, given):
    """A zero-dimensional tensor is fine as a loss, and best_loss is a Python float."""
    stopping, model, said = kata.EarlyStopping(patience=2), network(given), []
    loss = given.tensor(0.0)
    for value in [0.75, 0.5, 1.0, 1.0]:
        loss.fill_(value)  # the same tensor, as a running average is
        said.append(stopping.step(loss, model))
    return {"step returned": said, "best_loss": stopping.best_loss, "best_epoch": stopping.best_epoch}


def check_restore(kata, given):
    """restore brings back weights and buffers of the best epoch."""
    stopping, model = kata.EarlyStopping(patience=9), network(given)
    observed = {}
    for epoch, loss in enumerate([0.9, 0.4, 0.6, 0.5]):
        train(model, given)
        stopping.step(loss, model)
        if epoch == 1:
            observed = state(model, "at the best epoch")
    stopping.restore(model)
    return {**observed, **state(model, "restored")}


def check_restore_again(kata, given):
    """After a restore and more training, restore brings back the same."""
    stopping, model = kata.EarlyStopping(), network(given)
    train(model, given)
    stopping.step(0.5, model)
    for _ in range(2):
        train(model, given)
        stopping.restore(model)
    train(model, given)
    stopping.restore(model)
    return state(model, "restored")


def check_later_best(kata, given):
    """A later improvement after a restore replaces what is remembered."""
    stopping, model = kata.EarlyStopping(), network(given)
    for loss in (0.5, 0.7):
        train(model, given)
        stopping.step(loss, model)
    stopping.restore(model)
    train(model, given)
    stopping.step(0.25, model)
    train(model, given)
    stopping.restore(model)
    return state(model, "restored")


def check_other_model(kata, given):
    """The state can be restored into another model of the same structure."""
    stopping, model, other = kata.EarlyStopping(), network(given), network(given)
    stopping.step(0.5, model)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    stopping.restore(other)
    train(other, given)
    same = [torch.equal(value, before[name]) for name, value in model.state_dict().items()]
    stopping.restore(other)
    return {**state(other, "restored"), "the first model is left alone": all(same)}


def check_same_parameters(kata, given):
    """The parameters stay the same objects, and modes and requires_grad as they are."""
    stopping, model = kata.EarlyStopping(), network(given)
    model[0].weight.requires_grad_(False)
    held, stored = list(model.parameters()), [p.data_ptr() for p in model.parameters()]
    stopping.step(0.5, model.train())
    train(model, given)
    model.eval()[1].train()
    stopping.restore(model)
    return {
        "the same objects": all(one is other for one, other in zip(held, model.parameters(), strict=True)),
        "the same memory": stored == [p.data_ptr() for p in model.parameters()],
        "requires_grad": [p.requires_grad for p in model.parameters()],
        "modes": [module.training for module in model.modules()],
    }


def check_step_leaves_the_model(kata, given):
    """step changes neither weights nor modes."""
    stopping, model = kata.EarlyStopping(patience=2), network(given)
    model.train()[1].eval()
    before = [value.clone() for value in model.state_dict().values()]
    for loss in (0.5, 0.6, 0.7):
        stopping.step(loss, model)
    return {
        "state as it was": all(map(torch.equal, before, model.state_dict().values())),
        "modes": [module.training for module in model.modules()],
    }


@pytest.mark.parametrize("losses", [[], [NAN, NAN]], ids=str)
def check_nothing_to_restore(kata, given, losses):
    """Before the first improvement best_loss is infinite and restore raises RuntimeError."""
    stopping, model = kata.EarlyStopping(), network(given)
    for loss in losses:
        stopping.step(loss, model)
    return {"best_loss": stopping.best_loss, "restore": raises(RuntimeError, lambda: stopping.restore(model))}
