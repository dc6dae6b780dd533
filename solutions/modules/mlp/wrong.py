import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_values")
class SoftmaxOnTheOutput:
    """The scores go through a softmax. nn.CrossEntropyLoss applies one of its own, so the model would be
    trained on the softmax of a softmax: it learns slowly and never gets sure.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return super().forward(x).softmax(dim=-1)


@wrong("check_values")
class LogSoftmaxOnTheOutput:
    """The scores go through a log-softmax. That suits nn.NLLLoss, but it is not what is asked for: raw
    scores are what the last linear layer returns.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return F.log_softmax(super().forward(x), dim=-1)


@wrong("check_values")
class SigmoidOnTheOutput:
    """The scores go through a sigmoid. They are asked for raw: the loss with logits in its name does that
    step itself, and more precisely.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return super().forward(x).sigmoid()


@wrong("check_values")
class ReluOnTheOutput:
    """The last layer is followed by an activation as well. It cuts off every negative score, and no
    gradient flows where it does.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return torch.relu(super().forward(x))


@wrong("check_values")
class NoActivation:
    """Nothing stands between the two linear layers. Their composition is one linear map, so the hidden
    layer adds parameters and no power.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return self.fc2(self.fc1(x))


@wrong("check_values")
class SigmoidInside:
    """The activation between the layers is a sigmoid. What is asked for is ReLU, which does not flatten
    out for large inputs.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return self.fc2(torch.sigmoid(self.fc1(x)))


@wrong("check_values")
class TanhInside:
    """The activation between the layers is tanh. What is asked for is ReLU, which does not flatten out
    for large inputs.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return self.fc2(torch.tanh(self.fc1(x)))


@wrong("check_parameters")
class LayersMadeInForward:
    """The layers are made in forward: new random ones in every call, of which the module knows nothing.
    An optimizer made after the constructor finds no parameters.
    """

    class MLP(nn.Module):
        def __init__(self, in_features, hidden, out_features):
            super().__init__()
            self.sizes = in_features, hidden, out_features

        def forward(self, x):
            in_features, hidden, out_features = self.sizes
            return nn.Linear(hidden, out_features)(F.relu(nn.Linear(in_features, hidden)(x)))


@wrong("check_parameters")
class LayersInAList:
    """The layers are kept in a plain list. The module does not look into it, so they are in no
    parameters(), no state dict and no to(device).
    """

    class MLP(nn.Module):
        def __init__(self, in_features, hidden, out_features):
            super().__init__()
            self.layers = [nn.Linear(in_features, hidden), nn.ReLU(), nn.Linear(hidden, out_features)]

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x


@wrong("check_parameters", shows="exception")
class SuperComesTooLate:
    """The layers are assigned before super().__init__() has run, or it never runs. It sets up the tables
    in which a module keeps its layers, so it must come first.
    """

    class MLP(reference.MLP):
        def __init__(self, in_features, hidden, out_features):
            self.fc1 = nn.Linear(in_features, hidden)
            self.fc2 = nn.Linear(hidden, out_features)
            nn.Module.__init__(self)


@wrong("check_parameters")
class OneLayerForBoth:
    """There is one linear layer, applied twice. The two steps need weights of their own, and shapes of
    their own.
    """

    class MLP(nn.Module):
        def __init__(self, in_features, hidden, out_features):
            super().__init__()
            self.fc = nn.Linear(in_features, hidden)

        def forward(self, x):
            return self.fc(torch.relu(self.fc(x)))


@wrong("check_parameters")
class LastLayerFirst:
    """The last layer is assigned before the first. parameters() goes by the order of assignment, not by
    the order in which forward uses the layers.
    """

    class MLP(reference.MLP):
        def __init__(self, in_features, hidden, out_features):
            nn.Module.__init__(self)
            self.fc2 = nn.Linear(hidden, out_features)
            self.fc1 = nn.Linear(in_features, hidden)


@wrong("check_parameters")
class WithoutBiases:
    """The layers have no bias. Both are asked for with one; without it every score is zero for x = 0."""

    class MLP(reference.MLP):
        def __init__(self, in_features, hidden, out_features):
            nn.Module.__init__(self)
            self.fc1 = nn.Linear(in_features, hidden, bias=False)
            self.fc2 = nn.Linear(hidden, out_features, bias=False)


@wrong("check_parameters")
class OneHiddenLayerTooMany:
    """There are three linear layers. Two layers, as counted here, are two linear maps with one activation
    between them.
    """

    class MLP(nn.Module):
        def __init__(self, in_features, hidden, out_features):
            super().__init__()
            self.net = nn.Sequential(
                nn.Linear(in_features, hidden),
                nn.ReLU(),
                nn.Linear(hidden, hidden),
                nn.ReLU(),
                nn.Linear(hidden, out_features),
            )

        def forward(self, x):
            return self.net(x)


@wrong("check_eval")
class DropoutThatNeverStops:
    """F.dropout drops unless it is told not to: it is a function and knows nothing of the module's mode,
    so the scores stay random in eval mode.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return self.fc2(F.dropout(torch.relu(self.fc1(x)), 0.5))


@wrong("check_training")
class DropoutOnTheScores:
    """The dropout comes after the last linear layer, so scores themselves are set to zero in training.
    The one place where it is allowed is between the ReLU and the last layer.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return F.dropout(super().forward(x), 0.5, self.training)


@wrong("check_place_of_dropout")
class DropoutOnTheInput:
    """The dropout comes in front of the first layer, and features of x are set to zero in training. The one
    place where it is allowed is between the ReLU and the last layer.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return super().forward(F.dropout(x, 0.1, self.training))


@wrong("check_dimensions", shows="exception")
class FlattensEachSample:
    """Everything behind the first dimension is flattened, as one does with images. With more than one
    leading dimension, or none, the last size is then no longer in_features.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return super().forward(x.reshape(x.size(0), -1))


@wrong("check_dimensions")
class FlattensTheBatch:
    """The leading dimensions are merged into one, and not restored. A linear layer works on the last
    dimension and keeps the others, so nothing needs to be reshaped.
    """

    class MLP(reference.MLP):
        def forward(self, x):
            return super().forward(x.reshape(-1, x.size(-1)))
