import torch
from torch.nn import functional as F

from pytest_torchkata.checks import wrong


@wrong("check_picked")
class EveryColumnForEveryRow:
    """scores[:, index] takes the listed columns out of every row, which is an (N, N) matrix. The colon
    means all rows: nothing pairs an index with its own row.
    """

    def pick_per_row(scores, index):
        return scores[:, index]


@wrong("check_picked")
class IndexSelect:
    """index_select takes the listed columns for all rows alike, which is an (N, N) matrix. Here every row
    has an index of its own.
    """

    def pick_per_row(scores, index):
        return scores.index_select(1, index)


@wrong("check_picked")
class KeepsTheColumn:
    """The entries are right, but they still stand in a column: the result of gather has the shape of its
    index, and the N entries are wanted as (N,).
    """

    def pick_per_row(scores, index):
        return scores.gather(1, index[:, None])


@wrong("check_picked")
class GathersAlongTheRows:
    """The dim of gather is the one that the index counts in. With dim 0 it counts rows, and every entry
    comes from the first column.
    """

    def pick_per_row(scores, index):
        return scores.gather(0, index[:, None] % len(scores)).squeeze(1)


@wrong("check_gradients", shows="exception")
class BuiltFromNumbers:
    """The entries are read out as numbers and put into a new tensor. The values are right, but the new
    tensor has no history: no gradient gets back to the scores.
    """

    def pick_per_row(scores, index):
        return torch.tensor([row[i].item() for row, i in zip(scores, index, strict=True)], dtype=scores.dtype)


@wrong("check_sizes")
class SqueezesTheBatch:
    """squeeze without a dim removes every dimension of size 1. With a single row the batch goes too, and
    what is left has no dimensions.
    """

    def pick_per_row(scores, index):
        return scores.gather(1, index[:, None]).squeeze()


@wrong("check_infinities")
class MultipliesByOneHot:
    """A sum over scores times a one-hot mask adds every entry of the row, the others times 0. Infinity
    times 0 is NaN.
    """

    def pick_per_row(scores, index):
        return (scores * F.one_hot(index, scores.shape[1])).sum(dim=1)


@wrong("check_out_of_range")
class NegativeWrapsAround:
    """Indexing with brackets counts negative indices from the end, as Python does. A label of -1 then
    picks the last class in silence.
    """

    def pick_per_row(scores, index):
        return scores[torch.arange(len(scores)), index]


@wrong("check_out_of_range")
class ClampsTheIndex:
    """An index outside the range is moved to the nearest class. Nobody is told that a label was wrong."""

    def pick_per_row(scores, index):
        return scores.gather(1, index.clamp(0, scores.shape[1] - 1)[:, None]).squeeze(1)


@wrong("check_empty", shows="exception")
class AsksForTheLargestIndex:
    """The range is checked with the smallest and the largest index. An empty batch has neither, and min
    and max refuse it: ask whether any index is outside instead.
    """

    def pick_per_row(scores, index):
        if index.min() < 0 or index.max() >= scores.shape[1]:
            raise IndexError("index out of range")
        return scores.gather(1, index[:, None]).squeeze(1)


@wrong("check_best")
class DropsTheDim:
    """Both results have shape (N,): a reduction uses its dimension up, unless it is told to keep it."""

    def best_per_row(scores):
        return scores.max(dim=1)


@wrong("check_best")
class BestPerColumn:
    """The dim of a reduction is the one that is used up. dim=0 goes down the columns, and finds the best
    row of each.
    """

    def best_per_row(scores):
        values, columns = scores.max(dim=0)
        return values[:, None], columns[:, None]


@wrong("check_best")
class ColumnFirst:
    """The two results are in the other order: the value comes first, then its column."""

    def best_per_row(scores):
        values, columns = scores.max(dim=1, keepdim=True)
        return columns, values


@wrong("check_best")
class LargestMagnitude:
    """This finds the score that is farthest from zero. A large negative score is not the best one."""

    def best_per_row(scores):
        columns = scores.abs().argmax(dim=1, keepdim=True)
        return scores.gather(1, columns), columns


@wrong("check_non_contiguous")
class WritesIntoX:
    """The zeros are written into x itself, so the caller's data is gone. Where x collects a gradient,
    autograd refuses that.
    """

    def keep_above(x, threshold):
        x[x <= threshold] = 0
        return x


@wrong("check_kept")
class KeepsTheThreshold:
    """Entries equal to the threshold are kept as well. "Not greater" includes equal."""

    def keep_above(x, threshold):
        return torch.where(x >= threshold, x, torch.zeros_like(x))


@wrong("check_kept")
class FillsTheThreshold:
    """clamp raises what is below the threshold up to it. Zero is wanted there."""

    def keep_above(x, threshold):
        return x.clamp(min=threshold)


@wrong("check_kept")
class DropsEntries:
    """A mask in brackets leaves out what is False, and gives a vector. The shape of x is to stay."""

    def keep_above(x, threshold):
        return x[x > threshold]


@wrong("check_kept")
class KeepsTheMask:
    """This is the mask, as ones and zeros. The entries themselves are wanted where it is true."""

    def keep_above(x, threshold):
        return (x > threshold).to(x.dtype)


@wrong("check_infinities")
class MultipliesByTheMask:
    """x times a mask of ones and zeros is right for finite entries only: infinity times 0 is NaN. Choose
    between two values instead.
    """

    def keep_above(x, threshold):
        return x * (x > threshold)


@wrong("check_integers")
class FloatingZero:
    """The zero that is filled in is a float, and where promotes: integers come back as floats."""

    def keep_above(x, threshold):
        return torch.where(x > threshold, x, 0.0)


@wrong("check_integers")
class RoundsTheThreshold:
    """The threshold is turned into x's dtype before the comparison. For integers this cuts its fraction
    off, and one entry too few or too many is kept.
    """

    def keep_above(x, threshold):
        return torch.where(x > torch.tensor(threshold).to(x.dtype), x, torch.zeros_like(x))


@wrong("check_ties_gradient")
class SharedAmongEquals:
    """amax spreads the gradient over all scores that are equally large, while the column names only one of
    them. max with a dimension gives both, and its gradient goes to that column.
    """

    def best_per_row(scores):
        return scores.amax(dim=1, keepdim=True), scores.argmax(dim=1, keepdim=True)
