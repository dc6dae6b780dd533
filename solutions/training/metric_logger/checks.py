import pytest

from pytest_torchkata.checks import F, nn, torch


class Writer:
    """Keeps what it is told, and looks at it only in the end."""

    def __init__(self):
        self.scalars, self.histograms, self.closed = {}, {}, False

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None):
        self.scalars.setdefault(tag, []).append((global_step, scalar_value))

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None):
        self.histograms.setdefault(tag, []).append((global_step, values))

    def flush(self):
        pass

    def close(self):
        self.closed = True


class Loader:
    """Yields the batches anew whenever it is asked, and has no length."""

    def __init__(self, given, sizes=(5, 4, 2)):
        self.batches = [(given.normal(n, 4), given.integers(0, 3, (n,))) for n in sizes]

    def __iter__(self):
        return iter(self.batches)


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def run(kata, given, model, optimizer=None, epochs=3, **options):
    writer = Writer()
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    steps = kata.train_with_logging(
        model, Loader(given), optimizer, F.cross_entropy, writer, epochs, **options
    )
    return steps, writer


def check_training(kata, given, device, dtype):
    """The model is trained as without logging, and the steps are counted."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    steps, _ = run(kata, given, model, log_every=2)
    weights = {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}
    return {"returned": steps, **weights}


@pytest.mark.parametrize("log_every", [1, 2, 3, 20])
def check_train_loss(kata, given, log_every, device):
    """train/loss: every log_every steps, counted through all epochs, as floats."""
    _, writer = run(kata, given, network(given), log_every=log_every)
    return {"train/loss as (step, value)": writer.scalars.get("train/loss")}


def check_default(kata, given, device):
    """Without log_every, every step is logged."""
    _, writer = run(kata, given, network(given))
    return {"steps of train/loss": [step for step, _ in writer.scalars.get("train/loss", ())]}


@pytest.mark.parametrize("log_every", [1, 4])
def check_epoch_loss(kata, given, log_every, device):
    """epoch/loss: the mean over all samples of the epoch, by epoch."""
    _, writer = run(kata, given, network(given), log_every=log_every)
    return {"epoch/loss as (epoch, value)": writer.scalars.get("epoch/loss")}


@pytest.mark.parametrize("log_every", [1, 2])
def check_rate(kata, given, log_every, device):
    """train/lr: the rate of the first group that the step is taken with."""
    model = network(given)
    groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.7}]
    optimizer = torch.optim.SGD(groups, lr=0.5)

    def decay(optimizer, args, kwargs):
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] / 2

    optimizer.register_step_post_hook(decay)
    _, writer = run(kata, given, model, optimizer, epochs=2, log_every=log_every)
    return {"train/lr as (step, value)": writer.scalars.get("train/lr")}


def check_histograms(kata, given, device):
    """Histograms: every trainable parameter after each epoch, as it was then."""
    model = network(given)
    model[0].bias.requires_grad_(False)
    trained = [p for p in model.parameters() if p.requires_grad]
    _, writer = run(kata, given, model, torch.optim.SGD(trained, lr=0.1))
    values = [value for calls in writer.histograms.values() for _, value in calls]
    return {
        "carry a graph": any(getattr(value, "requires_grad", False) for value in values),
        "tags": sorted(writer.histograms),
        **{
            f"{name} as (epoch, values)": [(step, torch.as_tensor(value).cpu()) for step, value in calls]
            for name, calls in sorted(writer.histograms.items())
        },
    }


def check_unused_parameter(kata, given, device):
    """A trainable parameter that has no gradient gets its histogram too."""
    model = network(given)
    model.register_parameter("spare", nn.Parameter(given.normal(2)))
    _, writer = run(kata, given, model, epochs=1)
    return {"tags": sorted(writer.histograms)}


def check_nothing_else(kata, given, device):
    """There are no other tags, and the writer stays open."""
    _, writer = run(kata, given, network(given))
    return {"scalar tags": sorted(writer.scalars), "closed": writer.closed}


def check_no_epochs(kata, given, device):
    """With no epochs there are no steps and no calls."""
    steps, writer = run(kata, given, network(given), epochs=0)
    return {
        "returned": steps,
        "scalars": sorted(writer.scalars),
        "histograms": sorted(writer.histograms),
    }
