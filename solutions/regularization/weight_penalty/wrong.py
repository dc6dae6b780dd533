import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


def matrices(model):
    return [p for p in model.parameters() if p.requires_grad and p.dim() >= 2]


def total(terms):
    return sum(terms, torch.zeros(()))


def penalty_of(parameters, l1, l2):
    return total(l1 * p.abs().sum() + l2 / 2 * p.square().sum() for p in parameters)


@wrong("check_l2")
class WithoutTheHalf:
    """The factor one half is missing. The derivative of w ** 2 is 2 w, so the gradient is twice what
    weight_decay adds.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return reference.weight_penalty(model, l1, 2 * l2)


@wrong("check_l2")
class NormNotSquared:
    """The norm is added, not its square. Its gradient has the same length for large and small weights:
    that does not decay a weight in proportion to its size.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return total(l1 * p.abs().sum() + l2 / 2 * p.norm(2) for p in matrices(model))


@wrong("check_l2")
class MeansInsteadOfSums:
    """The mean is taken in the place of the sum. The penalty on one weight then depends on how large its
    matrix is.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return total(l1 * p.abs().mean() + l2 / 2 * p.square().mean() for p in matrices(model))


@wrong("check_l1")
class SumsWithSigns:
    """The L1 term sums the weights with their signs. Positive and negative ones cancel: it needs their
    magnitudes.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return total(l1 * p.sum() + l2 / 2 * p.square().sum() for p in matrices(model))


@wrong("check_l1")
class FactorsSwapped:
    """The two factors have changed places: l1 belongs to the absolute values, l2 to the squares."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        return reference.weight_penalty(model, l2, l1)


@wrong("check_l1")
class HalvesBoth:
    """Both terms are halved. The half belongs to the squares, to cancel the 2 of their derivative."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        return reference.weight_penalty(model, l1 / 2, l2)


@wrong("check_l2", shows="exception")
class Detached:
    """The sums are taken of detached values, or of .data. The number is right, but it is a constant: no
    gradient comes back from it, and it penalises nothing.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return penalty_of([p.data for p in matrices(model)], l1, l2)


@wrong("check_l2", shows="exception")
class PythonFloat:
    """The result is a Python float, through item(). The number is right, but it has left the graph: no
    gradient comes back from it.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return reference.weight_penalty(model, l1, l2).item()


@wrong("check_l2")
class OneElement:
    """The result has shape (1,). A loss has no dimensions; start from a tensor without any."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        penalty = penalty_of(matrices(model), l1, l2)
        return torch.zeros(1, device=penalty.device) + penalty


@wrong("check_nothing_counts")
class NumberForNothing:
    """Where no parameter counts, the result is the Python number that the sum started with. It is to be a
    tensor in any case.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return sum(l1 * p.abs().sum() + l2 / 2 * p.square().sum() for p in matrices(model))


@wrong("check_nothing_counts", shows="exception")
class StacksNothing:
    """Where no parameter counts, there is nothing to stack, concatenate or reduce, and torch raises."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        terms = [l1 * p.abs().sum() + l2 / 2 * p.square().sum() for p in matrices(model)]
        return torch.stack(terms).sum()


@wrong("check_l2")
class EveryParameter:
    """Biases count as well. They are vectors, and so are the weights of normalisations: only parameters
    with at least two dimensions count.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return penalty_of([p for p in model.parameters() if p.requires_grad], l1, l2)


@wrong("check_what_counts")
class AllButBiases:
    """What is not called bias counts. The weight of a batch norm is a vector too, and a bias may have
    another name: ask for the number of dimensions.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        named = model.named_parameters()
        return penalty_of([p for name, p in named if "bias" not in name and p.requires_grad], l1, l2)


@wrong("check_what_counts")
class ByTheNameWeight:
    """What is called weight counts. So do the vectors of normalisations then, and parameters with another
    name do not: ask for the number of dimensions.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        named = model.named_parameters()
        return penalty_of([p for name, p in named if "weight" in name and p.requires_grad], l1, l2)


@wrong("check_what_counts")
class LinearAndConvOnly:
    """Only linear layers and convolutions are visited. Embeddings, recurrent layers and parameters of your
    own have matrices too.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        layers = {m for m in model.modules() if isinstance(m, (nn.Linear, nn.Conv2d))}
        weights = {m.weight for m in layers if m.weight.requires_grad}
        return penalty_of(sorted(weights, key=lambda p: p.shape), l1, l2)


@wrong("check_what_counts")
class ExactlyTwoDimensions:
    """Only parameters with two dimensions count. The kernel of a convolution has more."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        return penalty_of([p for p in matrices(model) if p.dim() == 2], l1, l2)


@wrong("check_own_parameters")
class ChildrenOnly:
    """Only the layers inside the model are visited. A module can have parameters of its own."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        children = list(model.children()) or [model]
        found = {id(p): p for child in children for p in matrices(child)}
        return penalty_of(found.values(), l1, l2)


@wrong("check_frozen")
class FrozenToo:
    """Frozen parameters count as well. They are not trained, so a penalty on them is a constant."""

    def weight_penalty(model, l1=0.0, l2=0.0):
        return penalty_of([p for p in model.parameters() if p.dim() >= 2], l1, l2)


@wrong("check_shared")
class SharedTwice:
    """A shared parameter counts as often as it is used, so it is pulled to zero twice as hard. parameters()
    lists it once; going over layers does not.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        named = model.named_parameters(remove_duplicate=False)
        return penalty_of([p for _, p in named if p.requires_grad and p.dim() >= 2], l1, l2)


@wrong("check_zero_weights")
class RootOfTheSum:
    """A root is taken and squared again. The value is right, but a root has an infinite slope at zero: for
    a matrix of zeros the gradient is NaN.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        squares = (p.square().sum().sqrt() ** 2 for p in matrices(model))
        return total(l2 / 2 * square for square in squares) + penalty_of(matrices(model), l1, 0.0)


@wrong("check_zero_weights")
class RootOfTheSquare:
    """The absolute value is written as the root of the square. At a weight of zero its gradient is
    infinity times zero, NaN, where that of abs is 0.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        return total(l1 * p.square().sqrt().sum() + l2 / 2 * p.square().sum() for p in matrices(model))


@wrong("check_left_alone")
class DecaysTheWeights:
    """The weights themselves are shrunk, as an optimiser with weight decay does. Asked for is a number to
    be added to the loss; the step comes later.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        penalty = reference.weight_penalty(model, l1, l2)
        for p in matrices(model):
            p.data.mul_(1 - l2)
        return penalty


@wrong("check_left_alone")
class AddsToTheGradients:
    """The penalty's gradient is added to .grad inside, and comes a second time with the backward of the
    loss. Asked for is a number only.
    """

    def weight_penalty(model, l1=0.0, l2=0.0):
        reference.weight_penalty(model, l1, l2).backward()
        return reference.weight_penalty(model, l1, l2)
