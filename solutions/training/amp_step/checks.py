import pytest

from pytest_torchkata.checks import F, nn, torch

UNEQUAL = (4, 1, 3)
INF = float("inf")


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batches(given, sizes=UNEQUAL):
    return [(given.normal(n, 4), given.integers(0, 3, (n,))) for n in sizes]


def sgd(model, lr=0.3):
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.SGD(trained, lr=lr, momentum=0.9)


def scaler_for(device, scale=1024.0, interval=100, **settings):
    return torch.amp.GradScaler(device.type, init_scale=scale, growth_interval=interval, **settings)


def weights(model, when="afterwards"):
    return {f"{name} {when}": p.detach() for name, p in model.named_parameters()}


def state(model, optimizer):
    """Copy all that a step changes: the weights, and what the optimizer keeps for them."""
    kept = [value for p in model.parameters() for value in optimizer.state.get(p, {}).values()]
    return [value.detach().clone() for value in [*model.parameters(), *kept] if value is not None]


def same(before, after):
    return len(before) == len(after) and all(map(torch.equal, before, after))


def check_one_micro_batch(kata, given, device):
    """A single micro-batch is an ordinary step: the true loss, and the step of the true gradient."""
    model = given.fill(nn.Linear(4, 3))
    x, y = given.normal(5, 4), given.normal(5, 3)
    with torch.no_grad():  # small whole numbers, of which low precision loses nothing
        for tensor in (*model.parameters(), x, y):
            tensor.copy_(given.integers(-3, 4, tensor.shape))
    returned = kata.amp_step(model, [(x, y)], F.mse_loss, sgd(model), scaler_for(device, 64.0))
    return {"returned": tuple(returned), **weights(model)}


@pytest.mark.parametrize("sizes", [(3, 3), UNEQUAL])
def check_several(kata, given, sizes, device):
    """Several micro-batches: every sample counts the same, in the loss and in the step."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device)
    returned = [
        tuple(kata.amp_step(model, batches(given, sizes), F.cross_entropy, optimizer, scaler))
        for _ in range(2)
    ]
    return {"returned": returned, **weights(model)}


def check_stale_gradients(kata, given, device):
    """Gradients from before the call do not count."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter) * 4
    returned = kata.amp_step(model, batches(given), F.cross_entropy, sgd(model), scaler_for(device, 4.0))
    return {"returned": tuple(returned), **weights(model)}


def check_precision(kata, given, device):
    """model and criterion run under autocast to float16, the backward outside of it."""
    model = network(given)
    observed = {name: [] for name in ("dtype of the output", "criterion under", "backward under")}

    def autocast():
        on = torch.is_autocast_enabled(device.type)
        return str(torch.get_autocast_dtype(device.type)) if on else "no autocast"

    def criterion(prediction, y):
        observed["dtype of the output"].append(str(prediction.dtype))
        observed["criterion under"].append(autocast())
        prediction.register_hook(lambda gradient: observed["backward under"].append(autocast()))
        return F.cross_entropy(prediction, y)

    kata.amp_step(model, batches(given), criterion, sgd(model), scaler_for(device))
    dtypes = sorted({str(p.dtype) for p in model.parameters()})
    return {**observed, "dtypes of the parameters": dtypes}


def check_order(kata, given, device):
    """Each micro-batch goes forward and back before the next begins, and then there is one step."""
    events = []
    model = network(given)

    def criterion(prediction, y):
        events.append(f"forward of {len(y)}")
        prediction.register_hook(lambda gradient: events.append(f"backward of {len(y)}"))
        return F.cross_entropy(prediction, y)

    optimizer = sgd(model)
    optimizer.register_step_pre_hook(lambda *_: events.append("step"))
    kata.amp_step(model, batches(given), criterion, optimizer, scaler_for(device))
    return {"order of events": events}


def check_reads(kata, given, device):
    """No loss is read as a number before the last backward."""
    from torch.utils._python_dispatch import TorchDispatchMode

    reads, left = [], len(UNEQUAL)

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            if func.overloadpacket is torch.ops.aten._local_scalar_dense and left:
                reads.append(str(func))
            return func(*args, **(kwargs or {}))

    def criterion(prediction, y):
        prediction.register_hook(done)
        return F.cross_entropy(prediction, y)

    def done(gradient):
        nonlocal left
        left -= 1

    model = network(given)
    data, optimizer, scaler = batches(given), sgd(model), scaler_for(device)
    with Watch():
        kata.amp_step(model, data, criterion, optimizer, scaler)
    return {"numbers read before the last backward": len(reads)}


