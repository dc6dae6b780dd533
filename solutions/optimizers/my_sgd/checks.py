import pytest

from pytest_torchkata.checks import nn, raises, torch


def parameters(given):
    return [given.normal(3, 4, requires_grad=True), given.normal(5, requires_grad=True)]


def draw(given, weights, steps):
    """Draw a gradient for every weight and step."""
    return [[given.normal(*w.shape) for w in weights] for _ in range(steps)]


def run(sgd, weights, gradients, shown=(1, 2, 10)):
    """Take a step with each of the gradients, and observe the weights after some."""
    names = ["weight"] if len(weights) == 1 else [f"weight {i}" for i in range(len(weights))]
    observed = {}
    for t, row in enumerate(gradients, start=1):
        for w, g in zip(weights, row, strict=True):
            w.grad = None if g is None else g.clone()
        sgd.step()
        if t in shown:
            for name, w in zip(names, weights, strict=True):
                observed[f"{name} after step {t}"] = w.detach().clone()
    return observed


def check_plain(kata, given, device):
    """Without options a step subtracts lr times the gradient."""
    weights = parameters(given)
    return run(kata.MySGD(weights, lr=0.1), weights, draw(given, weights, 10))


@pytest.mark.parametrize("momentum", [0.5, 0.9])
def check_momentum(kata, given, momentum):
    """Ten steps with momentum."""
    weights = parameters(given)
    return run(kata.MySGD(weights, lr=0.1, momentum=momentum), weights, draw(given, weights, 10))


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def check_weight_decay(kata, given, momentum):
    """weight_decay times the weight is part of the gradient."""
    weights = parameters(given)
    sgd = kata.MySGD(weights, lr=0.1, momentum=momentum, weight_decay=0.5)
    return run(sgd, weights, draw(given, weights, 10))


@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
def check_nesterov(kata, given, weight_decay):
    """Nesterov adds momentum times the new velocity to the gradient."""
    weights = parameters(given)
    sgd = kata.MySGD(weights, 0.1, 0.8, weight_decay, True)
    return run(sgd, weights, draw(given, weights, 10))


@pytest.mark.parametrize("nesterov", [False, True])
def check_lr(kata, given, nesterov):
    """A change of lr takes effect in the next step, for all of the velocity."""
    (w, _) = weights = parameters(given)
    sgd = kata.MySGD(weights, lr=0.1, momentum=0.9, nesterov=nesterov)
    observed = {}
    for lr, row in zip((0.1, 0.01, 1.0, 0.0), draw(given, weights, 4), strict=True):
        sgd.lr = lr
        run(sgd, weights, [row])
        observed[f"weight after a step with lr={lr}"] = w.detach().clone()
    return observed


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def check_missing_gradient(kata, given, momentum):
    """A parameter without a gradient waits: its weight and its velocity stay."""
    weights = parameters(given)
    gradients = draw(given, weights, 6)
    for t in (0, 2, 3):
        gradients[t][0] = None
    sgd = kata.MySGD(weights, lr=0.1, momentum=momentum, weight_decay=0.5)
    return run(sgd, weights, gradients, shown=range(1, 7))


def check_zero_gradient(kata, given):
    """A gradient of zeros still decays the weight and uses up the velocity."""
    (w, _) = parameters(given)
    gradients = draw(given, [w], 1) + [[torch.zeros_like(w)]] * 2
    return run(kata.MySGD([w], lr=0.1, momentum=0.9, weight_decay=0.5), [w], gradients, shown=(1, 2, 3))


@pytest.mark.parametrize(("weight_decay", "momentum"), [(0.0, 0.9), (0.5, 0.0)])
def check_gradients_left(kata, given, weight_decay, momentum):
    """step() leaves the gradients as they were."""
    weights = parameters(given)
    sgd = kata.MySGD(weights, lr=0.1, momentum=momentum, weight_decay=weight_decay)
    observed = {}
    for t, row in enumerate(draw(given, weights, 3), start=1):
        run(sgd, weights, [row])
        observed |= {f"grad of weight {i} after step {t}": w.grad for i, w in enumerate(weights)}
    return observed


