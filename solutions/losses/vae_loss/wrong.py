import torch
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


def combine(recon, target, mu, log_var, beta, reconstruction=None, kl=None):
    """Return the three losses, with one of the two parts replaced."""
    _, right_reconstruction, right_kl = reference.vae_loss(recon, target, mu, log_var, beta)
    reconstruction = right_reconstruction if reconstruction is None else reconstruction
    kl = right_kl if kl is None else kl
    return reconstruction + beta * kl, reconstruction, kl


def divergence(mu, log_var):
    return 0.5 * (mu**2 + log_var.exp() - 1 - log_var)


@wrong("check_values")
class KlMeanOverEverything:
    """The KL divergence is averaged over the latent dimensions as well. The divergences of independent
    distributions add up; the mean makes its share smaller the wider the latent space is.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        return combine(recon, target, mu, log_var, beta, kl=divergence(mu, log_var).mean())


@wrong("check_values")
class KlSumOverTheBatch:
    """The KL divergence is summed over the batch as well. The reconstruction is a mean over the
    samples, so the balance of the two depends on the size of the batch.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        return combine(recon, target, mu, log_var, beta, kl=divergence(mu, log_var).sum())


@wrong("check_values")
class ReconstructionMeanOverEverything:
    """The squared error is averaged over all elements, as mse_loss does by default. For an image the KL
    divergence then outweighs it by the number of pixels.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        if recon.shape != target.shape:
            raise ValueError(recon.shape)
        return combine(recon, target, mu, log_var, beta, F.mse_loss(recon, target))


@wrong("check_values")
class ReconstructionSumOverTheBatch:
    """The squared error is summed over the batch as well. The loss, and with it the step, then grows
    with the number of samples.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        if recon.shape != target.shape:
            raise ValueError(recon.shape)
        error = F.mse_loss(recon, target, reduction="sum")
        return combine(recon, target, mu, log_var, beta, error)


@wrong("check_values")
class HalfTheSquaredError:
    """The squared error is multiplied by one half, as in the logarithm of a normal density. What is
    asked for is the squared error as it is.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        _, error, _ = reference.vae_loss(recon, target, mu, log_var, beta)
        return combine(recon, target, mu, log_var, beta, 0.5 * error)


@wrong("check_images")
class SumsOneDimension:
    """The squared error is summed over the second dimension only, and averaged over the others. For
    images there are more of them that belong to one sample.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        if recon.shape != target.shape:
            raise ValueError(recon.shape)
        error = (recon - target).square().sum(dim=1).mean()
        return combine(recon, target, mu, log_var, beta, error)


@wrong("check_values")
class KlReversed:
    """The KL divergence has the wrong sign. It is never negative; with this sign training rewards
    distributions for being far from the standard normal one.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        kl = -divergence(mu, log_var).sum(1).mean()
        return combine(recon, target, mu, log_var, beta, kl=kl)


@wrong("check_values")
class KlWithoutHalf:
    """The factor of one half is missing in the KL divergence: it is twice as large."""

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        kl = 2 * divergence(mu, log_var).sum(1).mean()
        return combine(recon, target, mu, log_var, beta, kl=kl)


@wrong("check_values")
class LogVarIsLogStd:
    """log_var is read as the logarithm of the standard deviation. It is that of the variance, so the
    logarithm of the standard deviation is half of it.
    """

    def reparameterize(mu, log_var, noise):
        return mu + noise * log_var.exp()

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        kl = divergence(mu, 2 * log_var).sum(1).mean()
        return combine(recon, target, mu, log_var, beta, kl=kl)


@wrong("check_reparameterize")
class VarianceAsDeviation:
    """The noise is multiplied by exp(log_var), which is the variance. The standard deviation is its
    root, and the root of an exponential halves the exponent.
    """

    def reparameterize(mu, log_var, noise):
        return mu + noise * log_var.exp()


@wrong("check_reparameterize")
class LogVarAsDeviation:
    """The noise is multiplied by log_var itself. The encoder returns a logarithm, so that it may be
    negative: it must be undone first.
    """

    def reparameterize(mu, log_var, noise):
        return mu + noise * log_var


@wrong("check_reparameterize")
class DrawsItsOwnNoise:
    """New noise is drawn, and the one that was given goes unused. The result is random, and cannot be
    compared with anything.
    """

    def reparameterize(mu, log_var, noise):
        generator = torch.Generator().manual_seed(0)
        drawn = torch.randn(mu.shape, generator=generator, dtype=mu.dtype).to(mu.device)
        return mu + drawn * torch.exp(0.5 * log_var)


@wrong("check_reparameterize", shows="exception")
class SamplesWithoutGraph:
    """The sample is made without autograd, as torch.normal and no_grad do. The decoder's gradient then
    never reaches the encoder, which is what the reparameterization is for.
    """

    def reparameterize(mu, log_var, noise):
        with torch.no_grad():
            return mu + noise * torch.exp(0.5 * log_var)


@wrong("check_reparameterize")
class DetachedDeviation:
    """The standard deviation is cut off from its graph. The values are right, but the encoder does not
    learn what its log_var does to the sample.
    """

    def reparameterize(mu, log_var, noise):
        return mu + noise * torch.exp(0.5 * log_var.detach()) + 0 * log_var


@wrong("check_gradients")
class DetachedKlInTheTotal:
    """The KL divergence is detached in the total. The numbers are right, but nothing pulls the
    distributions towards the standard normal one.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        _, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return reconstruction + beta * kl.detach(), reconstruction, kl


