import torch
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class SumsDividedByTheBatch:
    """Both parts are summed over everything and divided by the number of samples."""

    def reparameterize(mu, logvar, eps):
        std = torch.exp(logvar / 2)
        return mu + eps * std

    def vae_loss(recon_x, x, mu, logvar, beta=1.0):
        if recon_x.size() != x.size():
            raise ValueError("shapes differ")
        n = x.size(0)
        reconstruction = F.mse_loss(recon_x, x, reduction="sum") / n
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / n
        return reconstruction + beta * kld, reconstruction, kld


@right
class ByDimension:
    """All dimensions but the first are named; expm1 for small logarithms; addcmul for the sample."""

    def reparameterize(mu, log_var, noise):
        return torch.addcmul(mu, noise, log_var.mul(0.5).exp())

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        if recon.shape != target.shape:
            raise ValueError(f"{recon.shape} != {target.shape}")
        error = ((recon - target) ** 2).sum(dim=tuple(range(1, recon.dim())))
        kl = 0.5 * torch.sum(mu * mu + torch.expm1(log_var) - log_var, dim=-1)
        return (error + beta * kl).mean(), error.mean(), kl.mean()
