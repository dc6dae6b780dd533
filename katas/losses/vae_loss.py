"""Combining two losses: the VAE objective

Write the two functions that a variational autoencoder is trained with. Its encoder describes each
sample by L independent normal distributions, with means mu and logarithms of their variances
log_var.

    reparameterize    mu plus noise times the standard deviation
    vae_loss          (total, reconstruction, kl), three tensors without dimensions:
                      reconstruction   (recon - target) ** 2, summed over everything that belongs to
                                       one sample and averaged over the samples
                      kl               the KL divergence of the sample's distributions from standard
                                       normal ones, summed over the L of them and averaged over the
                                       samples
                      total            reconstruction + beta * kl

The KL divergence of a normal distribution with mean m and variance v from the standard normal one
is (m ** 2 + v - 1 - log v) / 2.

Rules
    - mu, log_var and noise are (N, L). recon and target are (N, ...), flat or with the dimensions
      of images; if their shapes differ, ValueError is raised, also where they could be broadcast.
      All are floating, of one dtype, which the results have too. N is at least 1.
    - reparameterize uses the noise that it is given and draws none.
    - All results carry their graph: the gradients reach recon, mu and log_var. kl is returned
      without the factor beta.
    - Variances may be tiny: for a log_var of -200 everything is still finite and right.
    - The arguments are left as they are.
    - Without kl_div, nn.KLDivLoss and kl_divergence of torch.distributions. (A function called
      F.mse_reconstruction_loss, which some lists name, does not exist.)

Why it is asked: two losses are added, so each has to be reduced in the same way. A mean over all
elements in one of them changes the balance by the size of an image or of the latent space, and
nothing but the quality of the model tells.

Example
    >>> mu, log_var = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.zeros(2, 2)
    >>> reparameterize(mu, log_var, noise=torch.full((2, 2), 0.5))
    tensor([[1.5000, 0.5000],
            [0.5000, 2.5000]])
    >>> vae_loss(torch.zeros(2, 3), torch.ones(2, 3), mu, log_var, beta=2.0)
    (tensor(5.5000), tensor(3.), tensor(1.2500))
"""

import torch
from torch import Tensor


def reparameterize(mu: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    raise NotImplementedError


def vae_loss(
    recon: Tensor, target: Tensor, mu: Tensor, log_var: Tensor, beta: float = 1.0
) -> tuple[Tensor, Tensor, Tensor]:
    raise NotImplementedError
