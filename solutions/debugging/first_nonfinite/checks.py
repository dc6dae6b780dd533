import pytest

from pytest_torchkata.checks import nn, raises, torch


def module(function, **children):
    """Return a module whose forward is function(self, *args), with submodules."""

    class Module(nn.Module):
        def forward(self, *args):
            return function(self, *args)

    made = Module()
    for name, child in children.items():
        made.add_module(name, child)
    return made


def log():
    return module(lambda self, x: x.log())


def divide():
    """Return a module that makes an infinity, and no NaN, of every positive number."""
    return module(lambda self, x: x / 0)


def good():
    return module(lambda self, x: x.abs() + 1)


def found(kata, model, *inputs):
    return {"returned": kata.first_nonfinite(model, *inputs)}


def positive(given):
    return given.uniform(3, 4, low=0.5, high=2.0)


@pytest.mark.parametrize("culprit", ["NaN", "infinity", "minus infinity"])
def check_leaf(kata, given, culprit):
    """A module deep inside is found, by its dotted name, for NaN as for infinity."""
    made = {
        "NaN": lambda x: (-x).log(),
        "infinity": lambda x: x / 0,
        "minus infinity": lambda x: (x * 0).log(),
    }
    bad = module(lambda self, x: made[culprit](x))
    model = nn.Sequential(good(), nn.Sequential(good(), nn.Sequential(bad, good())), nn.Tanh())
    return found(kata, model, positive(given))


def check_finite(kata, given):
    """None if all is finite, however large the numbers are, and for integers as well."""
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    given.fill(model)
    ids = nn.Sequential(given.fill(nn.Embedding(5, 3)), nn.Tanh())
    large = torch.full((3, 4), 2e38, dtype=torch.float32)
    return {
        "a small model": kata.first_nonfinite(model, given.normal(2, 4)),
        "numbers whose sum would overflow": kata.first_nonfinite(nn.Sequential(nn.ReLU()), large),
        "integer inputs": kata.first_nonfinite(ids, given.integers(0, 5, (2, 3))),
    }


def check_half(kata):
    """An overflow of float16 is found where it happens."""
    model = nn.Sequential(module(lambda self, x: x * 100), module(lambda self, x: x * x), nn.Tanh())
    return found(kata, model, torch.tensor([1.0, 3.0], dtype=torch.float16))


def check_input(kata, given):
    """The answer is "input" if one of the inputs is not finite."""
    model = module(lambda self, a, b: self.log(a) + b, log=log())
    good_input, bad = given.tensor([1.0, 2.0]), given.tensor([1.0, float("inf")])
    return {
        "the first one": kata.first_nonfinite(model, bad, good_input),
        "the second one": kata.first_nonfinite(model, good_input, bad * 0),
        "neither": kata.first_nonfinite(model, good_input, good_input),
    }


def check_order(kata, given):
    """The first one is the first to run, not the first in the constructor."""
    model = module(lambda self, x: self.b(self.c(self.a(x))), a=good(), b=log(), c=divide())
    two = module(lambda self, x: self.b(x) + self.a(x), a=log(), b=divide())
    other = module(lambda self, x: self.a(x) + self.b(x), a=log(), b=divide())
    return {
        "two in a row": kata.first_nonfinite(model, positive(given)),
        "side by side": kata.first_nonfinite(two, -positive(given)),
        "side by side, the other way round": kata.first_nonfinite(other, -positive(given)),
    }


def check_own_arithmetic(kata, given):
    """A container is blamed for what it computes itself, and the root is the empty string."""
    between = module(lambda self, x: self.b(self.a(x) / 0), a=good(), b=good())
    after = module(lambda self, x: self.a(x) / 0, a=good())
    return {
        "between its modules": kata.first_nonfinite(nn.Sequential(good(), between, good()), positive(given)),
        "after its modules": kata.first_nonfinite(nn.Sequential(good(), after, good()), positive(given)),
        "in the root": kata.first_nonfinite(after, positive(given)),
        "in a root without modules": kata.first_nonfinite(divide(), positive(given)),
    }


def check_removed_again(kata, given):
    """A NaN or an infinity that does not reach the output is found too."""
    model = nn.Sequential(good(), divide(), module(lambda self, x: x.nan_to_num()), log())
    return found(kata, model, positive(given))


def check_structures(kata, given):
    """Outputs are looked into if they are tuples or dicts, and may hold other things as well."""
    first = module(lambda self, x: x[0])
    pair = nn.Sequential(good(), module(lambda self, x: (x, x / 0)), first)
    named = nn.Sequential(
        good(), module(lambda self, x: {"x": x, "y": x / 0}), module(lambda self, d: d["x"])
    )
    fine = nn.Sequential(module(lambda self, x: (x, None, 3)), first, log())
    return {
        "a tuple": kata.first_nonfinite(pair, positive(given)),
        "a dict": kata.first_nonfinite(named, positive(given)),
        "after a tuple that is fine": kata.first_nonfinite(fine, -positive(given)),
    }


def check_runs_twice(kata, given):
    """A module that runs twice is found in whichever run it is."""
    shrinking = module(lambda self, x: (x - 1.5).log())
    model = module(lambda self, x: self.out(self.layer(self.layer(x))), layer=shrinking, out=good())
    first = module(lambda self, x: self.layer(x) + self.layer(x + 2), layer=shrinking)
    return {
        "in the second run": kata.first_nonfinite(model, given.tensor([2.0, 3.0])),
        "in the first run": kata.first_nonfinite(first, given.tensor([1.0, 3.0])),
    }


def check_two_arguments(kata, given):
    """A submodule is not to blame if any of its arguments is not finite."""
    add = module(lambda self, x, y: x + y)
    model = module(lambda self, x: self.add(x, x / 0), add=add)
    swapped = module(lambda self, x: self.add(x / 0, x), add=add)
    return {
        "the second argument": kata.first_nonfinite(model, positive(given)),
        "the first argument": kata.first_nonfinite(swapped, positive(given)),
    }


def check_modes(kata, given):
    """The model runs once, without gradients, in the modes that it is in."""
    seen = []

    def forward(self, x):
        seen.append(f"{'train' if self.training else 'eval'}, gradients {torch.is_grad_enabled()}")
        return x / (0 if self.training else 1)

    model = nn.Sequential(module(forward).eval(), module(forward), good())
    return found(kata, model, positive(given)) | {"how the modules ran": seen}


def hooks(model):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(each, kind)) for each in model.modules() for kind in kinds)


@pytest.mark.parametrize("end", ["a NaN", "all finite", "an exception"])
def check_left_as_it_was(kata, given, end):
    """Model and random state are as they were, whatever the search ends with."""

    def last(self, x):
        if end == "an exception":
            raise ZeroDivisionError
        return x / 0 if end == "a NaN" else x

    layers = nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), module(last)
    model = given.fill(nn.Sequential(*layers))
    model[0].eval()
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    model[1].register_forward_hook(lambda *_: None)
    random = torch.get_rng_state()
    call = lambda: kata.first_nonfinite(model, given.normal(5, 4))  # noqa: E731
    outcome = raises(ZeroDivisionError, call) if end == "an exception" else call()
    return {
        "outcome": outcome,
        "state of the model": dict(model.state_dict()),
        "gradients": {name: p.grad for name, p in model.named_parameters()},
        "modes": {name: "train" if m.training else "eval" for name, m in model.named_modules()},
        "hooks, one of them the caller's": hooks(model),
        "random state left as it was": torch.equal(random, torch.get_rng_state()),
    }
