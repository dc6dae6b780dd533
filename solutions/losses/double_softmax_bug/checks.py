import pytest

from pytest_torchkata.checks import torch


def classifier(kata, given, in_features=4, num_classes=3):
    return given.fill(kata.Classifier(in_features, num_classes))


def observe(given, model, loss):
    given.backward(loss)
    return {"loss": loss, **{f"{name}.grad": p.grad for name, p in model.named_parameters()}}


def check_loss(kata, given, dtype, device):
    """The loss is the mean cross-entropy of the raw scores; its gradients follow."""
    model = classifier(kata, given)
    x, y = given.normal(6, 4), given.integers(0, 3, (6,))
    return observe(given, model, model.loss(x, y))


def check_training(kata, given):
    """On data that can be separated, training brings the loss below 0.01."""
    model = classifier(kata, given, 2, 2)
    x, y = given.tensor([[2.0, 1.0], [1.0, 3.0], [-2.0, 0.5], [-1.0, -1.0]]), torch.tensor([0, 0, 1, 1])
    for _ in range(50):
        model.zero_grad()
        model.loss(x, y).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 4.0 * parameter.grad
    return {"the loss is below 0.01": model.loss(x, y).item() < 0.01}


def check_forward(kata, given):
    """forward returns the scores as they are, with their graph."""
    model = classifier(kata, given)
    return {"scores": model(given.normal(6, 4))}


def check_probabilities(kata, given, dtype):
    """predict_proba gives probabilities over the classes, without a graph."""
    model = classifier(kata, given)
    x = given.normal(6, 4, requires_grad=True)
    return {"probabilities": model.predict_proba(x)}


def check_classes(kata, given):
    """predict gives the class of the largest score, as int64, without a graph."""
    model = classifier(kata, given, 4, 5)
    x = given.normal(8, 4, requires_grad=True)
    return {"classes": model.predict(x)}


@pytest.mark.parametrize("magnitude", [100.0, 1e4])
def check_large_scores(kata, given, magnitude):
    """Loss and gradients are right where the scores are large, right or wrong."""
    model = kata.Classifier(2, 3)
    rows = given.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5]])
    model.load_state_dict({"fc.weight": rows * magnitude, "fc.bias": torch.zeros_like(rows[:, 0])})
    model.to(rows.dtype)
    x, y = given.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]]), torch.tensor([0, 1, 2, 2])
    return {
        **observe(given, model, model.loss(x, y)),
        "probabilities": model.predict_proba(x),
        "classes": model.predict(x[:2]),
    }


@pytest.mark.parametrize("size", [(1, 3), (5, 1)])
def check_sizes(kata, given, size):
    """One sample, or one class."""
    samples, classes = size
    model = classifier(kata, given, 4, classes)
    x, y = given.normal(samples, 4), given.integers(0, classes, (samples,))
    return {
        "loss": model.loss(x, y),
        "probabilities": model.predict_proba(x),
        "classes": model.predict(x),
    }


@pytest.mark.parametrize("method", ["predict_proba", "predict"])
def check_left_as_it_was(kata, given, method):
    """Predicting leaves the mode of the model and the recording of gradients alone."""
    model = classifier(kata, given)
    x = given.normal(6, 4)
    observed = {}
    for before in ("train", "eval"):
        model.train(before == "train")
        getattr(model, method)(x)
        observed[f"mode after {method}, {before} before"] = "train" if model.training else "eval"
    observed["autograd records afterwards"] = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    with torch.no_grad():
        getattr(model, method)(x)
        observed["autograd records within no_grad"] = torch.is_grad_enabled()
    return observed


def check_state(kata, given):
    """The state dict has the parameters of fc, and nothing else."""
    state = kata.Classifier(4, 3).state_dict()
    return {"state dict": {name: tuple(state[name].shape) for name in sorted(state)}}
