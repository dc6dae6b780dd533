import torch

from pytest_torchkata.checks import wrong

from . import reference


def check_rows(pred, target):
    if pred.shape[0] != target.shape[0]:
        raise ValueError(f"{pred.shape[0]} predictions, {target.shape[0]} targets")


@wrong("check_pairs")
class AsItWas:
    """A column minus a vector is still a square: every prediction is compared with every target, and
    the best that a model can do is to predict their mean.
    """

    def mse_loss(pred, target):
        return ((pred - target) ** 2).mean()

    def mae_loss(pred, target):
        return (pred - target).abs().mean()

    def accuracy(logits, labels):
        predicted = logits.argmax(dim=-1)
        return (predicted == labels).sum().item() / len(labels)


@wrong("check_pairs")
class StillASquare:
    """The shapes are checked now, but a column and a vector, which both are allowed, still broadcast
    to a square. They must have one shape before they are subtracted.
    """

    def mse_loss(pred, target):
        reference._difference(pred, target)
        return ((pred - target) ** 2).mean()

    def mae_loss(pred, target):
        reference._difference(pred, target)
        return (pred - target).abs().mean()


@wrong("check_refusals")
class SqueezesEverything:
    """squeeze() without a dimension removes every dimension of size 1. That makes pairs of shapes equal
    that have nothing to do with each other, and what still differs broadcasts as before.
    """

    def mse_loss(pred, target):
        return ((pred.squeeze() - target.squeeze()) ** 2).mean()

    def mae_loss(pred, target):
        return (pred.squeeze() - target.squeeze()).abs().mean()


@wrong("check_refusals")
class SqueezesThenCompares:
    """squeeze() without a dimension also removes the batch dimension where N is 1, and turns (1, N)
    into (N,). Shapes that are compared afterwards look equal too often.
    """

    def _squeezed(pred, target):
        pred, target = pred.squeeze(), target.squeeze()
        if pred.shape != target.shape:
            raise ValueError(f"{tuple(pred.shape)} and {tuple(target.shape)} do not match")
        return pred - target

    def mse_loss(pred, target):
        return SqueezesThenCompares._squeezed(pred, target).square().mean()

    def mae_loss(pred, target):
        return SqueezesThenCompares._squeezed(pred, target).abs().mean()


@wrong("check_one_sample", shows="exception")
class SqueezesTheBatchAway:
    """squeeze() without a dimension turns a batch of one sample into a tensor without dimensions. A
    length, or a first size, is then no longer there.
    """

    def _squeezed(pred, target):
        pred, target = pred.squeeze(), target.squeeze()
        if len(pred) != len(target):
            raise ValueError(f"{len(pred)} predictions, {len(target)} targets")
        return pred - target

    def mse_loss(pred, target):
        return SqueezesTheBatchAway._squeezed(pred, target).square().mean()

    def mae_loss(pred, target):
        return SqueezesTheBatchAway._squeezed(pred, target).abs().mean()


@wrong("check_refusals")
class ViewsAsThePrediction:
    """view_as and reshape accept everything with the same number of elements: a row, a transposed
    table, (2, 2) for four samples. What does not belong together is paired up without a word. For
    the rest they raise RuntimeError, and not ValueError.
    """

    def mse_loss(pred, target):
        return (pred - target.reshape_as(pred)).square().mean()

    def mae_loss(pred, target):
        return (pred - target.reshape_as(pred)).abs().mean()


@wrong("check_refusals")
class OnlyCountsElements:
    """Both are flattened and only their numbers of elements are compared. A row, a table or a tensor
    without dimensions has as many elements as some vector, and is no batch of N numbers.
    """

    def _difference(pred, target):
        if pred.numel() != target.numel():
            raise ValueError(f"{pred.numel()} predictions, {target.numel()} targets")
        return pred.reshape(-1) - target.reshape(-1)

    def mse_loss(pred, target):
        return OnlyCountsElements._difference(pred, target).square().mean()

    def mae_loss(pred, target):
        return OnlyCountsElements._difference(pred, target).abs().mean()


@wrong("check_refusals")
class OnlyCountsSamples:
    """Only the first sizes are compared. What comes after them, a second column or a third dimension,
    goes unnoticed.
    """

    def mse_loss(pred, target):
        check_rows(torch.atleast_1d(pred), torch.atleast_1d(target))
        pred, target = (x.squeeze(1) if x.dim() == 2 else x for x in (pred, target))
        return (pred - target).square().mean()

    def mae_loss(pred, target):
        check_rows(torch.atleast_1d(pred), torch.atleast_1d(target))
        pred, target = (x.squeeze(1) if x.dim() == 2 else x for x in (pred, target))
        return (pred - target).abs().mean()