@wrong("check_values")
class DetachedKl:
    """The KL divergence is returned without its graph. It is a part of the loss, and may be trained on,
    or be weighted anew by the caller.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        total, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return total, reconstruction, kl.detach()


@wrong("check_values")
class DetachedForTheReport:
    """The two parts are detached, as for a report. The caller decides what is only reported: here all
    three carry their graph.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        total, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return total, reconstruction.detach(), kl.detach()


@wrong("check_values")
class PythonFloats:
    """These are Python floats. A number has no graph, and nothing can be trained on it."""

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        losses = reference.vae_loss(recon, target, mu, log_var, beta)
        return tuple(loss.item() for loss in losses)


@wrong("check_values")
class PartsAreFloats:
    """The two parts are Python floats. A number has no graph: all three losses are tensors."""

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        total, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return total, reconstruction.item(), kl.item()


@wrong("check_values")
class AnotherOrder:
    """The two parts are returned in another order: the reconstruction comes before the divergence."""

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        total, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return total, kl, reconstruction


@wrong("check_beta")
class KlTimesBeta:
    """The divergence is returned with the factor beta. In a report it then seems to shrink or grow with
    a setting.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        total, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return total, reconstruction, beta * kl


@wrong("check_beta")
class BetaIgnored:
    """beta is accepted and never used: the two parts are added as they are."""

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        return reference.vae_loss(recon, target, mu, log_var, 1.0)


@wrong("check_beta")
class BetaMixes:
    """beta mixes the two parts, with 1 - beta for the reconstruction. It is a factor of the divergence
    only.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        _, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return (1 - beta) * reconstruction + beta * kl, reconstruction, kl


@wrong("check_beta")
class BetaOnTheReconstruction:
    """beta multiplies the reconstruction. It is a factor of the divergence."""

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        _, reconstruction, kl = reference.vae_loss(recon, target, mu, log_var, beta)
        return beta * reconstruction + kl, reconstruction, kl


@wrong("check_extreme_variances")
class LogarithmOfTheVariance:
    """The variance is computed first and its logarithm taken again. exp(-200) is 0 in float32, and the
    logarithm of that is -inf: log_var is already there.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        variance = log_var.exp()
        kl = 0.5 * (mu**2 + variance - 1 - variance.log()).sum(1).mean()
        return combine(recon, target, mu, log_var, beta, kl=kl)


@wrong("check_extreme_variances")
class RootOfTheVariance:
    """The standard deviation is the root of exp(log_var). For a tiny variance that is the root of 0,
    whose slope is infinite; half of the exponent avoids it.
    """

    def reparameterize(mu, log_var, noise):
        return mu + noise * log_var.exp().clamp(min=1e-6).sqrt()

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        deviation = log_var.exp().sqrt()
        kl = 0.5 * (mu**2 + deviation**2 - 1 - log_var).sum(1).mean()
        return combine(recon, target, mu, log_var, beta, kl=kl)


@wrong("check_values", shows="exception")
class InventedFunction:
    """torch has no such function, although lists of losses name it. The squared error is
    F.mse_loss, whose default reduction is another one than what is asked for.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        error = F.mse_reconstruction_loss(recon, target)
        return combine(recon, target, mu, log_var, beta, error)


@wrong("check_shapes")
class BroadcastsTheTarget:
    """Unequal shapes are broadcast where they can be. Each pixel is then compared with some other one,
    without an error.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        error = (recon - target).square().sum() / len(recon)
        kl = divergence(mu, log_var).sum(1).mean()
        return error + beta * kl, error, kl


@wrong("check_shapes")
class FlattensBoth:
    """Both are flattened to one row for each sample before they are compared, so that all shapes with
    as many elements fit. A channel is then compared with whatever lies in its place.
    """

    def vae_loss(recon, target, mu, log_var, beta=1.0):
        recon, target = recon.flatten(1), target.reshape(len(recon), -1)
        return reference.vae_loss(recon, target, mu, log_var, beta)


@wrong("check_tiny_deviations")
class RootOfRoundedToZero:
    """The deviation is the root of exp(log_var). For a log_var of -200 that variance is rounded to 0, and the
    gradient of a root at 0 is infinite. exp(log_var / 2) needs no root.
    """

    def reparameterize(mu, log_var, noise):
        return mu + noise * log_var.exp().sqrt()