@pytest.mark.parametrize("max_norm", [0.05, 50.0])
def check_clipping(kata, given, max_norm, device):
    """The true gradients of all micro-batches are clipped, together and once."""
    model = network(given)
    optimizer = sgd(model)
    seen = {}

    def before_step(optimizer, args, kwargs):
        seen.update({f"{n}.grad at the step": p.grad.clone() for n, p in model.named_parameters()})

    optimizer.register_step_pre_hook(before_step)
    scaler = scaler_for(device)
    kata.amp_step(model, batches(given), F.cross_entropy, optimizer, scaler, max_norm=max_norm)
    return seen


def check_frozen(kata, given, device):
    """Parameters that are frozen, and have no gradient, are left alone."""
    model = network(given)
    model[0].weight.requires_grad_(False)
    arguments = F.cross_entropy, sgd(model), scaler_for(device)
    returned = kata.amp_step(model, batches(given), *arguments, max_norm=0.5)
    return {"returned": tuple(returned), **weights(model)}


@pytest.mark.parametrize("place", [0, 1, 2])
def check_overflow(kata, given, place, device):
    """An overflow in any micro-batch: no step at all, a lower scale, and the next call goes on."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device)
    kata.amp_step(model, batches(given), F.cross_entropy, optimizer, scaler, max_norm=1.0)
    before = state(model, optimizer)
    data = batches(given)
    data[place][0][0, 1] = INF
    _, stepped = kata.amp_step(model, data, F.cross_entropy, optimizer, scaler, max_norm=1.0)
    observed = {
        "stepped": stepped,
        "scale": str(scaler.get_scale()),
        "weights and momentum left as they were": same(before, state(model, optimizer)),
    }
    returned = kata.amp_step(model, batches(given), F.cross_entropy, optimizer, scaler, max_norm=1.0)
    return {**observed, "returned by the next call": tuple(returned), **weights(model)}


def check_scale_too_large(kata, given, device):
    """A scale that is too large overflows although the loss is fine: it falls until a step fits."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device, 2.0**40, backoff_factor=2.0**-16)
    stepped, scales = [], []
    for _ in range(3):
        loss, one = kata.amp_step(model, batches(given), F.cross_entropy, optimizer, scaler)
        stepped.append((one, 0 < loss < 100))
        scales.append(str(scaler.get_scale()))
    return {"stepped, and the loss is a usual one": stepped, "scale after each call": scales}


def check_scheduler(kata, given, device):
    """The scheduler steps after each step of the optimizer, and not where there was none."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    rates = []
    for bad in (False, True, False, True, True):
        data = batches(given)
        if bad:
            data[1][0][0, 2] = INF
        kata.amp_step(model, data, F.cross_entropy, optimizer, scaler, scheduler)
        rates.append(round(optimizer.param_groups[0]["lr"], 6))
    return {"learning rate after each call": [str(rate) for rate in rates], **weights(model)}


@pytest.mark.parametrize("interval", [1, 2])
def check_growth(kata, given, interval, device):
    """A scale that grows after a good step does not hide that there was one."""
    model = network(given)
    optimizer, scaler = sgd(model), scaler_for(device, 8.0, interval)
    stepped, scales = [], []
    for _ in range(4):
        stepped.append(kata.amp_step(model, batches(given), F.cross_entropy, optimizer, scaler)[1])
        scales.append(str(scaler.get_scale()))
    return {"stepped": stepped, "scale after each call": scales, **weights(model)}


def check_disabled(kata, given, device):
    """A scaler with enabled=False: still float16, and every step is taken."""
    model = network(given)
    optimizer = sgd(model)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    scaler = torch.amp.GradScaler(device.type, enabled=False)
    dtypes = []
    model.register_forward_hook(lambda module, inputs, output: dtypes.append(str(output.dtype)))
    arguments = F.cross_entropy, optimizer, scaler, scheduler, 0.4
    returned = [tuple(kata.amp_step(model, batches(given), *arguments)) for _ in range(2)]
    rate = str(optimizer.param_groups[0]["lr"])
    return {"returned": returned, "dtypes of the outputs": dtypes, "learning rate": rate, **weights(model)}


def check_fused(kata, given, device):
    """A fused optimizer is called in any case; whether it has stepped is told right all the same."""
    model = network(given)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, fused=True)
    scaler = scaler_for(device)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    observed = {"stepped": [], "learning rates": []}
    unchanged = []
    for bad in (False, True, False):
        data = batches(given)
        if bad:
            data[2][0][0, 0] = INF
        before = state(model, optimizer)
        _, stepped = kata.amp_step(model, data, F.cross_entropy, optimizer, scaler, scheduler, 1.0)
        observed["stepped"].append(stepped)
        observed["learning rates"].append(str(optimizer.param_groups[0]["lr"]))
        unchanged.append(same(before, state(model, optimizer)))
    return {**observed, "weights and state left as they were": unchanged}
