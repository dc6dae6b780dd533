import pytest

from pytest_torchkata.checks import nn, requirement, torch


def share(mask):
    return mask.float().mean().item()


def mixed_model(kata, given, p=0.4):
    """Return a model with a Net, a batch norm that has seen data, and a dropout layer."""
    model = nn.Sequential(
        kata.Net(3, 20, 6, p), nn.BatchNorm1d(6), nn.Sequential(nn.Dropout(p), nn.Linear(6, 4))
    )
    given.fill(model)
    with torch.no_grad():
        model[1].running_mean.copy_(given.normal(6))
        model[1].running_var.copy_(given.uniform(6, low=0.5, high=2.0))
    return model


def predict(kata, model, x, n):
    """Return what mc_predict returns, and the results of the model that it has seen."""
    results = []
    handle = model.register_forward_hook(lambda module, inputs, out: results.append(out.detach().clone()))
    try:
        mean, std = kata.mc_predict(model, x, n)
    finally:
        handle.remove()
    return mean, std, results


def close(one, other):
    return one.shape == other.shape and torch.allclose(one, other, rtol=1e-3, atol=1e-5)


def check_eval(kata, given, device, dtype):
    """In eval mode Net is deterministic: fc1, ReLU, fc2."""
    model, x = nn.Sequential(given.fill(kata.Net(3, 7, 4))), given.normal(5, 3, requires_grad=True)
    out = model.eval()(x)
    given.backward(out)
    return {"out": out, "out of a second call": model(x), "x.grad": x.grad}


@pytest.mark.parametrize("p", [0.2, 0.5, 0.7])
def check_train(kata, given, p):
    """In train mode each hidden unit is dropped with probability p, and the rest is scaled."""
    net = kata.Net(3, 300, 300, p)
    with torch.no_grad():
        net.fc1.weight.copy_(given.uniform(300, 3, low=0.1, high=1.0))  # so that ReLU drops nothing
        net.fc1.bias.zero_()
        net.fc2.weight.copy_(torch.eye(300))
        net.fc2.bias.fill_(0.25)
    x = given.uniform(100, 3, low=0.5, high=2.0)
    hidden = net.fc1(x)
    out = net.train()(x) - 0.25
    gone = out.abs() < 1e-5
    return {
        "share of hidden units dropped": share(gone),
        "share of the others that are divided by 1 - p": share(
            (out / hidden - 1 / (1 - p)).abs()[~gone] < 1e-3
        ),
        "two calls drop the same": torch.equal(gone, (net(x) - 0.25).abs() < 1e-5),
    }


@requirement(check_train, "share of hidden units dropped", within=0.04)
def about_p(value, p):
    return None if abs(value - p) < 0.05 else f"about {p}"


def check_no_dropout(kata, given):
    """With p = 0 train mode is eval mode."""
    net, x = given.fill(kata.Net(3, 7, 4, 0.0)), given.normal(5, 3)
    return {"out in train mode": net.train()(x), "out in eval mode": net.eval()(x)}


def check_default(kata, given):
    """Without an argument p is 0.5, and fc1 and fc2 hold all parameters."""
    net = kata.Net(3, 400, 2)
    with torch.no_grad():
        net.fc1.weight.zero_()
        net.fc1.bias.fill_(1.0)
        net.fc2.weight.fill_(1 / 400)
        net.fc2.bias.zero_()
    out = net.train()(given.normal(200, 3))  # the share of the units that are left, divided by 0.5
    return {
        "spread of the mean over 400 hidden units": out[:, 0].std().item(),
        "shapes of the parameters": {name: list(p.shape) for name, p in net.named_parameters()},
    }


@requirement(check_default, "spread of the mean over 400 hidden units", within=0.02)
def as_of_a_half(value):
    return None if 0.035 < value < 0.065 else "about 0.05, as for p = 0.5"


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("n", [2, 9])
def check_statistics(kata, given, n, mode):
    """mc_predict returns mean and unbiased standard deviation of n different results."""
    model, x = mixed_model(kata, given).train(mode == "train"), given.normal(5, 3)
    mean, std, results = predict(kata, model, x, n)
    stacked = torch.stack(results)
    return {
        "calls of the model": len(results),
        "the calls give different results": bool((stacked != stacked[0]).any()),
        "mean is that of the results": close(mean, stacked.mean(0)),
        "std is the unbiased one of the results": close(
            std, ((stacked - stacked.mean(0)) ** 2).sum(0).div(n - 1).sqrt()
        ),
    }


def check_net_alone(kata, given):
    """mc_predict works for a Net alone, in eval mode too."""
    net, x = given.fill(kata.Net(3, 20, 4)).eval(), given.normal(5, 3)
    mean, std, results = predict(kata, net, x, 4)
    return {
        "calls of the model": len(results),
        "elements of std above zero": int((std > 1e-4).sum()),
        "mean is that of the results": close(mean, torch.stack(results).mean(0)),
    }


def check_dropout_layers(kata, given):
    """mc_predict works for a model that holds nn.Dropout layers and no Net."""
    model = given.fill(
        nn.Sequential(nn.Linear(3, 20), nn.Sequential(nn.Tanh(), nn.Dropout(0.5)), nn.Linear(20, 4))
    )
    mean, std, results = predict(kata, model.eval(), given.normal(5, 3), 4)
    return {
        "calls of the model": len(results),
        "elements of std above zero": int((std > 1e-4).sum()),
        "mean is that of the results": close(mean, torch.stack(results).mean(0)),
    }


@pytest.mark.parametrize("mode", ["eval", "train"])
def check_batch_norm(kata, given, mode):
    """During mc_predict batch norm uses its running statistics, and leaves them alone."""
    model, x = mixed_model(kata, given, p=0.0).train(mode == "train"), given.normal(5, 3, mean=2.0)
    mean, std = kata.mc_predict(model, x, 3)
    return {
        "mean with p = 0": mean,
        "std with p = 0 is zero": bool((std.abs() < 1e-5).all()),
        "running_mean afterwards": model[1].running_mean,
        "num_batches_tracked afterwards": model[1].num_batches_tracked,
    }


@pytest.mark.parametrize(
    "modes", ["all in train", "all in eval", "batch norm frozen", "only a dropout in train"]
)
def check_modes(kata, given, modes):
    """Afterwards every module is in the mode that it was in before."""
    model = mixed_model(kata, given).train(modes in ("all in train", "batch norm frozen"))
    if modes == "batch norm frozen":
        model[1].eval()
    if modes == "only a dropout in train":
        model[2][0].train()
    before = [module.training for module in model.modules()]
    kata.mc_predict(model, given.normal(5, 3), 2)
    after = [module.training for module in model.modules()]
    return {
        "modes as they were": after == before,
        "training afterwards": [model.training, model[1].training, model[2][0].training],
    }


@pytest.mark.parametrize("before", [True, False])
def check_no_graph(kata, given, before):
    """The results of mc_predict carry no graph, and gradients are enabled afterwards if they were before."""
    model, x = mixed_model(kata, given), given.normal(5, 3, requires_grad=True)
    with torch.set_grad_enabled(before):
        mean, std = kata.mc_predict(model, x, 3)
        enabled = torch.is_grad_enabled()
    return {
        "mean carries a graph": mean.requires_grad,
        "std carries a graph": std.requires_grad,
        "gradients enabled afterwards": enabled,
    }
