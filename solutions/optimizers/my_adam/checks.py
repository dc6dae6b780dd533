import pytest

from pytest_torchkata.checks import nn, saved_bytes, torch


def parameters(given):
    return [given.normal(3, 4, requires_grad=True), given.normal(5, requires_grad=True)]


def draw(given, weights, steps, std=1.0):
    """Draw a gradient for every weight and step."""
    return [[given.normal(*w.shape, std=std) for w in weights] for _ in range(steps)]


def run(adam, weights, gradients, shown=(1, 2, 20)):
    """Take a step with each of the gradients, and observe the weights after some."""
    names = ["weight"] if len(weights) == 1 else [f"weight {i}" for i in range(len(weights))]
    observed = {}
    for t, row in enumerate(gradients, start=1):
        for w, g in zip(weights, row, strict=True):
            w.grad = None if g is None else g.clone()
        adam.step()
        if t in shown:
            for name, w in zip(names, weights, strict=True):
                observed[f"{name} after step {t}"] = w.detach().clone()
    return observed


def check_first_step(kata, given, device):
    """The first step moves each weight by lr, whatever the scale of its gradient."""
    w = given.tensor([1.0, -2.0, 0.5, 3.0], requires_grad=True)
    gradient = given.tensor([0.01, -1.0, 50.0, -1e4])
    return run(kata.MyAdam([w], lr=0.1), [w], [[gradient]])


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)])
def check_twenty_steps(kata, given, betas):
    """Twenty steps, for several betas."""
    weights = parameters(given)
    adam = kata.MyAdam(weights, lr=0.1, betas=betas)
    return run(adam, weights, draw(given, weights, 20))


@pytest.mark.parametrize("eps", [1e-2, 1.0])
def check_eps(kata, given, eps):
    """eps is added to the root of the corrected v."""
    weights = parameters(given)
    adam = kata.MyAdam(weights, lr=0.1, eps=eps)
    return run(adam, weights, draw(given, weights, 3, std=0.1))


@pytest.mark.parametrize("weight_decay", [0.1, 1.0])
def check_weight_decay(kata, given, weight_decay):
    """weight_decay times the weight is part of the gradient that is averaged."""
    weights = parameters(given)
    adam = kata.MyAdam(weights, lr=0.1, weight_decay=weight_decay)
    return run(adam, weights, draw(given, weights, 20))


def check_missing_gradient(kata, given):
    """A parameter without a gradient waits: its weight, its averages and its count stay."""
    weights = parameters(given)
    gradients = draw(given, weights, 6)
    for t in (0, 2, 3):
        gradients[t][0] = None
    adam = kata.MyAdam(weights, lr=0.1, weight_decay=0.1)
    return run(adam, weights, gradients, shown=range(1, 7))


def check_zero_gradient(kata, given):
    """Where the gradient is zero from the start, the weight stays and nothing is NaN."""
    w = given.normal(6, requires_grad=True)
    gradients = [[g * given.tensor([1.0, 0, 1, 0, 0, 1])] for (g,) in draw(given, [w], 3)]
    return run(kata.MyAdam([w], lr=0.1), [w], gradients)


def check_gradient_gone(kata, given):
    """A gradient that has become zero is a gradient: the weight moves on, by less and less."""
    w = given.normal(6, requires_grad=True)
    gradients = draw(given, [w], 1) + [[torch.zeros_like(w)]] * 3
    return run(kata.MyAdam([w], lr=0.1), [w], gradients, shown=(1, 2, 4))


def check_lr(kata, given):
    """A change of lr takes effect in the next step."""
    (w, _) = weights = parameters(given)
    adam = kata.MyAdam(weights, lr=0.1)
    observed = {}
    for lr, row in zip((0.1, 0.01, 1.0), draw(given, weights, 3), strict=True):
        adam.lr = lr
        run(adam, weights, [row])
        observed[f"weight after a step with lr={lr}"] = w.detach().clone()
    return observed


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def check_gradients_left(kata, given, weight_decay):
    """step() leaves the gradients as they were."""
    weights = parameters(given)
    adam = kata.MyAdam(weights, lr=0.1, weight_decay=weight_decay)
    observed = {}
    for t, row in enumerate(draw(given, weights, 3), start=1):
        run(adam, weights, [row])
        observed |= {f"grad of weight {i} after step {t}": w.grad for i, w in enumerate(weights)}
    return observed


def check_in_place(kata, given):
    """The parameters stay the same leaves, in the same memory."""
    w = given.normal(3, 4, requires_grad=True)
    memory = w.detach()
    run(kata.MyAdam([w], lr=0.1), [w], draw(given, [w], 2))
    return {
        "what is in the weight's memory": memory,
        "weight": w.detach(),
        "requires grad": w.requires_grad,
        "is a leaf": w.is_leaf,
    }


def check_graph(kata, given):
    """step() records nothing for autograd, even if the gradient carries a graph."""
    w = given.normal(6, requires_grad=True)
    adam = kata.MyAdam([w], lr=0.1, weight_decay=0.1)
    observed = {}
    for t in (1, 2):
        (w.grad,) = torch.autograd.grad((w**4).sum(), w, create_graph=True)
        observed[f"bytes kept for backward by step {t}"] = saved_bytes(adam.step)
    return {**observed, "weight": w.detach()}


def check_generator(kata, given):
    """params may be a generator, as model.parameters() is; the defaults are as stated."""
    model = given.fill(nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)))
    adam = kata.MyAdam(model.parameters())
    return run(adam, list(model.parameters()), draw(given, list(model.parameters()), 2))


def check_any_shape(kata, given):
    """Parameters of any shape, one without dimensions among them, and several of the same shape."""
    weights = [given.normal(*shape, requires_grad=True) for shape in ((), (3,), (3,), (1, 1), (2, 1, 3), ())]
    return run(kata.MyAdam(weights, lr=0.1), weights, draw(given, weights, 3), shown=(1, 3))


@pytest.mark.dtypes("float64")
def check_float64(kata, given, dtype):
    """float64 parameters keep their precision."""
    weights = parameters(given)
    return run(kata.MyAdam(weights, lr=0.1), weights, draw(given, weights, 20))


def check_two_instances(kata, given):
    """Two instances do not share their state."""
    (a, _), (b, _) = parameters(given), parameters(given)
    gradients = draw(given, [a, b], 3)
    first = kata.MyAdam([a], lr=0.1)
    run(first, [a], [gradients[0][:1]])
    second = kata.MyAdam([b], lr=0.1)
    observed = {}
    for t, (g, h) in enumerate(gradients[1:], start=1):
        run(second, [b], [[h]])
        run(first, [a], [[g]])
        observed[f"first's weight after step {t + 1}"] = a.detach().clone()
        observed[f"second's weight after step {t}"] = b.detach().clone()
    return observed


def check_zero_grad(kata, given):
    """After zero_grad() the next backward starts afresh; a grad may be None."""
    used, unused = parameters(given)
    adam = kata.MyAdam([unused, used], lr=0.1)
    factor = given.normal(3, 4)
    (used * 7.0).sum().backward()
    adam.zero_grad()
    (used * factor).sum().backward()
    return {"grad of the next backward": used.grad}
