import pytest

from pytest_torchkata.checks import nn, torch


def parameters(given):
    return [given.normal(3, 4, requires_grad=True), given.normal(5, requires_grad=True)]


def draw(given, weights, steps, std=1.0):
    """Draw a gradient for every weight and step."""
    return [[given.normal(*w.shape, std=std) for w in weights] for _ in range(steps)]


def run(adamw, weights, gradients, shown=(1, 2, 20)):
    """Take a step with each of the gradients, and observe the weights after some."""
    names = ["weight"] if len(weights) == 1 else [f"weight {i}" for i in range(len(weights))]
    observed = {}
    for t, row in enumerate(gradients, start=1):
        for w, g in zip(weights, row, strict=True):
            w.grad = None if g is None else g.clone()
        adamw.step()
        if t in shown:
            for name, w in zip(names, weights, strict=True):
                observed[f"{name} after step {t}"] = w.detach().clone()
    return observed


@pytest.mark.parametrize("weight_decay", [0.1, 1.0])
def check_decay(kata, given, weight_decay, dtype, device):
    """Twenty steps: the decay acts on the weight, and not through the gradient."""
    weights = parameters(given)
    adamw = kata.MyAdamW(weights, lr=0.1, weight_decay=weight_decay)
    return run(adamw, weights, draw(given, weights, 20))


def check_scales(kata, given):
    """Weights decay equally, however large their gradients are."""
    weight = given.normal(4)
    weights = [weight.clone().requires_grad_() for _ in range(3)]
    adamw = kata.MyAdamW(weights, lr=0.1, weight_decay=0.5)
    gradients = [[g * scale for scale in (1e-2, 1.0, 1e3)] for (g,) in draw(given, weights[:1], 3)]
    return run(adamw, weights, gradients, shown=(1, 2, 3))


def check_zero_gradients(kata, given):
    """With gradients of zero a weight shrinks by 1 - lr * weight_decay in each step."""
    (w, _) = parameters(given)
    adamw = kata.MyAdamW([w], lr=0.2, weight_decay=0.5)
    return run(adamw, [w], [[torch.zeros_like(w)]] * 3, shown=(1, 2, 3))


def check_no_decay(kata, given):
    """Without decay it is Adam, with its betas and eps."""
    weights = parameters(given)
    adamw = kata.MyAdamW(weights, 0.1, (0.5, 0.9), 0.05, 0.0)
    return run(adamw, weights, draw(given, weights, 20, std=0.1))


def check_missing_gradient(kata, given):
    """A parameter without a gradient waits: no step, no decay, and its count stays."""
    weights = parameters(given)
    gradients = draw(given, weights, 6)
    for t in (0, 2, 3):
        gradients[t][0] = None
    adamw = kata.MyAdamW(weights, lr=0.1, weight_decay=0.5)
    return run(adamw, weights, gradients, shown=range(1, 7))


@pytest.mark.parametrize(
    "last", [{}, {"lr": 0.02}, {"lr": 0.0}, {"weight_decay": 0.0}, {"lr": 0.3, "weight_decay": 0.4}]
)
def check_groups(kata, given, last):
    """Each group has its own lr and weight_decay; what it does not say is the default."""
    weights = parameters(given)
    groups = [{"params": weights[:1], "lr": 0.05, "weight_decay": 1.0}, {"params": weights[1:], **last}]
    adamw = kata.MyAdamW(groups, lr=0.1, weight_decay=0.7)
    return run(adamw, weights, draw(given, weights, 5), shown=(1, 2, 5))


def check_generators(kata, given):
    """Generators work, for all parameters and in a group; the defaults are as stated."""
    model = given.fill(nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)))
    weights = list(model.parameters())
    gradients = draw(given, weights, 4)
    observed = run(kata.MyAdamW(model.parameters()), weights, gradients[:2], shown=(1, 2))
    groups = [{"params": layer.parameters(), "lr": lr} for layer, lr in ((model[0], 0.1), (model[1], 0.2))]
    more = run(kata.MyAdamW(groups), weights, gradients[2:], shown=(1, 2))
    return observed | {f"{name} by groups": value for name, value in more.items()}


@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
def check_gradients_left(kata, given, weight_decay):
    """step() leaves the gradients as they were."""
    weights = parameters(given)
    adamw = kata.MyAdamW(weights, lr=0.1, weight_decay=weight_decay)
    observed = {}
    for t, row in enumerate(draw(given, weights, 2), start=1):
        run(adamw, weights, [row])
        observed |= {f"grad of weight {i} after step {t}": w.grad for i, w in enumerate(weights)}
    return observed


def check_in_place(kata, given):
    """The parameters stay the same leaves, in the same memory."""
    w = given.normal(3, 4, requires_grad=True)
    memory = w.detach()
    run(kata.MyAdamW([w], lr=0.1, weight_decay=0.5), [w], draw(given, [w], 2))
    return {
        "what is in the weight's memory": memory,
        "weight": w.detach(),
        "requires grad": w.requires_grad,
        "is a leaf": w.is_leaf,
    }


def check_zero_grad(kata, given):
    """After zero_grad() the next backward starts afresh, in all groups."""
    used, unused = parameters(given)
    other = given.normal(2, requires_grad=True)
    adamw = kata.MyAdamW([{"params": [unused, used]}, {"params": [other], "lr": 0.1}])
    factors = given.normal(3, 4), given.normal(2)
    ((used * 7.0).sum() + (other * 7.0).sum()).backward()
    adamw.zero_grad()
    ((used * factors[0]).sum() + (other * factors[1]).sum()).backward()
    return {"grad in the first group": used.grad, "grad in the second group": other.grad}
