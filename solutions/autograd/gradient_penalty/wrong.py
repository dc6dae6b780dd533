import torch

from pytest_torchkata.checks import wrong


def mix(real, fake, alpha):
    return (alpha * real + (1 - alpha) * fake).detach().requires_grad_()


def slopes(critic, mixed):
    (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    return torch.linalg.vector_norm(grad.flatten(1), dim=1)


@wrong("check_gradients", shows="exception")
class NoCreateGraph:
    """The gradient is taken without create_graph, or detached afterwards. The penalty has the right
    value and no history, and cannot train the critic.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed)
        return (torch.linalg.vector_norm(grad.flatten(1), dim=1) - 1).square().mean()


@wrong("check_gradients")
class HistoryFromTheWrongPlace:
    """The slopes are constants, and some other term gives the penalty a history. backward runs, and
    the critic learns nothing about its slope.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        out = critic(mixed).sum()
        (grad,) = torch.autograd.grad(out, mixed, retain_graph=True)
        slope = torch.linalg.vector_norm(grad.flatten(1), dim=1)
        return (slope - 1).square().mean() + 0 * out


@wrong("check_linear_value")
class OneNormForTheBatch:
    """There is one norm over the whole batch. Each sample has a slope of its own, and the mean comes
    last.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return (grad.norm() - 1) ** 2


@wrong("check_images")
class LastDimensionOnly:
    """The norm is taken over the last dimension, so there is one for every row of every channel. For
    samples that are vectors that is the same, for images it is not.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return (grad.norm(2, dim=-1) - 1).square().mean()


@wrong("check_images")
class ChannelsOnly:
    """The norm is taken over dimension 1. For vectors that is all there is; for images these are the
    channels, and there is one norm for every pixel.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return (grad.norm(2, dim=1) - 1).square().mean()


@wrong("check_flat")
class RootOfZero:
    """The norm is the root of a sum of squares. At zero the root has an infinite slope, the square a
    slope of zero, and their product in the backward is NaN.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return (grad.flatten(1).pow(2).sum(1).sqrt() - 1).square().mean()


@wrong("check_flat")
class EpsilonInTheRoot:
    """A small number under the root keeps NaN away. But its own root is much larger than it, and that
    is the slope which a flat sample now seems to have.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return ((grad.flatten(1).pow(2).sum(1) + 1e-6).sqrt() - 1).square().mean()


@wrong("check_flat")
class DropsFlatSamples:
    """Samples without a slope are left out. A slope of zero is one away from one, and counts."""

    def gradient_penalty(critic, real, fake, alpha):
        slope = slopes(critic, mix(real, fake, alpha))
        return torch.where(slope > 0, (slope - 1).square(), 0.0).mean()


@wrong("check_output_shapes", shows="exception")
class NoGradOutputs:
    """autograd.grad is asked for the gradient of an output with several elements, without a weight for
    each of them. Like backward, it does not guess.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed), mixed, create_graph=True)
        return (torch.linalg.vector_norm(grad.flatten(1), dim=1) - 1).square().mean()


@wrong("check_linear_value")
class GradientOfTheMean:
    """The critic's outputs are averaged before the gradient is taken. Every sample's slope is then
    divided by the size of the batch.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        (grad,) = torch.autograd.grad(critic(mixed).mean(), mixed, create_graph=True)
        return (torch.linalg.vector_norm(grad.flatten(1), dim=1) - 1).square().mean()


@wrong("check_before_backward")
class CallsBackward:
    """backward is called inside, and the gradient read from the .grad of the mixed points. It walks on
    to the parameters of the critic, and adds gradients there that belong to no loss.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        critic(mixed).sum().backward(create_graph=True)
        return (torch.linalg.vector_norm(mixed.grad.flatten(1), dim=1) - 1).square().mean()


@wrong("check_before_backward")
class SwitchesFlagsOn:
    """requires_grad is switched on for the caller's tensors, so that the mixed points are tracked. They
    stay tracked after the call; make the mixed points a leaf instead.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = mix(real, fake, alpha)
        for tensor in (real, fake):
            if not tensor.requires_grad:
                tensor.requires_grad_()
        return (slopes(critic, mixed) - 1).square().mean()


@wrong("check_mixed")
class WeightsSwapped:
    """alpha weights fake, and the rest real. In training alpha is drawn evenly, so nobody notices; with
    a given alpha it is another point.
    """

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(fake, real, alpha)) - 1).square().mean()


@wrong("check_mixed")
class DrawsItsOwnAlpha:
    """A new alpha is drawn inside. The one that was passed in is not used, and nobody can repeat the
    result.
    """

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, torch.rand_like(alpha))) - 1).square().mean()


@wrong("check_mixed")
class OneAlphaForAll:
    """One weight is used for the whole batch. Each sample has its own."""

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha.flatten()[0])) - 1).square().mean()


@wrong("check_mixed")
class AtTheRealSamples:
    """The slope is taken at the real samples. It is wanted between real and fake ones."""

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, real.detach().clone().requires_grad_()) - 1).square().mean()


@wrong("check_linear_value")
class SquaredNorm:
    """The norm is squared before one is subtracted. That, too, is smallest at slope one, but it is
    another penalty.
    """

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha)).square() - 1).square().mean()


@wrong("check_linear_value")
class PenalisesAnySlope:
    """One is not subtracted: this pulls the slope to zero and not to one."""

    def gradient_penalty(critic, real, fake, alpha):
        return slopes(critic, mix(real, fake, alpha)).square().mean()


@wrong("check_linear_value")
class AbsoluteDistance:
    """The distance of the slope from one is not squared."""

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha)) - 1).abs().mean()


@wrong("check_flat")
class OneSided:
    """Only slopes above one are penalised. That variant exists; here it counts on both sides."""

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha)) - 1).clamp(min=0).square().mean()


@wrong("check_value")
class MeanBeforeTheSquare:
    """The slopes are averaged first, and the mean is compared with one. Slopes above and below then
    make up for each other.
    """

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha)).mean() - 1).square()


@wrong("check_linear_value")
class SumOverTheBatch:
    """The penalties of the samples are added up. Their mean is wanted."""

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha)) - 1).square().sum()


@wrong("check_linear_value")
class TimesTen:
    """The usual weight of 10 is built in. How much the penalty counts is decided where it is used."""

    def gradient_penalty(critic, real, fake, alpha):
        return 10 * (slopes(critic, mix(real, fake, alpha)) - 1).square().mean()


@wrong("check_linear_value")
class OnePerSample:
    """There is one penalty for each sample. Their mean is wanted."""

    def gradient_penalty(critic, real, fake, alpha):
        return (slopes(critic, mix(real, fake, alpha)) - 1).square()


@wrong("check_inputs_get_nothing")
class ReachesTheGenerator:
    """The mixed points keep their history. The penalty then also sends a gradient to what made fake,
    and trains it to move to where the critic's slope is convenient.
    """

    def gradient_penalty(critic, real, fake, alpha):
        mixed = alpha * real + (1 - alpha) * fake
        if not mixed.requires_grad:
            mixed.requires_grad_()
        return (slopes(critic, mixed) - 1).square().mean()


@wrong("check_inputs_get_nothing")
class ReachesAlpha:
    """real and fake are cut loose, and alpha is not: the mixed points still depend on it."""

    def gradient_penalty(critic, real, fake, alpha):
        mixed = alpha * real.detach() + (1 - alpha) * fake.detach()
        if not mixed.requires_grad:
            mixed.requires_grad_()
        return (slopes(critic, mixed) - 1).square().mean()
