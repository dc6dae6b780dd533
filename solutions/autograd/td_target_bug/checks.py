import pytest

from pytest_torchkata.checks import nn, torch


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)), std=0.8)


def batch(given, n=7):
    """Some episodes end; next_obs is finite everywhere."""
    return {
        "obs": given.normal(n, 4),
        "action": given.integers(0, 3, (n,)),
        "reward": given.normal(n),
        "next_obs": given.normal(n, 4),
        "done": given.integers(0, 2, (n,)).bool(),
    }


def observe(kata, given, q_net, target_net, gamma=0.9, **batch):
    loss = kata.td_loss(q_net, target_net, *batch.values(), gamma)
    given.backward(loss)
    return {"loss": loss.detach(), **gradients("q_net", q_net)}


def gradients(who, net):
    return {f"{who}: gradient of {name}": p.grad for name, p in net.named_parameters()}


@pytest.mark.parametrize("gamma", [0.0, 0.9])
def check_value(kata, given, device, dtype, gamma):
    """The loss: the mean squared difference, with the best next value where the episode goes on."""
    loss = kata.td_loss(network(given), network(given), *batch(given).values(), gamma)
    return {"loss": loss.detach()}


@pytest.mark.parametrize("done", [False, True])
def check_done(kata, given, done):
    """The next value counts where done is False, and does not where it is True."""
    transitions = batch(given)
    transitions["done"] = torch.full_like(transitions["done"], done)
    return observe(kata, given, network(given), network(given), **transitions)


def check_gradients(kata, given, device, dtype):
    """The gradient goes to q_net through the prediction, and nowhere else."""
    q_net, target_net = network(given), network(given)
    seen = observe(kata, given, q_net, target_net, **batch(given))
    return seen | gradients("target_net", target_net)


def check_one_network(kata, given):
    """With one network in both parts, the gradient is that of the prediction alone."""
    net = network(given)
    return observe(kata, given, net, net, **batch(given))


def check_before_backward(kata, given):
    """Calling td_loss writes no .grad, and clears none."""
    q_net, target_net = network(given), network(given)
    for parameter in (*q_net.parameters(), *target_net.parameters()):
        parameter.grad = given.like(parameter)
    kata.td_loss(q_net, target_net, *batch(given).values(), 0.9)
    return gradients("q_net", q_net) | gradients("target_net", target_net)


@pytest.mark.parametrize("garbage", [float("nan"), float("inf"), 1e30])
def check_garbage_after_the_end(kata, given, garbage):
    """Where done is True, next_obs may hold NaN, infinities or huge numbers."""
    transitions = batch(given)
    done = transitions["done"] = given.tensor([0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]).bool()
    transitions["next_obs"][:, 0].masked_fill_(done, garbage)
    linear = given.fill(nn.Linear(4, 3))  # its values for garbage are garbage
    return observe(kata, given, network(given), linear, **transitions)


@pytest.mark.parametrize("n", [1, 3])
def check_sizes(kata, given, n):
    """One transition, and as many as there are actions."""
    return observe(kata, given, network(given), network(given), **batch(given, n))


def check_networks_left_alone(kata, given):
    """Training modes, requires_grad flags and weights of both networks stay as they are."""
    q_net, target_net = network(given), network(given)
    q_net.eval()
    target_net[0].weight.requires_grad_(False)
    kata.td_loss(q_net, target_net, *batch(given).values(), 0.9)
    observed = {}
    for who, net in {"q_net": q_net, "target_net": target_net}.items():
        observed[f"{who}: training"] = [module.training for module in net.modules()]
        observed[f"{who}: requires_grad"] = [p.requires_grad for p in net.parameters()]
        observed |= {f"{who}: {name} afterwards": p.detach() for name, p in net.named_parameters()}
    return observed


def check_batch_left_alone(kata, given):
    """The tensors of the batch are left as they were."""
    transitions = batch(given)
    kata.td_loss(network(given), network(given), *transitions.values(), 0.9)
    return {f"{name} afterwards": tensor for name, tensor in transitions.items()}
