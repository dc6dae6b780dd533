import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


class _Own(reference.CustomLayer):
    """The reference, without its tensors."""

    def __init__(self, dim):
        nn.Module.__init__(self)
        self.weight = nn.Parameter(torch.randn(dim, dim) / dim**0.5)
        self.bias = nn.Parameter(torch.zeros(dim))


@wrong("check_registered")
class AsItWas:
    """scale and running_mean are plain tensors: the module has them in no table. Moving them by hand in
    forward cures one symptom and leaves the others.
    """

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = torch.tensor(2.0)
            self.running_mean = torch.zeros(dim)

        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.mean(dim=0)
            return out


@wrong("check_registered")
class ScaleStaysPlain:
    """running_mean is registered now, scale is not. A tensor that requires a gradient gets one, but only
    a Parameter is handed to the optimizer and saved.
    """

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = torch.tensor(2.0, requires_grad=True)
            self.register_buffer("running_mean", torch.zeros(dim))


@wrong("check_registered")
class MeanStaysPlain:
    """scale is registered now, running_mean is not: it is still lost on saving and left behind on moving."""

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = nn.Parameter(torch.tensor(2.0))
            self.running_mean = torch.zeros(dim)


@wrong("check_registered")
class MeanIsAParameter:
    """running_mean is a parameter. It is saved and moved, but it is not learned: whoever asks for
    parameters(), to count, to decay or to clip, gets it too.
    """

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = nn.Parameter(torch.tensor(2.0))
            self.running_mean = nn.Parameter(torch.zeros(dim))

        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean.data = 0.9 * self.running_mean.data + 0.1 * out.detach().mean(dim=0)
            return out


@wrong("check_registered")
class ScaleIsABuffer:
    """scale is a buffer. It is saved and moved now, but no optimizer gets it: it stays at 2."""

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.register_buffer("scale", torch.tensor(2.0))
            self.register_buffer("running_mean", torch.zeros(dim))


@wrong("check_registered")
class NotPersistent:
    """persistent=False keeps the buffer out of the state dict: it moves with the module, and is lost when
    the module is saved.
    """

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = nn.Parameter(torch.tensor(2.0))
            self.register_buffer("running_mean", torch.zeros(dim), persistent=False)


@wrong("check_registered")
class ScaleOfShapeOne:
    """scale has shape (1,). The products are the same, but a checkpoint with a scale of shape () does not
    load.
    """

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = nn.Parameter(torch.tensor([2.0]))
            self.register_buffer("running_mean", torch.zeros(dim))


@wrong("check_start")
class ScaleStartsAtOne:
    """scale starts at one. That is the usual start, but here it is 2."""

    class CustomLayer(_Own):
        def __init__(self, dim):
            super().__init__(dim)
            self.scale = nn.Parameter(torch.ones(()))
            self.register_buffer("running_mean", torch.zeros(dim))


@wrong("check_values")
class ScaleAsANumber:
    """item() turns scale into a Python number. The output is right, but no gradient reaches scale."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale.item()
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
            return out


@wrong("check_values")
class TransposedWeight:
    """F.linear multiplies by the transposed weight, as nn.Linear stores it. Here it is x @ weight."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = F.linear(x, self.weight, self.bias) * self.scale
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
            return out


@wrong("check_values")
class BiasIsNotScaled:
    """The bias is added after the scaling. In the layer as it was it is scaled as well."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = x @ self.weight * self.scale + self.bias
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
            return out


@wrong("check_running_mean")
class KeepsATenth:
    """The two shares are exchanged: nine tenths of the new batch. The mean then jumps with every batch."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean = 0.1 * self.running_mean + 0.9 * out.detach().mean(dim=0)
            return out


@wrong("check_running_mean")
class MeanOfTheInput:
    """The mean is that of x. It is the output whose mean is kept."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * x.detach().mean(dim=0)
            return out


@wrong("check_running_mean")
class MeanBeforeTheScale:
    """The mean is taken before the scaling. It is the output, scale included, whose mean is kept."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = x @ self.weight + self.bias
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
            return out * self.scale


@wrong("check_running_mean")
class MeanOfEverything:
    """The mean is taken over all elements, one number for all features. It is broadcast without an error;
    each feature has a mean of its own.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean()
            return out


@wrong("check_running_mean")
class PastTheModule:
    """The new mean is written past the module's own bookkeeping. The attribute hides the buffer, which is
    what gets saved and moved, and which stays as it was.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
                self.__dict__["running_mean"] = mean
            return out


@wrong("check_running_mean")
class NeverMoves:
    """The new mean is computed and thrown away, or written into a copy: running_mean stays as it was."""

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean.mul(0.9).add(0.1 * out.detach().mean(dim=0))
            return out


@wrong("check_first_batch")
class StartsAtTheFirstBatch:
    """The first batch sets running_mean to its own mean, so that it need not creep up from zero. That is done
    elsewhere; here it starts at zero, and every batch counts a tenth.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                mean = out.detach().mean(dim=0)
                moved = 0.9 * self.running_mean + 0.1 * mean
                self.running_mean = torch.where((self.running_mean == 0).all(), mean, moved)
            return out


@wrong("check_eval")
class MovesInEvalMode:
    """running_mean moves in every call. What is seen in evaluation must not change the model: ask for the
    mode.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
            return out


@wrong("check_eval")
class AsksForTheGraph:
    """It is the recording of gradients that is asked for, not the mode. The two are separate switches: eval
    mode with recording moves the mean now, and train mode under no_grad does not.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if torch.is_grad_enabled():
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.detach().mean(dim=0)
            return out


@wrong("check_graph")
class KeepsTheGraph:
    """The mean is computed from an output that carries a graph, and so carries one itself: that of this
    batch, and through the old mean those of all batches before.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean = 0.9 * self.running_mean + 0.1 * out.mean(dim=0)
            return out


@wrong("check_memory")
class KeepsTheOutput:
    """The last output is kept as an attribute. It holds on to its graph and its batch until the next call,
    and deepcopy refuses a tensor with a graph.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            self.last = super().forward(x)
            return self.last


@wrong("check_nothing_kept")
class KeepsTheOutputDetached:
    """The last output is kept as an attribute, without its graph. It is a whole batch all the same, and stays
    in memory until the next call.
    """

    class CustomLayer(reference.CustomLayer):
        def forward(self, x):
            out = super().forward(x)
            self.last = out.detach()
            return out


@wrong("check_copies")
class SharedMean:
    """The tensor of zeros is made once, for the class, and moved in place. All layers then write into the
    same one.
    """

    class CustomLayer(_Own):
        _zeros: dict[int, torch.Tensor] = {}

        def __init__(self, dim):
            super().__init__(dim)
            self.scale = nn.Parameter(torch.tensor(2.0))
            self.register_buffer("running_mean", self._zeros.setdefault(dim, torch.zeros(dim)))

        def forward(self, x):
            out = (x @ self.weight + self.bias) * self.scale
            if self.training:
                self.running_mean.mul_(0.9).add_(0.1 * out.detach().mean(dim=0))
            return out
