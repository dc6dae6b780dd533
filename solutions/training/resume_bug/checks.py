import pickle
from pathlib import Path

import pytest

from pytest_torchkata.checks import F, nn, raises, torch

EPOCHS = 4


class Task:
    """Gives batches and new objects, the same ones for every run of a case."""

    def __init__(self, given, kind="plain", optimizer="SGD", schedule="constant", shuffle=False):
        self.given, self.kind, self.optimizer, self.schedule = given, kind, optimizer, schedule
        self.shuffle, self.epochs, self.losses, self.die_in = shuffle, [], 0, None
        self.data = [(given.normal(5, 4), given.normal(5, 3)) for _ in range(3)]

    def build(self, seed):
        """Build what a new process would: with other weights and at another random state."""
        # No bias before batch norm: its gradient would be nothing but rounding.
        layers = [nn.Linear(4, 6, bias=False), nn.Tanh(), nn.Linear(6, 3)]
        if self.kind == "regular":
            # On a GPU dropout would draw from a generator of which the statement does not speak.
            p = 0.4 if self.data[0][0].is_cpu else 0.0
            layers[1:1] = [nn.BatchNorm1d(6), nn.Dropout(p)]
        model = self.given.fill(nn.Sequential(*layers)).eval()  # the mode in which it trains is fit's to set
        if self.optimizer == "Adam":
            optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        else:
            momentum = 0.9 if self.optimizer == "momentum" else 0.0
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
        schedulers = torch.optim.lr_scheduler
        if self.schedule == "warm-up":
            scheduler = schedulers.OneCycleLR(optimizer, max_lr=0.3, total_steps=EPOCHS + 1)
        elif self.schedule == "restarts":
            scheduler = schedulers.CosineAnnealingWarmRestarts(optimizer, T_0=3)
        elif self.schedule == "steps":
            scheduler = schedulers.StepLR(optimizer, step_size=2, gamma=0.1)
        else:
            scheduler = schedulers.StepLR(optimizer, step_size=1000)
        torch.manual_seed(seed)
        return model, optimizer, scheduler

    def batches(self, epoch):
        self.epochs.append(epoch)
        self.losses = 0
        order = torch.randperm(3).tolist() if self.shuffle else range(3)

        batches = [self.data[index] for index in order]
        return [(x, y + 0.1 * epoch) for x, y in batches]

    def loss(self, prediction, y):
        self.losses += 1
        if self.epochs[-1] == self.die_in and self.losses == 2:  # one step of the epoch is taken
            raise KeyboardInterrupt
        return F.mse_loss(prediction, y) + 0.1 * prediction.square().mean()

    def run(self, kata, parts, epochs=EPOCHS, **options):
        return kata.fit(*parts, self.batches, self.loss, epochs, "run.pt", **options)


def state(parts):
    model, optimizer, _ = parts
    return {
        **{f"{name} afterwards": value for name, value in model.state_dict().items()},
        "learning rate afterwards": optimizer.param_groups[0]["lr"],
    }


def resumed(kata, task, stop=2):
    """Run for some epochs, and go on in new objects; return those and the losses."""
    task.run(kata, task.build(seed=1), epochs=stop)
    task.epochs.clear()
    parts = task.build(seed=2)
    return parts, task.run(kata, parts, resume=True)


@pytest.mark.parametrize("kind", ["plain", "regular"])
def check_uninterrupted(kata, given, kind, device):
    """A run that is never stopped: losses, weights and learning rate."""
    task = Task(given, kind, "momentum", "steps", shuffle=True)
    parts = task.build(seed=1)
    losses = task.run(kata, parts)
    return {"returned": losses, "epochs that were run": task.epochs, **state(parts)}


@pytest.mark.parametrize("stop", [2, 1, 3])
def check_epochs(kata, given, stop, device):
    """After resuming, the first epoch is the one after the last that was finished."""
    task = Task(given)
    _, losses = resumed(kata, task, stop)
    return {"epochs that were run": task.epochs, "number of losses": len(losses)}


def check_own_parameters(kata, given, device):
    """The model keeps its parameters and buffers, and the optimizer still steers them."""
    task = Task(given, "regular")
    task.run(kata, task.build(seed=1), epochs=2)
    model, optimizer, scheduler = task.build(seed=2)
    before = [*model.parameters(), *model.buffers()]
    task.run(kata, (model, optimizer, scheduler), resume=True)
    after = [*model.parameters(), *model.buffers()]
    steered = [p for group in optimizer.param_groups for p in group["params"]]
    return {
        "still the same objects": all(a is b for a, b in zip(after, before, strict=True)),
        "all steered by the optimizer": all(any(p is q for q in steered) for p in model.parameters()),
    }


