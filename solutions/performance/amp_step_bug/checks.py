import pytest

from pytest_torchkata.checks import F, nn, torch

LOW = ["bfloat16", "float16"]


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batch(given, n=5):
    return given.normal(n, 4), given.integers(0, 3, (n,))


def sgd(model, lr=0.3):
    return torch.optim.SGD(model.parameters(), lr=lr)


def scaler_for(device, scale=1024.0, interval=2):
    return torch.amp.GradScaler(device.type, init_scale=scale, growth_interval=interval)


def weights(model, when="afterwards"):
    return {f"{name} {when}": p.detach() for name, p in model.named_parameters()}


def check_step(kata, given, device):
    """One step moves the weights by the true gradient, and returns the true loss."""
    model = given.fill(nn.Linear(4, 3))
    x, y = given.normal(5, 4), given.normal(5, 3)
    with torch.no_grad():  # small whole numbers, of which low precision loses nothing
        for tensor in (*model.parameters(), x, y):
            tensor.copy_(given.integers(-3, 4, tensor.shape))

    def loss_fn(prediction, y):
        return F.mse_loss(prediction, y, reduction="sum") + 1 / 3  # the third tells of rounding

    arguments = loss_fn, sgd(model, lr=0.01), scaler_for(device), 1e6, device.type
    return {"returned": kata.amp_train_step(model, x, y, *arguments), **weights(model)}


@pytest.mark.parametrize("low", LOW)
def check_precision(kata, given, low, device):
    """The model and the loss run in low precision, the backward outside of autocast."""
    model = network(given)
    observed = {}

    def on_output(module, inputs, output):
        observed["dtype of the model's output"] = str(output.dtype)

    def loss_fn(prediction, y):
        observed["loss_fn under autocast"] = torch.is_autocast_enabled(device.type)
        observed["dtype of autocast"] = str(torch.get_autocast_dtype(device.type))
        if prediction.requires_grad:
            prediction.register_hook(on_gradient)
        return F.cross_entropy(prediction, y)

    def on_gradient(gradient):
        observed["backward under autocast"] = torch.is_autocast_enabled(device.type)

    model.register_forward_hook(on_output)
    arguments = loss_fn, sgd(model), scaler_for(device), 1.0, device.type, getattr(torch, low)
    kata.amp_train_step(model, *batch(given), *arguments)
    dtypes = sorted({str(p.dtype) for p in model.parameters()})
    return {**observed, "dtypes of the parameters": dtypes}


@pytest.mark.parametrize("max_norm", [0.05, 50.0])
def check_clipping(kata, given, max_norm, device):
    """The true gradients are clipped, and only where their norm is above max_norm."""
    model = network(given)
    optimizer = sgd(model)
    seen = {}

    def before_step(optimizer, args, kwargs):
        seen.update({f"{n}.grad at the step": p.grad.clone() for n, p in model.named_parameters()})

    optimizer.register_step_pre_hook(before_step)
    arguments = F.cross_entropy, optimizer, scaler_for(device, 65536.0), max_norm, device.type
    kata.amp_train_step(model, *batch(given), *arguments)
    return seen


@pytest.mark.parametrize("low", LOW)
def check_several_steps(kata, given, low, device):
    """Several steps: each uses its own gradients, and the scale grows as the scaler has it."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device, 4.0)
    settings = optimizer, scaler, 50.0, device.type, getattr(torch, low)
    losses, scales = [], []
    for n in (5, 3, 4, 6):
        losses.append(kata.amp_train_step(model, *batch(given, n), F.cross_entropy, *settings))
        scales.append(scaler.get_scale())
    return {"returned": losses, "scale after each step": scales, **weights(model)}


def check_overflow(kata, given, device):
    """After an overflow no weight has moved, the scale is halved, and training goes on."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device, interval=10)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    settings = F.cross_entropy, optimizer, scaler, 1.0, device.type
    x, y = batch(given)
    x[2, 1] = float("inf")
    kata.amp_train_step(model, x, y, *settings)
    observed = {
        "scale after the overflow": scaler.get_scale(),
        "weights left as they were": all(torch.equal(before[n], p) for n, p in model.named_parameters()),
    }
    kata.amp_train_step(model, *batch(given), *settings)
    return {**observed, **weights(model, "one step later")}


def check_disabled(kata, given, device):
    """A scaler with enabled=False works as well."""
    model = network(given)
    optimizer, scaler = sgd(model), torch.amp.GradScaler(device.type, enabled=False)
    settings = F.cross_entropy, optimizer, scaler, 0.4, device.type
    dtypes = []
    model.register_forward_hook(lambda module, inputs, output: dtypes.append(str(output.dtype)))
    losses = [kata.amp_train_step(model, *batch(given, n), *settings) for n in (5, 3)]
    return {"returned": losses, "dtype of the model's output": dtypes, **weights(model)}
