import math

import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_zero")
class ReluByClamp:
    """clamp passes the gradient on where x lies on the bound, so at zero it is one. Asked for is zero, as
    in torch's relu.
    """

    def relu(x):
        return x.clamp(min=0)


@wrong("check_zero")
class ReluWithHalfASlope:
    """The gradient at zero is one half. A maximum of x and zeros shares it out between two equal numbers,
    and half of x + |x| takes the slope of the absolute value at zero, which is 0.
    """

    def relu(x):
        return torch.maximum(x, torch.zeros_like(x))


@wrong("check_input")
class ReluInPlace:
    """The negative entries are set to zero in x itself. It belongs to the caller."""

    def relu(x):
        if x.requires_grad:
            return reference.relu(x)
        x[x < 0] = 0
        return x


@wrong("check_slopes")
class LeakyAsAMaximum:
    """max(slope * x, x) is on many lists, and holds for slopes up to one. Above that it picks the wrong
    side: what decides is the sign of x.
    """

    def leaky_relu(x, negative_slope=0.01):
        return torch.maximum(negative_slope * x, x)


@wrong("check_slopes")
class LeakySlopeIsFixed:
    """The slope is always 0.01, whatever the argument says."""

    def leaky_relu(x, negative_slope=0.01):
        return reference.leaky_relu(x)


@wrong("check_values")
class LeakyIsConstant:
    """Negative numbers are replaced by the slope itself. They are to be multiplied by it."""

    def leaky_relu(x, negative_slope=0.01):
        return torch.where(x > 0, x, negative_slope)


@wrong("check_slopes")
class LeakyOnBothSides:
    """The slope is applied to relu(-x) and subtracted on the wrong side, or added: for negative x the
    result has the wrong sign.
    """

    def leaky_relu(x, negative_slope=0.01):
        return reference.relu(x) + negative_slope * reference.relu(-x)


@wrong("check_far_out")
class NaiveSigmoid:
    """The formula as it stands. Far out on the left exp(-x) is infinite: the value 1 / inf is right, but
    the gradient is infinity times zero, NaN.
    """

    def sigmoid(x):
        return 1 / (1 + torch.exp(-x))


@wrong("check_far_out")
class SigmoidAsARatio:
    """exp(x) / (1 + exp(x)) is infinity divided by infinity far out on the right."""

    def sigmoid(x):
        return torch.exp(x) / (1 + torch.exp(x))


@wrong("check_far_out")
class WhereOfTwoFormulas:
    """where picks the formula that is stable on each side, but both are computed. In the backward pass
    the one that was not picked gets gradient zero, and zero times its infinite exp is NaN.
    """

    def sigmoid(x):
        return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


@wrong("check_zero")
class SigmoidOfTheMagnitude:
    """exp(-|x|) never overflows, and the values are right. But the slope of |x| at zero is 0 in torch, so
    the gradient of the sigmoid is zero where it should be largest.
    """

    def sigmoid(x):
        z = torch.exp(-x.abs())
        return torch.where(x >= 0, 1 / (1 + z), z / (1 + z))


@wrong("check_values")
class SigmoidWithoutMinus:
    """The sign of the exponent is missing: this falls where sigmoid rises."""

    def sigmoid(x):
        return reference.sigmoid(-x)


@wrong("check_far_out")
class TanhAsARatio:
    """The formula as it stands. Far out exp(x) is infinite, and infinity divided by infinity is NaN."""

    def tanh(x):
        a, b = torch.exp(x), torch.exp(-x)
        return (a - b) / (a + b)


@wrong("check_far_out")
class TanhFromOneExponential:
    """1 - 2 / (exp(2x) + 1) has the right value everywhere. But where exp(2x) is infinite, the gradient is
    infinity times zero, NaN.
    """

    def tanh(x):
        return 1 - 2 / (torch.exp(2 * x) + 1)


@wrong("check_zero")
class TanhOfTheMagnitude:
    """The magnitude keeps exp from overflowing, and sign(x) restores the sign. The values are right, but
    sign and |x| have slope 0 at zero, where tanh has its largest.
    """

    def tanh(x):
        z = torch.exp(-2 * x.abs())
        return torch.sign(x) * (1 - z) / (1 + z)


@wrong("check_values")
class TanhWithoutTheTwo:
    """2 * sigmoid(x) - 1 is tanh of half of x. The argument of the sigmoid has to be doubled as well."""

    def tanh(x):
        return 2 * reference.sigmoid(x) - 1


@wrong("check_far_out")
class NaiveSilu:
    """The sigmoid inside overflows. Far out on the left the value is x / inf, but the gradient is NaN."""

    def silu(x):
        return x / (1 + torch.exp(-x))


@wrong("check_values")
class SiluHoldsTheGate:
    """The sigmoid is detached. The value is right, but x enters twice, and one half of the product rule
    is missing in the gradient.
    """

    def silu(x):
        return x * reference.sigmoid(x.detach())


@wrong("check_gelu_is_exact")
class GeluByTanh:
    """This is the approximation with tanh. It is off from the fourth digit on; the exact form uses erf."""

    def gelu(x):
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
        return 0.5 * x * (1 + reference.tanh(inner))


@wrong("check_gelu_is_exact")
class GeluBySigmoid:
    """This is the approximation x * sigmoid(1.702 x). It is off by up to a hundredth; the exact form uses
    erf.
    """

    def gelu(x):
        return x * reference.sigmoid(1.702 * x)


@wrong("check_values")
class GeluWithoutTheRoot:
    """The argument of erf is x. The probability that a standard normal number is at most x needs x
    divided by the square root of two.
    """

    def gelu(x):
        return 0.5 * x * (1 + torch.erf(x))


@wrong("check_values")
class GeluWithoutX:
    """This is the probability alone. GELU multiplies x by it."""

    def gelu(x):
        return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


@wrong("check_dtype")
class Float32Mask:
    """The mask is a float32 tensor, and bfloat16 times float32 is float32. A mask of booleans, or one with
    the dtype of x, leaves the dtype alone.
    """

    def relu(x):
        return x * (x > 0).float()