def check_same_gradient_tensor(kata, given):
    """A gradient tensor that is written anew each time does not change the velocity."""
    w = given.normal(6, requires_grad=True)
    w.grad = torch.zeros_like(w)
    sgd = kata.MySGD([w], lr=0.1, momentum=0.9)
    observed = {}
    for t in (1, 2, 3):
        w.grad.copy_(given.normal(6))
        sgd.step()
        observed[f"weight after step {t}"] = w.detach().clone()
    return observed


def check_in_place(kata, given):
    """The parameters stay the same leaves, in the same memory."""
    w = given.normal(3, 4, requires_grad=True)
    memory = w.detach()
    run(kata.MySGD([w], lr=0.1), [w], draw(given, [w], 2))
    return {
        "what is in the weight's memory": memory,
        "weight": w.detach(),
        "requires grad": w.requires_grad,
        "is a leaf": w.is_leaf,
    }


def recorded(call, grad):
    """Say whether autograd records any operation of ``call``; reading ``grad`` is none."""
    found = []

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor) and result is not grad:
                with torch._C.DisableTorchFunction():
                    found.append(result.grad_fn is not None)
            return result

    with Watch():
        call()
    return any(found)


@pytest.mark.parametrize("nesterov", [False, True])
def check_graph(kata, given, nesterov):
    """step() records nothing for autograd, even if the gradient carries a graph."""
    w = given.normal(6, requires_grad=True)
    sgd = kata.MySGD([w], lr=0.1, momentum=0.9, weight_decay=0.5, nesterov=nesterov)
    observed = {}
    for t in (1, 2):
        (w.grad,) = torch.autograd.grad((w**4).sum(), w, create_graph=True)
        observed[f"autograd records something in step {t}"] = recorded(sgd.step, w.grad)
    return {**observed, "weight": w.detach()}


def check_generator(kata, given):
    """params may be a generator, as model.parameters() is."""
    model = given.fill(nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)))
    sgd = kata.MySGD(model.parameters(), lr=0.1, momentum=0.9)
    return run(sgd, list(model.parameters()), draw(given, list(model.parameters()), 2))


def check_any_shape(kata, given):
    """Parameters of any shape, one without dimensions among them, and several of the same shape."""
    weights = [given.normal(*shape, requires_grad=True) for shape in ((), (3,), (3,), (1, 1), (2, 1, 3), ())]
    return run(kata.MySGD(weights, lr=0.1, momentum=0.9), weights, draw(given, weights, 3), shown=(1, 3))


@pytest.mark.dtypes("float64")
def check_float64(kata, given, dtype):
    """float64 parameters keep their precision."""
    weights = parameters(given)
    sgd = kata.MySGD(weights, lr=0.1, momentum=0.9, weight_decay=0.5)
    return run(sgd, weights, draw(given, weights, 10))


def check_two_instances(kata, given):
    """Two instances do not share their velocities."""
    (a, _), (b, _) = parameters(given), parameters(given)
    gradients = draw(given, [a, b], 3)
    first = kata.MySGD([a], lr=0.1, momentum=0.9)
    run(first, [a], [gradients[0][:1]])
    second = kata.MySGD([b], lr=0.1, momentum=0.9)
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
    sgd = kata.MySGD([unused, used], lr=0.1)
    factor = given.normal(3, 4)
    (used * 7.0).sum().backward()
    sgd.zero_grad()
    weight = used.detach().clone()
    sgd.step()
    observed = {"weight left as it was by a step after zero_grad": torch.equal(used, weight)}
    (used * factor).sum().backward()
    return {**observed, "grad of the next backward": used.grad}


def check_refusals(kata, given):
    """A negative lr, and nesterov without momentum, raise ValueError."""
    weights = parameters(given)
    return {
        "lr=-0.1": raises(ValueError, lambda: kata.MySGD(weights, lr=-0.1)),
        "nesterov without momentum": raises(ValueError, lambda: kata.MySGD(weights, 0.1, nesterov=True)),
        "lr=0": raises(ValueError, lambda: kata.MySGD(weights, lr=0.0)),
    }
