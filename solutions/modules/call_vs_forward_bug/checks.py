import pytest

from pytest_torchkata.checks import nn, raises, torch


def two_tower(kata, given, widths=(4, 4), norm=False):
    """Build a model on (..., 3) and (..., 5), with the modules that it was made of."""
    left, right = nn.Linear(3, widths[0]), nn.Linear(5, widths[1])
    if norm:
        left = nn.Sequential(left, nn.BatchNorm1d(widths[0]))
    head = nn.Linear(sum(widths), 2)
    return given.fill(kata.TwoTower(left, right, head))


def inputs(given, *leading, requires_grad=False):
    shape = leading or (6,)
    return (
        given.normal(*shape, 3, requires_grad=requires_grad),
        given.normal(*shape, 5, requires_grad=requires_grad),
    )


def parts(model):
    return {"left": model.left, "right": model.right, "head": model.head, "the model": model}


def count(register, kind, modules):
    """Register a hook on each module that counts its calls."""
    counts = {f"calls of a {kind} on {name}": 0 for name in modules}

    def hook(name):
        def run(*_):
            counts[f"calls of a {kind} on {name}"] += 1

        return run

    for name, module in modules.items():
        getattr(module, register)(hook(name))
    return counts


def modes(model):
    return {f"training of {name or 'the model'}": m.training for name, m in model.named_modules()}


def mixed(model):
    """Put the model into train mode, except for parts of it."""
    model.train()
    model.right.eval()
    model.left[1].eval()
    return model


def check_values(kata, given, device, dtype):
    """The towers' results, joined along the last dimension, go through the head."""
    model, (a, b) = two_tower(kata, given), inputs(given, requires_grad=True)
    out = model(a, b)
    given.backward(out)
    gradients = {f"gradient of {name}": p.grad for name, p in model.named_parameters()}
    return {"out": out, "a.grad": a.grad, "b.grad": b.grad, **gradients}


@pytest.mark.parametrize("leading", [(), (1,), (2, 7)])
def check_shapes(kata, given, leading):
    """Towers of different width, and any leading dimensions."""
    model = two_tower(kata, given, widths=(4, 2))
    a, b = given.normal(*leading, 3), given.normal(*leading, 5)
    return {"out": model(a, b), "predicted": kata.predict(model, a, b)}


@pytest.mark.parametrize(
    ("kind", "register"),
    [("forward hook", "register_forward_hook"), ("forward pre-hook", "register_forward_pre_hook")],
)
def check_hooks(kata, given, kind, register):
    """Hooks on the towers, the head and the model run once in each call."""
    model = two_tower(kata, given)
    counts = count(register, kind, parts(model))
    model(*inputs(given))
    return counts


def check_work(kata, given):
    """Each module does its work once in each call."""
    worked = []

    class Counting(nn.Linear):
        def __init__(self, name, *sizes):
            super().__init__(*sizes)
            self.name = name

        def forward(self, x):
            worked.append(self.name)
            return super().forward(x)

    left, right, head = Counting("left", 3, 4), Counting("right", 5, 4), Counting("head", 8, 2)
    model = given.fill(kata.TwoTower(left, right, head))
    model(*inputs(given))
    called = sorted(worked)
    kata.predict(model, *inputs(given))
    return {"in a call": called, "in a prediction": sorted(worked[len(called) :])}


@pytest.mark.parametrize("part", ["left", "right", "head"])
def check_replaced(kata, given, part):
    """What a hook returns in the place of an input or an output is used."""
    model, (a, b) = two_tower(kata, given), inputs(given)
    module = parts(model)[part]
    module.register_forward_pre_hook(lambda module, args: (args[0] * 2 + 1,))
    module.register_forward_hook(lambda module, args, out: out.abs() + 3)
    return {"out": model(a, b), "predicted": kata.predict(model, a, b)}


def check_backward_hooks(kata, given):
    """Backward hooks run once, and what they return is the gradient from there on."""
    model, (a, b) = two_tower(kata, given), inputs(given, requires_grad=True)
    counts = count("register_full_backward_hook", "backward hook", parts(model))
    model.left.register_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0] * 3,))
    model.head.register_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0] + 1,))
    given.backward(model(a, b))
    return {**counts, "a.grad": a.grad, "b.grad": b.grad}


def check_one_tower(kata, given):
    """The same module may be both towers; the modules are the ones that were given."""
    tower, head = nn.Linear(3, 4), nn.Linear(8, 2)
    model = given.fill(kata.TwoTower(tower, tower, head))
    counts = count("register_forward_hook", "forward hook", {"the tower": tower, "the head": head})
    out = model(given.normal(6, 3), given.normal(6, 3))
    return {"out": out, **counts, "parameters": sorted(name for name, _ in model.named_parameters())}


@pytest.mark.parametrize("recording", [True, False])
def check_predict(kata, given, recording, device):
    """predict gives what the model gives in eval mode, without a graph."""
    model, (a, b) = two_tower(kata, given, norm=True).train(), inputs(given, requires_grad=True)
    with torch.set_grad_enabled(recording):
        out = kata.predict(model, a, b)
        after = torch.is_grad_enabled()
    return {
        "predicted": out.detach(),
        "it carries a graph": out.requires_grad,
        "running mean afterwards": model.left[1].running_mean,
        "recording of gradients afterwards": after,
    }


@pytest.mark.parametrize(
    ("kind", "register"),
    [("forward hook", "register_forward_hook"), ("forward pre-hook", "register_forward_pre_hook")],
)
def check_predict_hooks(kata, given, kind, register):
    """In predict as well hooks run once, those on the model included."""
    model, (a, b) = two_tower(kata, given), inputs(given)
    counts = count(register, kind, parts(model))
    model.register_forward_hook(lambda module, args, out: out + 10)
    return {"predicted": kata.predict(model, a, b), **counts}


def check_any_model(kata, given):
    """predict takes any module that is called with a and b."""
    model, (a, b) = given.fill(nn.Bilinear(3, 5, 2)), inputs(given)
    counts = count("register_forward_hook", "forward hook", {"the model": model})
    return {"predicted": kata.predict(model, a, b), **counts}


@pytest.mark.parametrize("before", ["train", "eval", "mixed"])
def check_modes(kata, given, before):
    """predict leaves every submodule in the mode in which it found it."""
    model = two_tower(kata, given, norm=True)
    model = mixed(model) if before == "mixed" else model.train(before == "train")
    kata.predict(model, *inputs(given))
    return modes(model)


def check_modes_of_a_shared_part(kata, given):
    """A submodule that is part of both towers gets its own mode back."""
    frozen = nn.Dropout(0.5)
    left, right = nn.Sequential(nn.Linear(3, 4), frozen), nn.Sequential(nn.Linear(5, 4), frozen)
    model = given.fill(kata.TwoTower(left, right, nn.Linear(8, 2))).train()
    frozen.eval()
    kata.predict(model, *inputs(given))
    return modes(model)


@pytest.mark.parametrize("before", ["train", "mixed"])
def check_modes_after_an_error(kata, given, before):
    """If the model raises, predict lets the error pass, and still puts the modes back."""
    model = two_tower(kata, given, norm=True)
    model = mixed(model) if before == "mixed" else model.train()
    a, b = given.normal(6, 4), given.normal(6, 5)  # a does not fit
    return {
        "the error": raises(RuntimeError, lambda: kata.predict(model, a, b)),
        "recording of gradients afterwards": torch.is_grad_enabled(),
        **modes(model),
    }
