import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_weight")
class WeightedProbability:
    """p_t is taken from the weighted cross-entropy: exp(-w * ce) is p_t to the power w, not p_t.
    Compute p_t from the logits alone and multiply the weight in afterwards.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            ce = F.cross_entropy(logits, targets, weight=self.weight, reduction="none")
            loss = (1 - torch.exp(-ce)) ** self.gamma * ce
            return {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}[self.reduction](loss)


@wrong("check_saturated")
class NaiveModulator:
    """(1 - p_t) ** gamma is differentiated where p_t is exactly 1: for gamma below 1 its slope
    there is infinite, and infinity times zero is NaN in the gradient although the loss is fine.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            ce = F.cross_entropy(logits, targets, reduction="none")
            loss = (1 - torch.exp(-ce)) ** self.gamma * ce
            return self._reduce(loss, targets)


@wrong("check_saturated")
class SoftmaxThenLog:
    """The probability is computed first and its logarithm taken afterwards. A confident mistake has
    probability 0 in floating point, and log 0 is -inf.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            p = logits.softmax(-1).gather(-1, targets[:, None]).squeeze(-1)
            loss = -((1 - p).clamp(min=1e-30) ** self.gamma) * p.log()
            return self._reduce(loss, targets)


@wrong("check_gamma")
class ModulatesTheWrongWay:
    """The factor is p_t ** gamma. It keeps the samples that are classified well and damps the hard
    ones: the opposite of what the loss is for.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            ce = F.cross_entropy(logits, targets, reduction="none")
            loss = torch.exp(-ce) ** self.gamma * ce
            return self._reduce(loss, targets)


@wrong("check_buffer")
class WeightIsAnAttribute:
    """weight is stored as a plain attribute. The module does not know it: it stays behind when the
    module is cast or moved, and it is missing from the state dict.
    """

    class FocalLoss(reference.FocalLoss):
        def __init__(self, gamma=2.0, weight=None, reduction="mean"):
            super().__init__(gamma, None, reduction)
            del self.weight
            self.weight = weight


@wrong("check_weight")
class DividesByTheWeights:
    """The mean divides by the sum of the weights of the targets, as nn.CrossEntropyLoss does with
    its weight. Here it is the plain average over the samples.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            loss = super().forward(logits, targets)
            if self.weight is None or self.reduction != "mean":
                return loss
            return loss * len(targets) / self.weight[targets].sum()


@wrong("check_gamma")
class DetachedModulator:
    """The factor (1 - p_t) ** gamma is detached. The value of the loss is right, but the gradient
    treats the factor as a constant and misses one term of the product rule.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            ce = F.cross_entropy(logits, targets, reduction="none")
            loss = ((1 - torch.exp(-ce)).clamp(min=1e-30) ** self.gamma).detach() * ce
            return self._reduce(loss, targets)


@wrong("check_cross_entropy")
class SigmoidPerClass:
    """Every class gets a sigmoid of its own, as in the focal loss for detection. Here the classes
    exclude each other: p_t is the softmax probability.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            log_pt = F.logsigmoid(logits).gather(-1, targets[:, None]).squeeze(-1)
            miss = (-torch.expm1(log_pt)).clamp(min=1e-30)
            loss = -(miss**self.gamma) * log_pt
            return self._reduce(loss, targets)


@wrong("check_bad_arguments")
class AcceptsAnyArguments:
    """The arguments are stored unchecked. A misspelt reduction then quietly returns something else,
    and a negative gamma makes well classified samples count more, up to infinity.
    """

    class FocalLoss(reference.FocalLoss):
        def __init__(self, gamma=2.0, weight=None, reduction="mean"):
            nn.Module.__init__(self)
            self.gamma, self.reduction = gamma, reduction
            self.register_buffer("weight", weight)


@wrong("check_confident")
class LargeFloor:
    """1 - p_t is kept above 1e-3, against the infinite slope at 0. Samples whose p_t is nearer to 1 than that
    are common, and their loss comes out too large: the floor must be as small as the dtype allows.
    """

    class FocalLoss(reference.FocalLoss):
        def forward(self, logits, targets):
            ce = F.cross_entropy(logits, targets, reduction="none")
            return self._reduce((1 - torch.exp(-ce)).clamp(min=1e-3) ** self.gamma * ce, targets)
