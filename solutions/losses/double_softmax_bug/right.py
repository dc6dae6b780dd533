import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import right

from . import reference


@right
class LogSoftmaxAndNll:
    """log_softmax and nll_loss in the loss; detach instead of no_grad."""

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            return F.nll_loss(F.log_softmax(self(x), dim=1), y)

        def predict_proba(self, x):
            return torch.softmax(self.forward(x), dim=1).detach()

        def predict(self, x):
            return torch.max(self.predict_proba(x), 1)[1]


@right
class Modules:
    """Modules without state for the loss and the softmax; inference_mode; the mode is restored."""

    class Classifier(nn.Module):
        def __init__(self, in_features, num_classes):
            super(self.__class__, self).__init__()
            self.fc = nn.Linear(in_features, num_classes)
            self.criterion = nn.CrossEntropyLoss()
            self.softmax = nn.Softmax(dim=-1)

        def forward(self, x):
            return self.fc(x)

        def loss(self, x, y):
            return self.criterion(self.forward(x), y)

        @torch.inference_mode()
        def predict_proba(self, x):
            was_training = self.training
            self.eval()
            probabilities = self.softmax(self(x))
            self.train(was_training)
            return probabilities

        @torch.inference_mode()
        def predict(self, x):
            return self(x).argmax(1)


@right
class LogSumExp:
    """The loss written out: logsumexp of the row minus the target's score."""

    class Classifier(reference.Classifier):
        def loss(self, x, y):
            scores = self(x)
            return (scores.logsumexp(dim=1) - scores[torch.arange(len(y)), y]).mean()
