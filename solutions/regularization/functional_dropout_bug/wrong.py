import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


def stacked(model, x, n):
    with torch.no_grad():
        return torch.stack([model(x) for _ in range(n)])


def both(results):
    return results.mean(0), results.std(0)


class WithP(nn.Module):
    """Has the layers of Net and its p."""

    def __init__(self, in_features, hidden, out_features, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out_features)
        self.p = p


@wrong("check_eval")
class AsItWas:
    """Net still drops in eval mode. F.dropout is a function: it takes the mode as an argument, True unless
    told otherwise. (A new nn.Dropout made in forward has the same fault: it starts in train mode.)
    """

    class Net(WithP):
        def forward(self, x):
            x = F.relu(self.fc1(x))
            x = F.dropout(x, self.p)
            return self.fc2(x)

    def mc_predict(model, x, n):
        model.eval()
        return both(stacked(model, x, n))


@wrong("check_eval")
class DropsWithGradients:
    """Whether gradients are enabled is taken for the mode. eval() and no_grad() are two things: a model in
    eval mode may well compute gradients.
    """

    class Net(WithP):
        def forward(self, x):
            return self.fc2(F.dropout(F.relu(self.fc1(x)), self.p, torch.is_grad_enabled()))


@wrong("check_train")
class DropoutAtTheEnd:
    """Dropout comes after the last layer: it drops scores, bias included. It belongs to the hidden units."""

    class Net(reference.Net):
        def forward(self, x):
            return self.dropout(self.fc2(F.relu(self.fc1(x))))


@wrong("check_train")
class DropoutAtTheStart:
    """Dropout comes before the first layer: it drops inputs. It belongs to the hidden units."""

    class Net(reference.Net):
        def forward(self, x):
            return self.fc2(F.relu(self.fc1(self.dropout(x))))


@wrong("check_train")
class NeverDrops:
    """Nothing is dropped in train mode any more. Dropout is to stop in evaluation only."""

    class Net(WithP):
        def forward(self, x):
            return self.fc2(F.relu(self.fc1(x)))


@wrong("check_train")
class ForgetsP:
    """The mode is passed, but p is not: the default of one half is used for every p."""

    class Net(WithP):
        def forward(self, x):
            return self.fc2(F.dropout(F.relu(self.fc1(x)), training=self.training))


@wrong("check_train")
class KeepsWithProbabilityP:
    """p is used as the probability to keep a unit. In torch, and here, it is the probability to drop one."""

    class Net(reference.Net):
        def __init__(self, in_features, hidden, out_features, p=0.5):
            super().__init__(in_features, hidden, out_features, 1 - p)


@wrong("check_train")
class NoScaling:
    """The units that are left are not divided by 1 - p. On average fc2 then sees less in training than in
    evaluation.
    """

    class Net(WithP):
        def forward(self, x):
            hidden = F.relu(self.fc1(x))
            if self.training:
                hidden = hidden * (torch.rand_like(hidden) >= self.p)
            return self.fc2(hidden)


@wrong("check_statistics")
class PassesInEval:
    """All calls are made in eval mode. Now that dropout sleeps there, they all give the same, and the
    standard deviation is zero.
    """

    def mc_predict(model, x, n):
        modes = [(module, module.training) for module in model.modules()]
        model.eval()
        results = stacked(model, x, n)
        for module, training in modes:
            module.training = training
        return both(results)


@wrong("check_batch_norm")
class WholeModelInTrain:
    """The whole model is in train mode during the calls. Batch norm then uses the statistics of the batch,
    and each call moves its running ones.
    """

    def mc_predict(model, x, n):
        modes = [(module, module.training) for module in model.modules()]
        model.train()
        results = stacked(model, x, n)
        for module, training in modes:
            module.training = training
        return both(results)


@wrong("check_batch_norm")
class BatchNormAsItIs:
    """Dropout is switched on, and the rest left in the mode that it was in. If the model was in train mode,
    its batch norms still use the batch: they have to be in eval mode during the calls.
    """

    def mc_predict(model, x, n):
        modes = [(module, module.training) for module in model.modules()]
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.train()
        results = stacked(model, x, n)
        for module, training in modes:
            module.training = training
        return both(results)


