import pytest

from pytest_torchkata.checks import F, nn, torch


def network(given):
    """Its rows have lengths on both sides of the limits that the checks use."""
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batch(given):
    return given.normal(5, 4), given.integers(0, 3, (5,))


def optimizer_for(model, name="SGD", lr=0.2):
    if name == "Adam":
        return torch.optim.Adam(model.parameters(), lr=lr / 4)
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def parameters(model):
    return {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}


@pytest.mark.parametrize("max_norm", [100.0, 0.8])
def check_loss(kata, given, device, max_norm):
    """The loss of the weights that were handed in, from before the step, as a float."""
    model = network(given)
    step = optimizer_for(model)
    return {"returned": kata.train_step(model, *batch(given), F.cross_entropy, step, max_norm)}


def check_plain_step(kata, given, device):
    """With a limit that no row reaches, it is an ordinary step."""
    model = network(given)
    kata.train_step(model, *batch(given), F.cross_entropy, optimizer_for(model), 100.0)
    return parameters(model)


def check_rows(kata, given, device):
    """With a learning rate of 0: long rows are scaled to max_norm, the others stay as they are."""
    model = given.fill(nn.Linear(2, 5))
    rows = given.tensor([[3.0, -4.0], [0.3, 0.4], [0.0, 0.0], [-1.2, 1.6], [0.0, 1.9]])
    model.load_state_dict({"weight": rows, "bias": model.bias.detach()})
    x, y = given.normal(3, 2), given.normal(3, 5)
    kata.train_step(model, x, y, F.mse_loss, optimizer_for(model, lr=0.0), 2.0 - 0.2)
    return parameters(model)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_constrained_step(kata, given, device, optimizer):
    """The step uses the gradient at the weights of the forward pass, and the limit holds after it."""
    model = network(given)
    step = optimizer_for(model, optimizer)
    kata.train_step(model, *batch(given), F.cross_entropy, step, 0.8)
    longest = max(p.detach().norm(dim=1).max().item() for p in model.parameters() if p.dim() == 2)
    return {"a row is longer than max_norm": longest > 0.8 + 1e-4, **parameters(model)}


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_ten_steps(kata, given, device, optimizer):
    """Ten steps, with one optimizer and its state."""
    model = network(given)
    step, losses = optimizer_for(model, optimizer), []
    for _ in range(10):
        losses.append(kata.train_step(model, *batch(given), F.cross_entropy, step, 0.8))
    return {"returned": losses, **parameters(model)}


def check_other_shapes(kata, given, device):
    """Biases, and weights with more than two dimensions, are not constrained."""
    model = nn.Sequential(nn.Conv1d(2, 3, 2), nn.Flatten(), nn.Linear(9, 2))
    given.fill(model, std=2.0)
    x, y = given.normal(5, 2, 4), given.normal(5, 2)
    kata.train_step(model, x, y, F.mse_loss, optimizer_for(model, lr=0.01), 0.5)
    return parameters(model)


def check_every_matrix(kata, given, device):
    """A table of embeddings and a layer that no optimizer trains are constrained as well."""
    model = given.fill(nn.Sequential(nn.Embedding(6, 4), nn.Linear(4, 3)))
    model[1].requires_grad_(False)
    step = torch.optim.SGD(model[0].parameters(), lr=0.2)
    x, y = given.integers(0, 6, (5,)), given.integers(0, 3, (5,))
    kata.train_step(model, x, y, F.cross_entropy, step, 0.4)
    return parameters(model)


def check_stale_gradients(kata, given, device):
    """Gradients from before the call do not enter the step."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    kata.train_step(model, *batch(given), F.cross_entropy, optimizer_for(model), 0.8)
    return parameters(model)


def check_objects(kata, given):
    """The Parameter objects stay the caller's: the same ones, leaves, and without history."""
    model = network(given)
    before, step = list(model.parameters()), optimizer_for(model)
    kata.train_step(model, *batch(given), F.cross_entropy, step, 0.8)
    after = list(model.parameters())
    held = step.param_groups[0]["params"]
    return {
        "the model has its old parameters": [a is b for a, b in zip(after, before, strict=True)],
        "the optimizer has them too": [a is b for a, b in zip(held, before, strict=True)],
        "parameters with a grad_fn": [n for n, p in model.named_parameters() if p.grad_fn is not None],
        "require a gradient": [p.requires_grad for p in after],
    }


def check_called_once(kata, given):
    """The model is called once, in the mode that it is in."""
    model = given.fill(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)))
    kata.train_step(model, *batch(given), F.cross_entropy, optimizer_for(model), 0.8)
    buffers = {f"{name} afterwards": buffer for name, buffer in model.named_buffers()}
    return {"training": model.training, **buffers}
