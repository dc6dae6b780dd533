import torch

from pytest_torchkata.checks import right


@right
class OnesAsGradOutputs:
    """A vector of ones for the outputs, and norm with a dimension."""

    def gradient_penalty(critic, real, fake, alpha):
        interpolates = (alpha * real.detach() + (1 - alpha) * fake.detach()).detach()
        interpolates.requires_grad_(True)
        d = critic(interpolates)
        gradients = torch.autograd.grad(
            outputs=d,
            inputs=interpolates,
            grad_outputs=torch.ones_like(d),
            create_graph=True,
            retain_graph=True,
            only_inputs=True,
        )[0]
        gradients = gradients.view(gradients.size(0), -1)
        return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


@right
class TinyEpsilon:
    """The root of a sum of squares, kept from zero by a number too small to see."""

    def gradient_penalty(critic, real, fake, alpha):
        x = torch.lerp(fake.detach(), real.detach(), alpha.detach()).requires_grad_()
        out = critic(x)
        (g,) = torch.autograd.grad(out, x, torch.ones_like(out), create_graph=True)
        norms = torch.sqrt(g.pow(2).reshape(len(g), -1).sum(dim=1) + 1e-12)
        return torch.mean((norms - 1) ** 2)


@right
class SafeRoot:
    """The root where there is something to take it of, chosen before and after."""

    def gradient_penalty(critic, real, fake, alpha):
        with torch.no_grad():
            x = fake + alpha * (real - fake)
        x.requires_grad_()
        (g,) = torch.autograd.grad(critic(x).sum(), [x], create_graph=True)
        squares = (g * g).sum(dim=tuple(range(1, g.dim())))
        flat = squares == 0
        norms = torch.where(flat, 0.0, torch.where(flat, 1.0, squares).sqrt())
        return ((norms - 1) ** 2).sum() / len(g)