@wrong("check_pairs", shows="exception")
class RefusesMixedShapes:
    """Every difference between the shapes is refused. A column and a vector with the same N are
    allowed, and must be brought to one shape instead.
    """

    def mse_loss(pred, target):
        if pred.shape != target.shape:
            raise ValueError(f"{tuple(pred.shape)} and {tuple(target.shape)} do not match")
        return (pred - target).square().mean()

    def mae_loss(pred, target):
        if pred.shape != target.shape:
            raise ValueError(f"{tuple(pred.shape)} and {tuple(target.shape)} do not match")
        return (pred - target).abs().mean()


@wrong("check_refusals")
class Asserts:
    """An assert raises AssertionError, and nothing at all under python -O. What a caller can get wrong
    is refused with ValueError.
    """

    def mse_loss(pred, target):
        assert pred.dim() in (1, 2)
        assert target.dim() in (1, 2)
        assert pred.numel() == len(pred) == len(target) == target.numel()
        return (pred.reshape(-1) - target.reshape(-1)).square().mean()

    def mae_loss(pred, target):
        assert pred.dim() in (1, 2)
        assert target.dim() in (1, 2)
        assert pred.numel() == len(pred) == len(target) == target.numel()
        return (pred.reshape(-1) - target.reshape(-1)).abs().mean()


@wrong("check_pairs")
class OnlyOneLossRepaired:
    """One of the two losses still subtracts a vector from a column. Both have the same fault, and need
    the same repair.
    """

    def mae_loss(pred, target):
        return (pred - target).abs().mean()


@wrong("check_accuracy")
class AccuracyAsItWas:
    """The predicted classes are a vector, and the labels may be a column. The comparison is then a
    square, in which every sample has N chances to be right.
    """

    def accuracy(logits, labels):
        predicted = logits.argmax(dim=-1)
        return (predicted == labels).sum().item() / len(labels)


@wrong("check_accuracy")
class MeanOfTheSquare:
    """The mean of the comparison stays below 1 even if it is a square, and so looks right. With column
    labels it tells how often any row's prediction equals any row's label.
    """

    def accuracy(logits, labels):
        return (logits.argmax(dim=-1) == labels).float().mean().item()


@wrong("check_accuracy")
class AccuracyIsATensor:
    """The accuracy is a tensor. A number for a report is a Python float."""

    def accuracy(logits, labels):
        return (logits.argmax(dim=1) == labels.reshape(-1)).float().mean()


@wrong("check_accuracy")
class CountsTheHits:
    """This is the number of rows that are right. The accuracy is their share, from 0 to 1."""

    def accuracy(logits, labels):
        return float((logits.argmax(dim=1) == labels.reshape(-1)).sum())


@wrong("check_pairs", shows="exception")
class DetachedPrediction:
    """The prediction is cut off from its graph, through detach, .data or a new tensor made of its
    values. The loss is right, and nothing can be trained with it.
    """

    def mse_loss(pred, target):
        return reference._difference(pred.detach(), target).square().mean()

    def mae_loss(pred, target):
        return reference._difference(pred.detach(), target).abs().mean()


@wrong("check_pairs")
class SumInsteadOfMean:
    """This is the sum over the pairs. With a mean the loss, and with it the step, does not grow with
    the size of the batch.
    """

    def mse_loss(pred, target):
        return reference._difference(pred, target).square().sum()

    def mae_loss(pred, target):
        return reference._difference(pred, target).abs().sum()


@wrong("check_float64")
class CastsToFloat32:
    """Both are cast to float32 first. Inputs in float64 lose half of their digits, and the loss has
    another dtype than the prediction.
    """

    def mse_loss(pred, target):
        return reference._difference(pred.float(), target.float()).square().mean()

    def mae_loss(pred, target):
        return reference._difference(pred.float(), target.float()).abs().mean()


@wrong("check_shapes_left")
class ReshapesTheInput:
    """unsqueeze_ and squeeze_, with the underscore, change the tensor of the caller, who finds another shape
    afterwards.
    """

    def _difference(pred, target):
        for x in (pred, target):
            if x.dim() not in (1, 2) or (x.dim() == 2 and x.shape[1] != 1):
                raise ValueError("neither a vector nor a column")
            if x.dim() == 1:
                x.unsqueeze_(1)
        check_rows(pred, target)
        return pred - target

    def mse_loss(pred, target, difference=_difference):
        return difference(pred, target).square().mean()

    def mae_loss(pred, target, difference=_difference):
        return difference(pred, target).abs().mean()
