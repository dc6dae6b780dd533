import torch

from pytest_torchkata.checks import wrong

from . import reference


def shifted_by(shift):
    """Return the three functions, built on exp(x - shift(x, dim))."""

    def my_softmax(x, dim=-1):
        exp = torch.exp(x - shift(x, dim))
        return exp / exp.sum(dim, keepdim=True)

    def my_log_softmax(x, dim=-1):
        z = x - shift(x, dim)
        return z - torch.log(torch.exp(z).sum(dim, keepdim=True))

    def my_logsumexp(x, dim=-1, keepdim=False):
        c = shift(x, dim)
        result = c + torch.log(torch.exp(x - c).sum(dim, keepdim=True))
        return result if keepdim else result.squeeze(dim)

    return my_softmax, my_log_softmax, my_logsumexp


@wrong("check_large")
class NotShifted:
    """exp is taken of the logits as they are. In float32 it is inf from about 89 on, and inf / inf is
    NaN; far below zero it is 0 everywhere, and 0 / 0 is NaN too.
    """

    my_softmax, my_log_softmax, my_logsumexp = shifted_by(lambda x, dim: 0.0)


@wrong("check_far_apart")
class GlobalMaximum:
    """The largest entry of the whole tensor is subtracted. A slice that lies far below it underflows:
    all its exponentials are 0. The maximum that helps a slice is its own, along dim.
    """

    my_softmax, my_log_softmax, my_logsumexp = shifted_by(lambda x, dim: x.max())


@wrong("check_large")
class MeanSubtracted:
    """The mean is subtracted. It centres the slice, but an entry far above the mean still overflows:
    what must not exceed zero is the largest entry.
    """

    my_softmax, my_log_softmax, my_logsumexp = shifted_by(lambda x, dim: x.mean(dim, keepdim=True))


@wrong("check_nothing_left")
class NaNForNothingLeft:
    """The maximum of a slice that is -inf everywhere is -inf as well, and -inf - (-inf) is NaN. The
    logarithm of an empty sum is -inf: keep that maximum out of the subtraction.
    """

    my_softmax, my_log_softmax, my_logsumexp = shifted_by(lambda x, dim: x.max(dim, keepdim=True).values)


@wrong("check_underflow")
class LogOfSoftmax:
    """The logarithm is taken of the finished probability. Where that has been rounded to 0, the
    logarithm is -inf, although the right value is an ordinary number such as -200.
    """

    def my_log_softmax(x, dim=-1):
        return torch.log(reference.my_softmax(x, dim))


@wrong("check_underflow")
class LogOfSoftmaxPlusEps:
    """A small number is added to the probability so that its logarithm stays finite. Every small
    probability then has the same logarithm, that of the small number, and no gradient.
    """

    def my_log_softmax(x, dim=-1):
        return torch.log(reference.my_softmax(x, dim) + 1e-9)


@wrong("check_dimensions")
class LastDimensionOnly:
    """The sums go along the last dimension whatever dim says. With the default nobody notices; along
    another dimension the probabilities do not sum to one.
    """

    def my_softmax(x, dim=-1):
        return reference.my_softmax(x, -1)

    def my_log_softmax(x, dim=-1):
        return reference.my_log_softmax(x, -1)

    def my_logsumexp(x, dim=-1, keepdim=False):
        return reference.my_logsumexp(x, -1, keepdim)


@wrong("check_transposed")
class ShiftedInPlace:
    """The maximum is subtracted in place: x -= m writes into the caller's tensor, and where that is a
    leaf that requires grad, autograd refuses it. x = x - m makes a new tensor.
    """

    def my_softmax(x, dim=-1):
        x -= x.max(dim, keepdim=True).values
        exp = torch.exp(x)
        return exp / exp.sum(dim, keepdim=True)

    def my_log_softmax(x, dim=-1):
        x -= x.max(dim, keepdim=True).values
        return x - torch.log(torch.exp(x).sum(dim, keepdim=True))

    def my_logsumexp(x, dim=-1, keepdim=False):
        maximum = x.max(dim, keepdim=True).values
        x -= maximum
        result = maximum + torch.log(torch.exp(x).sum(dim, keepdim=True))
        return result if keepdim else result.squeeze(dim)


@wrong("check_sizes")
class SqueezesEverything:
    """squeeze() without a dimension removes every dimension of size 1, not only the one that was
    summed over. A batch of one loses its batch dimension.
    """

    def my_logsumexp(x, dim=-1, keepdim=False):
        result = reference.my_logsumexp(x, dim, keepdim=True)
        return result if keepdim else result.squeeze()


@wrong("check_keepdim")
class IgnoresKeepdim:
    """keepdim is not looked at: the dimension is always removed. The result then does not line up
    with x where one is subtracted from the other.
    """

    def my_logsumexp(x, dim=-1, keepdim=False):
        return reference.my_logsumexp(x, dim)


@wrong("check_dtype")
class ReturnsFloat32:
    """The computation is done in float32, which is a good idea for low precision, but the result is
    not cast back: it must have the dtype of x.
    """

    def my_softmax(x, dim=-1):
        return reference.my_softmax(x.float(), dim)

    def my_log_softmax(x, dim=-1):
        return reference.my_log_softmax(x.float(), dim)

    def my_logsumexp(x, dim=-1, keepdim=False):
        return reference.my_logsumexp(x.float(), dim, keepdim)


@wrong("check_minus_infinity")
class ReplacesMinusInfinity:
    """-inf is replaced by a large negative number, to be rid of NaN. The probability is 0 then, but
    the log-probability is a number where it must be -inf.
    """

    def my_log_softmax(x, dim=-1):
        return reference.my_log_softmax(x.clamp(min=torch.finfo(x.dtype).min / 2), dim)
