import pytest

from pytest_torchkata.checks import raises, torch

TASKS = {"topic": 5, "mood": 2, "language": 3}


def shapes(model):
    return [(key, tuple(value.shape)) for key, value in model.state_dict().items()]


def parameters(model, *tasks):
    return {
        f"heads.{t}.{n}": model.get_parameter(f"heads.{t}.{n}") for t in tasks for n in ("weight", "bias")
    }


def check_keys(kata):
    """The heads are registered under their names, in the order given."""
    model = kata.MultiHead(4, dict(TASKS))
    return {
        "state dict": shapes(model),
        "parameters": [name for name, _ in model.named_parameters()],
        "state dict with one task": shapes(kata.MultiHead(3, {"only": 1})),
    }


def check_default(kata, given):
    """Without heads the tasks are sentiment and topic, and in_features is 128."""
    model = kata.MultiHead()
    return {
        "state dict": shapes(model),
        "state dict for in_features=6": shapes(kata.MultiHead(6)),
        "shape of the scores of topic": tuple(model(given.normal(7, 128), "topic").shape),
    }


@pytest.mark.parametrize("task", TASKS)
def check_values(kata, given, task, device, dtype):
    """The scores of each task, raw."""
    model = given.fill(kata.MultiHead(4, dict(TASKS)))
    return {"scores": model(given.normal(6, 4), task)}


@pytest.mark.parametrize("leading", [(), (1,), (2, 5)])
def check_dimensions(kata, given, leading):
    """Any number of leading dimensions, none included."""
    model = given.fill(kata.MultiHead(4, dict(TASKS)))
    return {"scores": model(given.normal(*leading, 4), "mood")}


def check_gradients(kata, given):
    """Only the head that was asked for gets gradients; the others keep None."""
    model, x = given.fill(kata.MultiHead(4, dict(TASKS))), given.normal(6, 4, requires_grad=True)
    given.backward(model(x, "mood"))
    gradients = {f"gradient of {name}": p.grad for name, p in parameters(model, *TASKS).items()}
    return {"x.grad": x.grad, **gradients}


def check_one_runs(kata, given):
    """Only the head that was asked for runs, and once."""
    model, ran = given.fill(kata.MultiHead(4, dict(TASKS))), []
    for task in TASKS:
        head = model.get_submodule(f"heads.{task}")
        head.register_forward_hook(lambda *_, task=task: ran.append(task))
    model(given.normal(6, 4), "mood")
    return {"heads that ran": ran}


@pytest.mark.parametrize("task", ["weather", "keys", ""])
def check_unknown(kata, given, task):
    """A task that is not among them raises KeyError."""
    model = given.fill(kata.MultiHead(4, dict(TASKS)))
    return {f"task {task!r}": raises(KeyError, lambda: model(given.normal(6, 4), task))}


def check_dict(kata, given):
    """The caller's dict is not changed, and changing it afterwards changes nothing."""
    tasks = dict(TASKS)
    model = given.fill(kata.MultiHead(4, tasks))
    left = tasks == TASKS
    del tasks["mood"]
    tasks["weather"] = 4
    x = given.normal(6, 4)
    return {
        "the dict is as it was": left,
        "a task that was taken out": raises(KeyError, lambda: model(x, "mood")),
        "a task that was put in": raises(KeyError, lambda: model(x, "weather")),
        "keys": list(model.state_dict()),
    }


def check_two_instances(kata, given):
    """Two instances share nothing, made with the default or from one dict."""
    observed = {}
    for name, heads in (("default", None), ("given", dict(TASKS))):
        first, second = given.fill(kata.MultiHead(4, heads)), kata.MultiHead(4, heads)
        with torch.no_grad():
            for parameter in second.parameters():
                parameter.zero_()
        observed |= {f"{key} of the first, {name} heads": v for key, v in first.state_dict().items()}
    return observed


def check_input(kata, given):
    """A transposed view is read right, and x is left as it was."""
    model, x = given.fill(kata.MultiHead(4, dict(TASKS))), given.normal(4, 6)
    before = x.clone()
    return {"scores": model(x.t(), "topic"), "x left as it was": torch.equal(x, before)}