@wrong("check_net_alone")
class FunctionalStaysAsleep:
    """Only nn.Dropout layers are switched on. This Net calls F.dropout with its own mode, and has no such
    layer: its calls all give the same.
    """

    class Net(WithP):
        def forward(self, x):
            return self.fc2(F.dropout(F.relu(self.fc1(x)), self.p, self.training))


@wrong("check_dropout_layers")
class OnlyNet:
    """Only the dropout of Net is switched on. A model may hold nn.Dropout layers elsewhere as well."""

    def mc_predict(model, x, n):
        modes = [(module, module.training) for module in model.modules()]
        model.eval()
        for module in model.modules():
            if hasattr(module, "fc1"):
                module.train()
        results = stacked(model, x, n)
        for module, training in modes:
            module.training = training
        return both(results)


@wrong("check_modes")
class LeavesDropoutOn:
    """Dropout stays on after the calls. The model says that it is in eval mode, and its next evaluation is
    random again.
    """

    def mc_predict(model, x, n):
        training = model.training
        model.eval()
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.train()
        results = stacked(model, x, n)
        model.training = training
        return both(results)


@wrong("check_modes")
class AlwaysEvalAfterwards:
    """The model is put into eval mode afterwards, whatever it was in. In the middle of a training that
    ends dropout, and the batch norms stop to follow.
    """

    def mc_predict(model, x, n):
        results = torch.stack(both(_with_dropout(model, x, n)))
        model.eval()
        return results[0], results[1]


@wrong("check_modes")
class RestoresByTheRoot:
    """The mode of the whole model is restored from that of its outermost module. train() sets all modules
    inside as well: one that was frozen in eval mode is now in train mode.
    """

    def mc_predict(model, x, n):
        training = model.training
        results = both(_with_dropout(model, x, n))
        model.train(training)
        return results


@wrong("check_statistics")
class BiasedDeviation:
    """The standard deviation is divided by n. Asked for is the unbiased one, by n - 1: for two results that
    is a factor of 1.4.
    """

    def mc_predict(model, x, n):
        results = _with_dropout(model, x, n)
        return results.mean(0), results.std(0, correction=0)


@wrong("check_statistics")
class Variance:
    """The second result is the variance. Asked for is its square root."""

    def mc_predict(model, x, n):
        results = _with_dropout(model, x, n)
        return results.mean(0), results.var(0)


@wrong("check_statistics")
class OverTheBatch:
    """Mean and deviation are taken over the samples as well. Each sample has its own, over its n results."""

    def mc_predict(model, x, n):
        results = _with_dropout(model, x, n)
        return results.mean((0, 1)), results.std((0, 1))


@wrong("check_no_graph")
class KeepsTheGraph:
    """The calls build a graph, and the results carry all n of them. A prediction needs none."""

    def mc_predict(model, x, n):
        modes = [(module, module.training) for module in model.modules()]
        model.eval()
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.train()
        results = torch.stack([model(x) for _ in range(n)])
        for module, training in modes:
            module.training = training
        return both(results)


@wrong("check_no_graph")
class SwitchesGradientsOff:
    """Gradients are switched off and stay off. The next training step then has no graph: a with block, or
    a decorator, puts the switch back by itself.
    """

    def mc_predict(model, x, n):
        torch.set_grad_enabled(False)
        return reference.mc_predict(model, x, n)


@wrong("check_no_graph")
class SwitchesGradientsOn:
    """Gradients are switched on at the end, whatever they were before. A caller who works without them
    then builds graphs, and keeps them.
    """

    def mc_predict(model, x, n):
        results = reference.mc_predict(model, x, n)
        torch.set_grad_enabled(True)
        return results


def _with_dropout(model, x, n):
    """Return the results of n calls with dropout, and restore all modes."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    results = stacked(model, x, n)
    for module, training in modes:
        module.training = training
    return results
