import torch

from pytest_torchkata.checks import wrong

from . import reference


def in_place_standardize(x):
    result = x.contiguous()
    result -= result.mean(dim=0)
    variance = (result**2).sum(dim=0) / max(len(x) - 1, 1)
    result /= torch.where(variance > 0, variance, 1).sqrt()
    return result


def in_place_padding(batch, lengths):
    padded = batch[:]
    for row, length in zip(padded, lengths, strict=True):
        row[length:] = 0
    return padded


def in_place_trajectory(w0, grad_fn, lr, steps):
    w = w0.detach()
    path = [w.clone()]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w.clone())
    return torch.stack(path)


@wrong("check_arguments")
class AsItWas:
    """All three still write into what they were given. contiguous hands back a contiguous tensor as it
    is, a full slice is a view, and detach shares memory.
    """

    standardize_columns = in_place_standardize
    zero_padding = in_place_padding
    sgd_trajectory = in_place_trajectory


@wrong("check_arguments")
class OnlyStandardizingIsRepaired:
    """One function is repaired. The other two also begin with a line that looks like a copy and is none."""

    zero_padding = in_place_padding
    sgd_trajectory = in_place_trajectory


@wrong("check_arguments")
class OnlyTheTrajectoryIsLeft:
    """sgd_trajectory still moves w0. detach cuts a tensor off from the graph, not from its memory."""

    sgd_trajectory = in_place_trajectory


@wrong("check_arguments")
class OnlyPaddingIsLeft:
    """zero_padding still writes into the batch. A full slice of a list is a copy; of a tensor it is a
    view, and so is every row of it.
    """

    zero_padding = in_place_padding


@wrong("check_arguments")
class OnlyStandardizingIsLeft:
    """standardize_columns still writes into x. contiguous copies only what is not contiguous."""

    standardize_columns = in_place_standardize


@wrong("check_arguments")
class DetachInsteadOfClone:
    """detach stands where a copy is needed. It returns a tensor that autograd does not follow, in the same
    memory as before.
    """

    def standardize_columns(x):
        return in_place_standardize(x.detach())

    def zero_padding(batch, lengths):
        return in_place_padding(batch.detach(), lengths)


@wrong("check_views")
class RepairedForContiguousOnly:
    """Data that lies in memory in one piece is copied first, and everything else is taken to have been
    copied already. A view with gaps has not.
    """

    def standardize_columns(x):
        result = x.clone() if x.is_contiguous() else x
        result -= result.mean(dim=0)
        variance = (result**2).sum(dim=0) / max(len(x) - 1, 1)
        return result.div_(torch.where(variance > 0, variance, 1).sqrt())


@wrong("check_values")
class EveryRowIsTheLast:
    """The list holds the same tensor many times, and every step writes into it: all rows show the last
    iterate. A list keeps references, not values.
    """

    def sgd_trajectory(w0, grad_fn, lr, steps):
        w = w0.clone()
        path = [w]
        for _ in range(steps):
            w -= lr * grad_fn(w)
            path.append(w)
        return torch.stack(path)


@wrong("check_values")
class OnlyTheFirstRowIsCopied:
    """The start is copied, and the later rows are references to one tensor that every step writes into:
    from the second on they are all equal.
    """

    def sgd_trajectory(w0, grad_fn, lr, steps):
        w = w0.clone()
        path = [w0.clone()]
        for _ in range(steps):
            w -= lr * grad_fn(w)
            path.append(w)
        return torch.stack(path)


@wrong("check_values")
class TheStartIsMissing:
    """The iterates are stored after each step only. The first row is to be w0, and there is one row more
    than there are steps.
    """

    def sgd_trajectory(w0, grad_fn, lr, steps):
        return reference.sgd_trajectory(w0, grad_fn, lr, steps)[1:]


@wrong("check_nothing_to_do")
class ReturnsTheInput:
    """Where nothing has to change, the argument itself is returned. The caller then has two names for the
    same memory, sometimes, and the next in-place edit reaches both.
    """

    def zero_padding(batch, lengths):
        if (lengths == batch.shape[1]).all():
            return batch
        return reference.zero_padding(batch, lengths)


@wrong("check_nothing_to_do")
class NoStepsNoCopy:
    """Without steps the result is w0 with a dimension added, which is a view of it."""

    def sgd_trajectory(w0, grad_fn, lr, steps):
        return reference.sgd_trajectory(w0, grad_fn, lr, steps) if steps else w0[None]


@wrong("check_nothing_to_do")
class StandardAlready:
    """Columns that are standardized already are handed back as they came, in the caller's memory."""

    def standardize_columns(x):
        result = reference.standardize_columns(x)
        return x if torch.equal(result, x) else result


@wrong("check_values")
class BiasedDeviation:
    """The squares are divided by N. The unbiased standard deviation, torch's default, divides by N - 1."""

    def standardize_columns(x):
        centered = x - x.mean(dim=0)
        variance = centered.square().mean(dim=0)
        return centered / torch.where(variance > 0, variance, 1).sqrt()


@wrong("check_values")
class StandardizesRows:
    """The mean and the deviation are taken along each row. dim=0 is the dimension to use up, so that one
    number for every column is left.
    """

    def standardize_columns(x):
        return reference.standardize_columns(x.t()).t()


@wrong("check_constant_columns")
class DividesByZero:
    """A constant column has a standard deviation of zero, and zero divided by zero is NaN."""

    def standardize_columns(x):
        centered = x - x.mean(dim=0)
        return centered / (centered.square().sum(dim=0) / max(len(x) - 1, 1)).sqrt()


@wrong("check_constant_columns")
class OneRowHasNoDeviation:
    """With one row the unbiased deviation divides by N - 1 = 0 and is NaN, which is not equal to zero: the
    guard for constant columns lets it through.
    """

    def standardize_columns(x):
        variance = (x - x.mean(dim=0)).square().sum(dim=0) / (len(x) - 1)
        return (x - x.mean(dim=0)) / torch.where(variance == 0, 1, variance).sqrt()


@wrong("check_values")
class KeepsOneTooMany:
    """The position at the length itself is kept. A row of length 2 has the positions 0 and 1."""

    def zero_padding(batch, lengths):
        return reference.zero_padding(batch, lengths + 1)


@wrong("check_values")
class KeepsThePadding:
    """The mask is the wrong way round: it is the entries before the length that are wanted."""

    def zero_padding(batch, lengths):
        return batch - reference.zero_padding(batch, lengths)


@wrong("check_padding_content")
class MultipliesByTheMask:
    """The batch is multiplied by a mask of ones and zeros. That is no way to remove NaN or infinity: times
    0 they are NaN.
    """

    def zero_padding(batch, lengths):
        return batch * (torch.arange(batch.shape[1]) < lengths[:, None])


@wrong("check_padding_content")
class FloatingZeros:
    """The zero that is filled in is a floating one, and integers come back as floats."""

    def zero_padding(batch, lengths):
        keep = torch.arange(batch.shape[1]) < lengths[:, None]
        return torch.where(keep, batch, torch.zeros(batch.shape))


@wrong("check_gradient", shows="exception")
class CutsTheGraph:
    """The copy is made with detach().clone(). The data is safe, but no gradient gets back to x."""

    def standardize_columns(x):
        return reference.standardize_columns(x.detach().clone())


@wrong("check_dtype")
class AlwaysSingle:
    """float() is a copy, and so the caller's data is safe, but in float32. A float64 argument
    comes back as float32.
    """

    def standardize_columns(x):
        return reference.standardize_columns(x.float())
