import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_loss")
class AsItWas:
    """forward still returns probabilities, and cross-entropy takes their softmax once more. Numbers
    between 0 and 1 are scores that hardly differ, so the loss cannot get near zero.
    """

    class Classifier(reference.Classifier):
        def forward(self, x):
            return F.softmax(self.fc(x), dim=-1)

        def predict_proba(self, x):
            with torch.no_grad():
                return self(x)


@wrong("check_loss")
class NllOfProbabilities:
    """nll_loss does not take a logarithm, in spite of its name: it picks out the target's entry and
    changes the sign. Of probabilities that is a number from -1 to 0, and no cross-entropy.
    """

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.nll_loss(F.softmax(self(x), dim=-1), y)


@wrong("check_loss")
class NllOfScores:
    """nll_loss expects log-probabilities. Of raw scores it returns the negative mean score of the
    targets, which has no lower bound.
    """

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.nll_loss(self(x), y)


@wrong("check_large_scores")
class LogOfSoftmax:
    """The softmax is computed first and its logarithm afterwards. Where a probability is rounded to 0
    the logarithm is -inf. The two belong into one function.
    """

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.nll_loss(torch.log(F.softmax(self(x), dim=-1)), y)


@wrong("check_large_scores")
class LogOfSoftmaxPlusEps:
    """A small number is added to the probability before the logarithm. That limits the loss of a
    confident mistake, and where the limit is reached the gradient is zero.
    """

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.nll_loss(torch.log(F.softmax(self(x), dim=-1) + 1e-9), y)


@wrong("check_loss")
class SumInsteadOfMean:
    """This is the sum over the samples. What is asked for is their mean, so that the gradient does not
    grow with the batch.
    """

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.cross_entropy(self(x), y, reduction="sum")


@wrong("check_loss")
class OneLossForEachSample:
    """There is one loss for each sample. What is asked for is their mean."""

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.cross_entropy(self(x), y, reduction="none")


@wrong("check_forward")
class ForwardStillProbabilities:
    """The loss is repaired by going around forward, which still returns probabilities. Whoever takes
    its result for scores, a loss from elsewhere for example, has the old bug again.
    """

    class Classifier(reference.Classifier):
        def forward(self, x):
            return F.softmax(self.fc(x), dim=-1)

        def loss(self, x, y):
            return F.cross_entropy(self.fc(x), y)

        def predict_proba(self, x):
            with torch.no_grad():
                return self(x)


@wrong("check_forward")
class LogSoftmaxInForward:
    """forward returns log-probabilities. The loss does not mind, since a second log-softmax changes
    nothing, but these are not the scores of the layer.
    """

    class Classifier(reference.Classifier):
        def forward(self, x):
            return F.log_softmax(self.fc(x), dim=-1)


@wrong("check_probabilities")
class ProbabilitiesForgotten:
    """predict_proba returns what forward returns. Now that these are raw scores, somebody has to turn
    them into probabilities.
    """

    class Classifier(reference.Classifier):
        @torch.no_grad()
        def predict_proba(self, x):
            return self(x)


@wrong("check_probabilities")
class SoftmaxTwice:
    """Softmax is applied to probabilities. The result still sums to 1, and is much too even."""

    class Classifier(reference.Classifier):
        @torch.no_grad()
        def predict_proba(self, x):
            return F.softmax(F.softmax(self(x), dim=-1), dim=-1)


@wrong("check_probabilities")
class SoftmaxOverTheBatch:
    """The softmax runs over the first dimension. The columns then sum to 1: the samples compete with
    each other instead of the classes.
    """

    class Classifier(reference.Classifier):
        @torch.no_grad()
        def predict_proba(self, x):
            return F.softmax(self(x), dim=0)


@wrong("check_probabilities")
class SigmoidForEachClass:
    """Every class has a sigmoid of its own. Here the classes exclude each other, and the probabilities
    of a row sum to 1.
    """

    class Classifier(reference.Classifier):
        @torch.no_grad()
        def predict_proba(self, x):
            return torch.sigmoid(self(x))


@wrong("check_probabilities")
class ProbabilitiesWithGraph:
    """The probabilities carry their graph. Whoever collects them for a report keeps the graph of every
    batch in memory.
    """

    class Classifier(reference.Classifier):
        def predict_proba(self, x):
            return F.softmax(self(x), dim=-1)


@wrong("check_classes")
class LargestValue:
    """This is the largest score, or its probability. What is asked for is where it stands: the class."""

    class Classifier(reference.Classifier):
        @torch.no_grad()
        def predict(self, x):
            return self(x).max(dim=-1).values


@wrong("check_classes")
class ClassesOverTheBatch:
    """argmax runs over the first dimension: for each class it gives the sample that fits it best."""

    class Classifier(reference.Classifier):
        @torch.no_grad()
        def predict(self, x):
            return self(x).argmax(dim=0)


@wrong("check_left_as_it_was")
class SwitchesToEval:
    """Predicting switches the model to eval mode. Training that goes on afterwards does so without
    dropout and batch statistics, and nobody notices.
    """

    class Classifier(reference.Classifier):
        def predict_proba(self, x):
            self.eval()
            return super().predict_proba(x)

        def predict(self, x):
            self.eval()
            return super().predict(x)


@wrong("check_left_as_it_was")
class SwitchesToEvalAndBack:
    """Predicting ends in train mode, whatever the mode was before. A model that is being evaluated
    leaves its eval mode in the middle.
    """

    class Classifier(reference.Classifier):
        def predict_proba(self, x):
            self.eval()
            probabilities = super().predict_proba(x)
            self.train()
            return probabilities

        def predict(self, x):
            self.eval()
            classes = super().predict(x)
            self.train()
            return classes


@wrong("check_left_as_it_was")
class AutogradStaysOff:
    """Autograd is switched off for good. Every training step that comes after a prediction fails, or
    silently has no gradient.
    """

    class Classifier(reference.Classifier):
        def predict_proba(self, x):
            torch.set_grad_enabled(False)
            return F.softmax(self(x), dim=-1)

        def predict(self, x):
            torch.set_grad_enabled(False)
            return self(x).argmax(dim=-1)


@wrong("check_loss", shows="exception")
class ForwardWithoutGradients:
    """forward runs without autograd, which belongs into the predictions only. The loss has no graph,
    and backward has nothing to go back through.
    """

    class Classifier(reference.Classifier):
        def forward(self, x):
            with torch.no_grad():
                return self.fc(x)


@wrong("check_state")
class LossIsALayer:
    """A weight of the loss is kept as a buffer and gets into the state dict. Checkpoints of this class
    have only the parameters of fc.
    """

    class Classifier(reference.Classifier):
        def __init__(self, in_features, num_classes):
            super().__init__(in_features, num_classes)
            self.criterion = nn.CrossEntropyLoss(weight=torch.ones(num_classes))
