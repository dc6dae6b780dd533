import pytest

from pytest_torchkata.checks import F, nn, requirement, torch


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)))


def with_batch_norm(given):
    # No bias before batch norm: its gradient would be nothing but rounding, which Adam makes large.
    layers = nn.Linear(4, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)
    return given.fill(nn.Sequential(*layers))


def batch(given, n=5):
    return given.normal(n, 4), given.integers(0, 3, (n,))


@pytest.mark.parametrize(("steps", "lr"), [(1, 0.01), (4, 0.05)])
def check_losses(kata, given, device, steps, lr):
    """The loss before the first step and after the last one, as a tuple of floats."""
    model = network(given)
    return {"returned": kata.overfit_tiny_batch(model, F.cross_entropy, *batch(given), steps, lr)}


def check_defaults(kata, given):
    """200 steps at a rate of 1e-2 bring a healthy model close to zero."""
    model = network(given)
    # Far from each other: what the draw put side by side would take longer to tell apart.
    x = given.normal(5, 4, std=0.3) + 2 * torch.cat([torch.eye(4), -torch.ones(1, 4)])
    y = torch.arange(5) % 3
    first, last = kata.overfit_tiny_batch(model, F.cross_entropy, x, y)
    # Where the default rate would be 1e-3, or there were 100 steps, this would not get as far.
    line = nn.Linear(1, 1, bias=False).to(x.dtype)
    nn.init.zeros_(line.weight)
    line_x = torch.ones(2, 1, dtype=x.dtype)
    return {"loss before": first, "loss after": last} | {
        "losses of a straight line": kata.overfit_tiny_batch(line, F.mse_loss, line_x, 3 * line_x)
    }


@requirement(check_defaults, "loss after", within=0.02)
def is_small(loss):
    return None if 0 <= loss < 0.05 else "nearly zero"


def check_dead(kata, given):
    """A model that cannot learn does not seem to."""
    model = network(given)
    with torch.no_grad():
        model[0].bias.fill_(-100)
    dead = nn.Sequential(model[0], nn.ReLU(), nn.Linear(8, 3, bias=False).to(model[0].weight.dtype))
    return {"returned": kata.overfit_tiny_batch(dead, F.cross_entropy, *batch(given), steps=20)}


def check_no_steps(kata, given):
    """No steps give the same loss twice, in eval mode."""
    model = with_batch_norm(given)
    return {"returned": kata.overfit_tiny_batch(model, F.cross_entropy, *batch(given), steps=0)}


def check_batch_norm(kata, given):
    """Batch norm learns its statistics in train mode, and is measured with them."""
    model, (x, y) = with_batch_norm(given), batch(given)
    return {
        f"returned after {steps} steps": kata.overfit_tiny_batch(model, F.cross_entropy, x, y, steps)
        for steps in (4, 9)
    }


def check_modes(kata, given):
    """Passes with gradients are in train mode, those without in eval mode."""
    modes = {True: [], False: []}

    class Watched(nn.Linear):
        def forward(self, x):
            modes[torch.is_grad_enabled()].append("train" if self.training else "eval")
            return super().forward(x)

    model = given.fill(Watched(4, 3)).eval()
    kata.overfit_tiny_batch(model, F.cross_entropy, *batch(given), steps=3)
    return {
        "modes of the passes with gradients": modes[True],
        "modes of the passes without": sorted(set(modes[False])),
    }


def check_original(kata, given):
    """Weights, buffers, gradients, flags and modes of the model are as before."""
    model = with_batch_norm(given)
    model[3].bias.requires_grad_(False)
    model[1].eval()
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    returned = kata.overfit_tiny_batch(model, F.cross_entropy, *batch(given), steps=3)
    return {
        "returned": returned,
        "state of the model": dict(model.state_dict()),
        "gradients": {name: p.grad for name, p in model.named_parameters()},
        "requires_grad": {name: p.requires_grad for name, p in model.named_parameters()},
        "modes": {name: "train" if m.training else "eval" for name, m in model.named_modules() if name},
    }


def check_frozen(kata, given):
    """Frozen parameters stay as they are, in the copy too."""
    model = network(given)
    model[2].requires_grad_(False)
    return {"returned": kata.overfit_tiny_batch(model, F.cross_entropy, *batch(given), steps=4)}


def check_all_frozen(kata, given):
    """With nothing to train, the two losses are equal."""
    observed = {}
    for name, model in (("linear", network(given)), ("batch norm", with_batch_norm(given))):
        model.requires_grad_(False)
        returned = kata.overfit_tiny_batch(model, F.cross_entropy, *batch(given), steps=4)
        observed[f"returned for a frozen model with {name} layers"] = returned
    return observed


def check_all_steps(kata, given):
    """All steps are taken, also where the loss is zero from the start."""
    runs = []

    class Watched(nn.Linear):
        def forward(self, x):
            runs.extend([1] if torch.is_grad_enabled() else [])
            return super().forward(x)

    model = Watched(2, 1)
    nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
    x, y = torch.ones(3, 2, dtype=model.weight.dtype), torch.zeros(3, 1, dtype=model.weight.dtype)
    return {"returned": kata.overfit_tiny_batch(model, F.mse_loss, x, y, steps=7), "steps": len(runs)}
