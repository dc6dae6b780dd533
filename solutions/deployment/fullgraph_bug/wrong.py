import numpy as np
import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


def _kept(x, weight, threshold):
    scores = x @ weight
    return torch.where(scores > threshold, scores, 0.0)


@wrong("check_score")
class AsItWas:
    """Both still take numbers out of tensors, in score for every row. Nothing that is computed with such
    a number is in the graph, neither for the compiler nor for the gradient.
    """

    def score(x, weight, threshold):
        scores = []
        for row in x:
            value = (row @ weight).item()
            scores.append(value if value > threshold else 0.0)
        largest = np.abs(np.array(scores)).max()
        print(f"largest score: {largest:.3f}")
        if largest == 0:
            largest = 1.0
        return torch.tensor(scores, dtype=x.dtype) / largest

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            if self.training:
                old = self.running_scale.tolist()
                new = [float(feature.abs().mean()) for feature in x.T]
                mixed = [(1 - self.momentum) * a + self.momentum * b for a, b in zip(old, new, strict=True)]
                self.running_scale = torch.tensor(mixed, dtype=x.dtype)
            return x / self.running_scale


@wrong("check_score")
class ItemOfTheMaximum:
    """item() makes a Python number of the largest score. The divisor is then a constant: its part of the
    gradient is missing.
    """

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        largest = scores.abs().amax().item()
        return scores / (largest if largest != 0 else 1.0)


@wrong("check_score")
class NumpyRoundTrip:
    """The scores are computed in NumPy. The compiler can follow that, but no gradient can, and a tensor on
    a GPU has to be copied back first.
    """

    def score(x, weight, threshold):
        scores = x.detach().cpu().numpy() @ weight.detach().cpu().numpy()
        scores = np.where(scores > threshold, scores, 0)
        largest = np.abs(scores).max()
        return torch.from_numpy(scores / np.where(largest == 0, 1, largest)).to(x)


@wrong("check_score")
class DetachedDivisor:
    """The divisor is detached. The values are right, but its part of the gradient is missing."""

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        largest = scores.detach().abs().amax()
        return scores / torch.where(largest == 0, 1.0, largest)


@wrong("check_compiled_score")
class StillPrints:
    """The print is still there. To print a number the program has to leave the graph."""

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        largest = scores.abs().amax()
        print(f"largest score: {largest:.3f}")
        return scores / torch.where(largest == 0, 1.0, largest)


@wrong("check_compiled_score")
class IfTheMaximumIsZero:
    """A Python if asks whether the largest score is zero. It has to know the number, which there is not
    yet when a graph is captured.
    """

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        largest = scores.abs().amax()
        return scores if largest == 0 else scores / largest


@wrong("check_compiled_score")
class ListOverRows:
    """The rows are gone over in Python, with an if for each. That is a decision on a tensor's value again,
    and one operation after the other for what is a single product.
    """

    def score(x, weight, threshold):
        scores = [row @ weight for row in x]
        scores = torch.stack([s if s > threshold else s * 0 for s in scores])
        largest = scores.abs().amax()
        return scores / torch.where(largest == 0, 1.0, largest)


@wrong("check_score_sizes")
class DividesByZero:
    """Where no score is above the threshold the divisor is 0, and 0 divided by 0 is NaN."""

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        return scores / scores.abs().amax()


@wrong("check_score_limits")
class SmallestDivisor:
    """The divisor is kept above a small number. That avoids the zero, but scores that are smaller than
    this number are no longer brought to 1.
    """

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        return scores / scores.abs().amax().clamp(min=1e-8)


@wrong("check_score")
class AddsEps:
    """A small number is added to the divisor, to avoid a zero. It makes every score a little smaller."""

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        return scores / (scores.abs().amax() + 1e-3)


@wrong("check_score_limits")
class AtTheThreshold:
    """A score that is exactly the threshold is kept. It is not above it."""

    def score(x, weight, threshold):
        scores = x @ weight
        scores = torch.where(scores >= threshold, scores, 0.0)
        largest = scores.abs().amax()
        return scores / torch.where(largest == 0, 1.0, largest)


