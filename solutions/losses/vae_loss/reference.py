import torch
from torch import Tensor


def reparameterize(mu: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    # The randomness comes in from outside, so that the gradient can pass through mu and the deviation.
    return mu + noise * torch.exp(0.5 * log_var)


def vae_loss(
    recon: Tensor, target: Tensor, mu: Tensor, log_var: Tensor, beta: float = 1.0
) -> tuple[Tensor, Tensor, Tensor]:
    if recon.shape != target.shape:
        raise ValueError(f"recon {tuple(recon.shape)} and target {tuple(target.shape)} differ in shape")
    # Both are sums over what belongs to a sample, and means over the samples.
    reconstruction = (recon - target).square().flatten(1).sum(dim=1).mean()
    kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1).mean()
    return reconstruction + beta * kl, reconstruction, kl
