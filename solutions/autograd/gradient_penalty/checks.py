import pytest

from pytest_torchkata.checks import nn, torch


def vector_critic(given):
    return given.fill(nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 1)), std=0.8)


def image_critic(given):
    layers = nn.Conv2d(2, 3, 2), nn.Tanh(), nn.Flatten(), nn.Linear(18, 1)
    return given.fill(nn.Sequential(*layers), std=0.8)


def samples(given, *size):
    """Return real, fake and alpha for samples of this size, of which there are as many as size[0]."""
    alpha = given.uniform(size[0], *[1] * (len(size) - 1))
    return given.normal(*size), given.normal(*size), alpha


def gradients(critic):
    """Return all gradients; a bias that has no influence may have none or zeros."""
    named = critic.named_parameters()
    return {f"gradient of {n}": torch.zeros_like(p) if p.grad is None else p.grad for n, p in named}


def observe(kata, given, critic, *inputs):
    penalty = kata.gradient_penalty(critic, *inputs)
    given.backward(penalty)
    return {"penalty": penalty.detach(), **gradients(critic)}


def check_linear_value(kata, given, device, dtype):
    """For a linear critic the slope is the norm of its weight, everywhere."""
    critic = given.fill(nn.Linear(5, 1))
    return {"penalty": kata.gradient_penalty(critic, *samples(given, 4, 5)).detach()}


def check_mixed(kata, given, device):
    """The critic is evaluated at alpha * real + (1 - alpha) * fake."""
    critic, seen = vector_critic(given), []

    def watched(x):
        seen.append(x.detach())
        return critic(x)

    kata.gradient_penalty(watched, *samples(given, 4, 5))
    return {"the critic sees": seen[-1]}


def check_value(kata, given, device, dtype):
    """The mean over the batch of (slope - 1) ** 2."""
    penalty = kata.gradient_penalty(vector_critic(given), *samples(given, 4, 5))
    return {"penalty": penalty.detach()}


def check_gradients(kata, given, device, dtype):
    """A backward through the penalty trains the critic."""
    return observe(kata, given, vector_critic(given), *samples(given, 4, 5))


def check_images(kata, given, device):
    """With several dimensions after the batch, there is one norm for each sample."""
    return observe(kata, given, image_critic(given), *samples(given, 3, 2, 3, 4))


@pytest.mark.parametrize("shape", ["(N,)", "(N, 1)"])
def check_output_shapes(kata, given, shape):
    """The critic may return (N,) or (N, 1)."""
    critic = vector_critic(given)
    inputs = samples(given, 4, 5)
    penalty = kata.gradient_penalty(lambda x: critic(x).view(-1) if shape == "(N,)" else critic(x), *inputs)
    given.backward(penalty)
    return {"penalty": penalty.detach(), **gradients(critic)}


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 1)])
def check_sizes(kata, given, size):
    """One sample, and samples of one element."""
    critic = given.fill(nn.Sequential(nn.Linear(size[1], 4), nn.Tanh(), nn.Linear(4, 1)))
    return observe(kata, given, critic, *samples(given, *size))


@pytest.mark.parametrize("flat", ["some", "all"])
def check_flat(kata, given, flat):
    """Samples at which the critic is flat have slope 0, and the gradients stay finite."""
    critic = given.fill(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)))
    with torch.no_grad():
        critic[0].weight.abs_()
        critic[0].bias.zero_()
    sign = given.tensor([[1.0], [-1.0], [1.0], [-1.0]]) if flat == "some" else given.tensor([[-1.0]])
    real, fake = given.uniform(4, 2, low=0.5, high=2.0), given.uniform(4, 2, low=0.5, high=2.0)
    return observe(kata, given, critic, real * sign, fake * sign, given.uniform(4, 1))


def check_inputs_get_nothing(kata, given):
    """No gradient reaches real, fake, alpha, or what they were computed from."""
    generator = given.fill(nn.Linear(3, 5))
    real, alpha = given.normal(4, 5, requires_grad=True), given.uniform(4, 1, requires_grad=True)
    fake = generator(given.normal(4, 3))
    fake.retain_grad()
    penalty = kata.gradient_penalty(vector_critic(given), real, fake, alpha)
    given.backward(penalty)
    return {
        "real.grad": real.grad,
        "fake.grad": fake.grad,
        "alpha.grad": alpha.grad,
        "gradient of the generator's weight": generator.weight.grad,
        "penalty": penalty.detach(),
    }


def check_before_backward(kata, given):
    """Calling it writes no .grad, neither on the critic nor on the tensors."""
    critic = vector_critic(given)
    real, fake, alpha = samples(given, 4, 5)
    critic[0].weight.grad = given.like(critic[0].weight)
    kata.gradient_penalty(critic, real, fake, alpha)
    tensors = {"real": real, "fake": fake, "alpha": alpha}
    observed = {f"gradient of {name}": p.grad for name, p in critic.named_parameters()}
    for name, tensor in tensors.items():
        observed[f"{name} afterwards"] = tensor.detach()
        observed[f"{name} requires a gradient"] = tensor.requires_grad
        observed[f"{name}.grad"] = tensor.grad
    return observed