@wrong("check_score")
class LargestWithItsSign:
    """The largest score is taken, and not the largest absolute one. With a negative threshold the two are
    not the same.
    """

    def score(x, weight, threshold):
        scores = _kept(x, weight, threshold)
        largest = scores.amax()
        return scores / torch.where(largest == 0, 1.0, largest)


@wrong("check_score")
class LargestOfAll:
    """The divisor is taken from the dot products before the threshold is applied."""

    def score(x, weight, threshold):
        largest = (x @ weight).abs().amax()
        return _kept(x, weight, threshold) / torch.where(largest == 0, 1.0, largest)


@wrong("check_score")
class DropsRows:
    """The scores that are not above the threshold are left out. There is to be one for every row."""

    def score(x, weight, threshold):
        scores = x @ weight
        scores = scores[scores > threshold]
        largest = scores.abs().sum() * 0 + (scores.abs().amax() if len(scores) else 0)
        return scores / torch.where(largest == 0, 1.0, largest)


@wrong("check_compiled_scale")
class ListOfFeatures:
    """score is repaired. RunningScale still goes through lists of Python numbers."""

    class RunningScale(AsItWas.RunningScale):
        pass


@wrong("check_state")
class PlainAttribute:
    """running_scale is a plain attribute. It is missing from the state dict, and stays behind when the
    module is moved or cast.
    """

    class RunningScale(nn.Module):
        def __init__(self, dim, momentum=0.1):
            super().__init__()
            self.momentum = momentum
            self.running_scale = torch.ones(dim)

        def forward(self, x):
            return reference.RunningScale.forward(self, x)


@wrong("check_state")
class NotSaved:
    """The buffer is registered with persistent=False. It moves with the module, but is not saved."""

    class RunningScale(reference.RunningScale):
        def __init__(self, dim, momentum=0.1):
            super().__init__(dim, momentum)
            self.register_buffer("running_scale", torch.ones(dim), persistent=False)


@wrong("check_state")
class Parameter:
    """running_scale is a parameter. An optimizer would train it, and weight decay would shrink it."""

    class RunningScale(reference.RunningScale):
        def __init__(self, dim, momentum=0.1):
            super().__init__(dim, momentum)
            del self.running_scale
            self.running_scale = nn.Parameter(torch.ones(dim))

        def forward(self, x):
            if self.training:
                self.running_scale.data.lerp_(x.detach().abs().mean(0), self.momentum)
            return x / self.running_scale


@wrong("check_scale")
class KeepsTheGraph:
    """The mean is not detached. The buffer then holds the graph of every batch so far, and the gradient
    of x goes through it as well.
    """

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            if self.training:
                mean = x.abs().mean(0)
                self.running_scale = (1 - self.momentum) * self.running_scale + self.momentum * mean
            return x / self.running_scale


@wrong("check_scale")
class MovesInEvalMode:
    """The buffer moves in eval mode too. What the model answers then depends on what it was asked
    before.
    """

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            self.running_scale.lerp_(x.detach().abs().mean(0), self.momentum)
            return x / self.running_scale


@wrong("check_scale")
class MovesAfterwards:
    """The buffer moves after x was divided by it. It is to move first."""

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            out = x / self.running_scale.clone()
            if self.training:
                self.running_scale.lerp_(x.detach().abs().mean(0), self.momentum)
            return out


@wrong("check_scale")
class MomentumTheOtherWay:
    """momentum is taken for the weight of the old value. Here, as in batch norm, it is that of the new
    one.
    """

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            if self.training:
                self.running_scale.lerp_(x.detach().abs().mean(0), 1 - self.momentum)
            return x / self.running_scale


@wrong("check_scale")
class OneScaleForAll:
    """The mean is taken over all entries. There is one for each feature."""

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            if self.training:
                self.running_scale.lerp_(x.detach().abs().mean().expand(x.shape[1]), self.momentum)
            return x / self.running_scale


@wrong("check_scale")
class MeanWithItsSign:
    """The mean is taken without the absolute value, so that entries of both signs cancel out."""

    class RunningScale(reference.RunningScale):
        def forward(self, x):
            if self.training:
                self.running_scale.lerp_(x.detach().mean(0), self.momentum)
            return x / self.running_scale