def check_weights(kata, given, device, dtype):
    """Resuming a model without randomness, with plain SGD: losses and weights."""
    parts, losses = resumed(kata, Task(given))
    return {"losses": losses, **state(parts)}


@pytest.mark.parametrize("optimizer", ["momentum", "Adam"])
def check_optimizer(kata, given, optimizer, device):
    """Resuming with an optimizer that remembers: momentum and moments."""
    parts, losses = resumed(kata, Task(given, optimizer=optimizer))
    return {"losses": losses, **state(parts)}


@pytest.mark.parametrize("schedule", ["steps", "warm-up", "restarts"])
def check_schedule(kata, given, schedule, device):
    """Resuming with a schedule: the learning rates of all epochs."""
    task = Task(given, schedule=schedule)
    task.run(kata, task.build(seed=1), epochs=1)
    parts = task.build(seed=2)
    rates = []
    parts[1].register_step_pre_hook(lambda steps, *_: rates.append(steps.param_groups[0]["lr"]))
    task.run(kata, parts, resume=True)
    return {"learning rate of every step": rates, **state(parts)}


@pytest.mark.parametrize("kind", ["plain", "regular"])
def check_randomness(kata, given, kind, device):
    """Resuming with shuffled batches, dropout and batch norm."""
    parts, losses = resumed(kata, Task(given, kind, shuffle=True))
    return {"losses": losses, **state(parts)}


def check_stopped_again_and_again(kata, given, device):
    """Stopping after every single epoch gives what a run gives that is never stopped."""
    task = Task(given, "regular", "Adam", "warm-up", shuffle=True)
    losses = []
    for epochs in range(1, EPOCHS + 1):
        parts = task.build(seed=epochs)
        losses += task.run(kata, parts, epochs, resume=epochs > 1)
    return {"losses": losses, "epochs that were run": task.epochs, **state(parts)}


def check_killed_in_an_epoch(kata, given, device):
    """A run that dies in the middle of an epoch resumes at the start of that epoch."""
    task = Task(given, "regular", "momentum", "steps", shuffle=True)
    task.die_in = 2
    observed = {"died": raises(KeyboardInterrupt, lambda: task.run(kata, task.build(seed=1)))}
    task.die_in = None
    task.epochs.clear()
    parts = task.build(seed=2)
    losses = task.run(kata, parts, resume=True)
    return {**observed, "losses": losses, "epochs that were run": task.epochs, **state(parts)}


def check_finished(kata, given, device):
    """Resuming a finished run runs nothing, returns no losses, and restores the model."""
    task = Task(given, "regular")
    task.run(kata, task.build(seed=1))
    task.epochs.clear()
    parts = task.build(seed=2)
    losses = task.run(kata, parts, resume=True)
    return {"returned": losses, "epochs that were run": task.epochs, **state(parts)}


def check_no_file(kata, given, device):
    """Resuming without a file raises FileNotFoundError."""
    task = Task(given)
    parts = task.build(seed=1)
    return {"fit": raises(FileNotFoundError, lambda: task.run(kata, parts, resume=True))}


def check_starts_anew(kata, given, device):
    """Without resume, a file that is there is not read but replaced."""
    task = Task(given, "regular", "momentum")
    task.run(kata, task.build(seed=1), epochs=3)
    task.epochs.clear()
    losses = task.run(kata, task.build(seed=2), epochs=1)
    parts = task.build(seed=3)
    losses += task.run(kata, parts, epochs=2, resume=True)
    return {"losses": losses, "epochs that were run": task.epochs, **state(parts)}


def check_safe_file(kata, given, device):
    """torch.load reads the file with its default arguments; path may be a Path."""
    task = Task(given, "regular", "Adam", "warm-up")
    path = Path("run.pt")
    kata.fit(*task.build(seed=1), task.batches, F.mse_loss, 1, path)
    allowed = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    try:
        loading = raises(pickle.UnpicklingError, lambda: torch.load(path))
    finally:
        torch.serialization.add_safe_globals(allowed)
    losses = kata.fit(*task.build(seed=2), task.batches, F.mse_loss, 2, path, resume=True)
    return {"torch.load": loading, "losses": losses}
