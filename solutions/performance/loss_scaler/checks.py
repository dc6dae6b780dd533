import pytest

from pytest_torchkata.checks import raises, torch

NAN, INF = float("nan"), float("inf")


def parameters(given, *sizes):
    return [given.normal(*size, requires_grad=True) for size in sizes]


def sgd(params):
    return torch.optim.SGD(params, lr=0.25)


def set_gradients(scaler, given, params, bad=None):
    """Give every parameter a scaled gradient, as a backward would, with one bad value if asked for."""
    for p in params:
        p.grad = given.like(p) * scaler.get_scale()
    if bad is not None:
        params[-1].grad.view(-1)[params[-1].numel() // 2] = bad


def iteration(scaler, given, params, optimizer, bad=None):
    set_gradients(scaler, given, params, bad)
    ran = scaler.step(optimizer)
    scaler.update()
    return ran


def check_step(kata, given, device):
    """backward of the scaled loss, step and update: the step of the true gradient."""
    (w,) = parameters(given, (3, 2))
    scaler = kata.LossScaler(init_scale=256.0)
    loss = (w * given.normal(3, 2)).square().sum()
    scaled = scaler.scale(loss)
    scaled.backward()
    ran = scaler.step(sgd([w]))
    return {
        "scaled loss": scaled,
        "ran": ran,
        "weight afterwards": w.detach(),
        "gradient afterwards": w.grad,
        "scale": scaler.get_scale(),
    }


@pytest.mark.parametrize("loss_dtype", ["float16", "bfloat16", "float64"])
def check_scale(kata, given, loss_dtype):
    """A half loss is scaled in float32, where 65536 is no infinity, and its gradient comes back."""
    loss = given.tensor(2.75).to(getattr(torch, loss_dtype)).requires_grad_()
    scaled = kata.LossScaler().scale(loss)
    (scaled / 65536).backward()
    return {"scaled loss": scaled, "gradient of the loss": loss.grad}


def check_unscale(kata, given, device, dtype):
    """unscale_ divides the gradients in place, by the scale, and step does not do it again."""
    params = parameters(given, (2, 3), (4,))
    optimizer, scaler = sgd(params), kata.LossScaler(init_scale=24.0)
    set_gradients(scaler, given, params)
    grads = [p.grad for p in params]
    scaler.unscale_(optimizer)
    observed = {
        "gradients after unscale_": [grad.clone() for grad in grads],
        "still the same tensors": all(p.grad is g for p, g in zip(params, grads, strict=True)),
    }
    observed["ran"] = scaler.step(optimizer)
    return {**observed, "weights after the step": [p.detach() for p in params]}


def check_unscale_all(kata, given):
    """Every gradient is divided, also after one that is not finite."""
    params = parameters(given, (3,), (2, 2), (4,))
    scaler = kata.LossScaler(init_scale=24.0)
    set_gradients(scaler, given, params)
    params[0].grad[1] = INF
    scaler.unscale_(sgd(params))
    return {"gradients after unscale_": [p.grad for p in params]}


@pytest.mark.parametrize("first", ["unscale_", "step", "unscale_ and step"])
def check_unscale_twice(kata, given, first):
    """Unscaling an optimizer again before update raises; after update it does not."""
    params = parameters(given, (3,))
    optimizer, scaler = sgd(params), kata.LossScaler(init_scale=8.0)
    set_gradients(scaler, given, params)
    for name in first.split(" and "):
        getattr(scaler, name)(optimizer)
    observed = {
        "again": raises(RuntimeError, lambda: scaler.unscale_(optimizer)),
        "gradient after that": params[0].grad.clone(),
    }
    scaler.update()
    set_gradients(scaler, given, params)
    observed["after update"] = raises(RuntimeError, lambda: scaler.unscale_(optimizer))
    return {**observed, "gradient in the end": params[0].grad}


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("explicit", [True, False])
def check_bad_gradient(kata, given, bad, explicit):
    """One NaN or infinity in the middle of a large gradient: no step, and the scale goes down."""
    params = parameters(given, (3,), (40, 50))
    optimizer, scaler = sgd(params), kata.LossScaler(init_scale=1024.0, backoff_factor=0.25)
    before = [p.detach().clone() for p in params]
    set_gradients(scaler, given, params, float(bad))
    if explicit:
        scaler.unscale_(optimizer)
    observed = {"ran": scaler.step(optimizer), "scale before update": scaler.get_scale()}
    scaler.update()
    return {
        **observed,
        "scale after update": scaler.get_scale(),
        "weights left as they were": all(map(torch.equal, before, params)),
    }


def check_momentum(kata, given):
    """A step that is left out does not touch the optimizer's own state either."""
    params = parameters(given, (4,))
    optimizer, scaler = torch.optim.SGD(params, lr=0.25, momentum=0.9), kata.LossScaler(init_scale=64.0)
    ran = [iteration(scaler, given, params, optimizer, bad) for bad in (None, INF, None, NAN, None)]
    return {"ran": ran, "weight": params[0].detach(), "scale": scaler.get_scale()}


@pytest.mark.parametrize(
    ("script", "interval"),
    [("gggg", 2), ("ggbgggb", 3), ("gbgbggggg", 2), ("bbb", 1), ("ggg", 1), ("ggggbgggggg", 5)],
)
def check_script(kata, given, script, interval):
    """The scale after good (g) and bad (b) iterations, with a growth_interval."""
    params = parameters(given, (3, 2))
    optimizer = sgd(params)
    scaler = kata.LossScaler(1000.0, growth_factor=3.0, backoff_factor=0.7, growth_interval=interval)
    ran, scales = [], []
    for letter in script:
        ran.append(iteration(scaler, given, params, optimizer, INF if letter == "b" else None))
        scales.append(scaler.get_scale())
    return {"ran": ran, "scale after each": scales, "weight afterwards": params[0].detach()}


def check_defaults(kata, given):
    """The defaults: 65536, times 2 after 2000 good iterations, times 0.5 after a bad one."""
    params = parameters(given, (1,))
    optimizer, scaler = sgd(params), kata.LossScaler()
    params[0].grad = torch.zeros_like(params[0])
    scales = [scaler.get_scale()]
    for count in (1999, 1):
        for _ in range(count):
            scaler.unscale_(optimizer)
            scaler.update()
        scales.append(scaler.get_scale())
    iteration(scaler, given, params, optimizer, NAN)
    return {"scale at 0, 1999, 2000, and after a bad one": [*scales, scaler.get_scale()]}


@pytest.mark.parametrize("bad", ["first", "second", "first and second", "neither"])
@pytest.mark.parametrize("explicit", [True, False])
def check_two_optimizers(kata, given, bad, explicit):
    """Two optimizers: each is left out for its own gradients, and one bad one lowers the scale."""
    one, two = parameters(given, (3,), (2, 2)), parameters(given, (4,))
    optimizers = sgd(one), sgd(two)
    scaler = kata.LossScaler(init_scale=512.0, growth_interval=2)
    ran, scales = [], []
    for round_ in range(3):
        for name, params in (("first", one), ("second", two)):
            set_gradients(scaler, given, params, INF if name in bad and round_ != 1 else None)
        if explicit:
            for optimizer in optimizers:
                scaler.unscale_(optimizer)
        ran.append([scaler.step(optimizer) for optimizer in optimizers])
        scaler.update()
        scales.append(scaler.get_scale())
    return {"ran": ran, "scales": scales, "weights": [p.detach() for p in (*one, *two)]}


def check_missing_gradients(kata, given):
    """Parameters without a gradient are passed over, in every group."""
    one, two, three = parameters(given, (3,), (2,), (4,))
    optimizer = torch.optim.SGD([{"params": [one, two], "lr": 0.5}, {"params": [three]}], lr=0.25)
    scaler = kata.LossScaler(init_scale=16.0)
    set_gradients(scaler, given, [one, three])
    observed = {"ran": scaler.step(optimizer), "gradient that is missing": two.grad}
    return {**observed, "weights": [p.detach() for p in (one, two, three)]}


def check_state(kata, given):
    """A saved state goes on from where it was: the scale, and the count of good iterations."""

    def scaler_with():
        return kata.LossScaler(1000.0, growth_factor=3.0, backoff_factor=0.7, growth_interval=4)

    params = parameters(given, (3,))
    optimizer, scaler = sgd(params), scaler_with()
    for bad in (INF, None, None, None):
        iteration(scaler, given, params, optimizer, bad)
    state = scaler.state_dict()
    for bad in (None, INF, INF):  # which must not reach what was saved
        iteration(scaler, given, params, optimizer, bad)
    restored = scaler_with()
    restored.load_state_dict(state)
    scales = [restored.get_scale()]
    for bad in (None, None, NAN):
        iteration(restored, given, params, optimizer, bad)
        scales.append(restored.get_scale())
    return {"scale after loading, and after three more": scales}
