import pytest

from pytest_torchkata.checks import raises, torch


def inputs(given, n=5, size=(7,), latent=3, requires_grad=False):
    """Draw recon, target, mu, log_var."""
    sizes = ((n, *size), (n, *size), (n, latent), (n, latent))
    return [given.normal(*s, requires_grad=requires_grad) for s in sizes]


def named(results):
    total, reconstruction, kl = results
    return {"total": total, "reconstruction": reconstruction, "kl": kl}


def check_reparameterize(kata, given, dtype, device):
    """mu plus noise times the standard deviation, with gradients for mu and log_var."""
    mu, log_var = given.normal(5, 3, requires_grad=True), given.normal(5, 3, requires_grad=True)
    sample = kata.reparameterize(mu, log_var, given.normal(5, 3))
    given.backward(sample)
    return {"sample": sample, "mu.grad": mu.grad, "log_var.grad": log_var.grad}


def check_values(kata, given, dtype, device):
    """The three losses: summed within a sample, averaged over the samples."""
    return named(kata.vae_loss(*inputs(given, requires_grad=True)))


@pytest.mark.parametrize("which", ["total", "reconstruction", "kl"])
def check_gradients(kata, given, which):
    """The gradient of each of the three losses."""
    arguments = inputs(given, requires_grad=True)
    given.backward(named(kata.vae_loss(*arguments, beta=0.7))[which])
    names = ("recon", "target", "mu", "log_var")
    # A loss that does not depend on an argument leaves it with no gradient, or one of zeros.
    return {
        f"{name}.grad": torch.zeros_like(a) if a.grad is None else a.grad
        for name, a in zip(names, arguments, strict=True)
    }


@pytest.mark.parametrize("beta", [0.0, 0.25, 4.0])
def check_beta(kata, given, beta):
    """beta scales the share of the KL divergence in the total, and nothing else."""
    return named(kata.vae_loss(*inputs(given), beta))


@pytest.mark.parametrize("size", [(3, 4, 5), (2, 3), (1,)])
def check_images(kata, given, size):
    """Images and single numbers are summed over all that belongs to a sample."""
    return named(kata.vae_loss(*inputs(given, n=4, size=size)))


def check_one_sample(kata, given):
    """A batch of one sample, a latent space of one dimension."""
    observed = named(kata.vae_loss(*inputs(given, n=1)))
    small = named(kata.vae_loss(*inputs(given, n=1, size=(2, 1, 3), latent=1)))
    return observed | {f"{name}, one latent dimension": loss for name, loss in small.items()}


def check_standard_normal(kata, given):
    """Where mu and log_var are 0, so are the KL divergence and its gradient."""
    recon, target = given.normal(5, 4), given.normal(5, 4)
    mu = given.tensor([[0.0, 0.0, 0.0]] * 5, requires_grad=True)
    log_var = given.tensor([[0.0, 0.0, 0.0]] * 5, requires_grad=True)
    _, _, kl = kata.vae_loss(recon, target, mu, log_var)
    kl.backward()
    return {"kl": kl, "mu.grad": mu.grad, "log_var.grad": log_var.grad}


def check_extreme_variances(kata, given):
    """A log_var of -200, and one of 20."""
    recon, target = given.normal(2, 4), given.normal(2, 4)
    mu = given.normal(2, 3, requires_grad=True)
    observed = {}
    for value in (-200.0, 20.0):
        log_var = given.tensor([[value, 0.5, -1.0], [value, value, 1.0]], requires_grad=True)
        total, _, kl = kata.vae_loss(recon, target, mu, log_var)
        given.backward(total)
        observed |= {f"kl at {value:g}": kl, f"log_var.grad at {value:g}": log_var.grad}
        observed[f"sample at {value:g}"] = kata.reparameterize(mu, log_var, given.normal(2, 3))
    return observed


def check_tiny_deviations(kata, given):
    """A sample, and its gradients, where the variance is below the smallest float32."""
    mu = given.normal(2, 3, requires_grad=True)
    log_var = given.tensor([[-200.0, 0.5, -1.0], [-200.0, -110.0, 1.0]], requires_grad=True)
    sample = kata.reparameterize(mu, log_var, given.normal(2, 3))
    given.backward(sample)
    return {"sample": sample, "mu.grad": mu.grad, "log_var.grad": log_var.grad}


def check_shapes(kata, given):
    """recon and target of different shapes raise ValueError."""
    mu, log_var = given.normal(4, 3), given.normal(4, 3)
    refused = [((4, 6), (4, 5)), ((4, 6), (4, 1)), ((4, 6), (6,)), ((4, 1, 6), (4, 6)), ((4, 6), (6, 4))]
    refused += [((4, 3, 2), (4, 6)), ((4, 6), (1, 6))]
    return {
        f"recon {one}, target {other}": raises(
            ValueError,
            lambda a=one, b=other: kata.vae_loss(given.normal(*a), given.normal(*b), mu, log_var),
        )
        for one, other in refused
    }


def check_arguments_left(kata, given):
    """Arguments that are transposed views are read right, and left as they were."""
    recon, target = given.normal(4, 3, 6).transpose(1, 2), given.normal(4, 6, 3)
    mu, log_var, noise = given.normal(3, 4).t(), given.normal(4, 3), given.normal(4, 3)
    arguments = {"recon": recon, "target": target, "mu": mu, "log_var": log_var, "noise": noise}
    before = {name: argument.clone() for name, argument in arguments.items()}
    observed = named(kata.vae_loss(recon, target, mu, log_var))
    observed["sample"] = kata.reparameterize(mu, log_var, noise)
    left = {f"{name} left as it was": torch.equal(arguments[name], before[name]) for name in arguments}
    return observed | left
