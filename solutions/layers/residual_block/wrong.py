from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_values")
class ReluAfterTheSum:
    """A ReLU follows the addition, as in the first residual networks. It cuts off the negative half of
    x, so the block is no identity any more, whatever the branch does.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return F.relu(super().forward(x))


@wrong("check_values")
class ReluAtTheEndOfTheBranch:
    """The branch ends in a ReLU as well. It can then only add to x, and never take anything away."""

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x + F.relu(self.fc2(F.relu(self.fc1(x))))


@wrong("check_values")
class ReluBehindTheSecondLayerOnly:
    """The ReLU stands behind both layers. Two linear layers in a row are one, and a branch that ends in
    a ReLU can only add.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x + F.relu(self.fc2(self.fc1(x)))


@wrong("check_values")
class ReluFirst:
    """The ReLU comes before the first layer, as in blocks with pre-activation. Here the branch is
    Linear, ReLU, Linear.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x + self.fc2(self.fc1(F.relu(x)))


@wrong("check_values")
class NoRelu:
    """There is no ReLU in the branch. Two linear layers without anything between them are one."""

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x + self.fc2(self.fc1(x))


@wrong("check_values")
class NoSkip:
    """x itself is not added. That is a plain network of two layers: where it gives zero, nothing comes
    out, and no gradient goes back.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return self.fc2(F.relu(self.fc1(x)))


@wrong("check_values")
class SkipsAfterTheFirstLayer:
    """What is added is the output of the first layer, since x has been overwritten by then. Keep what
    came in under a name of its own.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            x = self.fc1(x)
            return x + self.fc2(F.relu(x))


@wrong("check_values")
class ScaledSum:
    """The sum is scaled. After fifty such blocks nothing is left of x: the sum has to be taken as it is."""

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return super().forward(x) / 2**0.5


@wrong("check_parameters")
class GatedSkip:
    """A trainable factor weighs the branch. That is another block, with a fifth parameter."""

    class ResidualBlock(reference.ResidualBlock):
        def __init__(self, dim):
            super().__init__(dim)
            self.gate = nn.Parameter(self.fc1.bias.detach().new_ones(1))

        def forward(self, x):
            return x + self.gate * self.fc2(F.relu(self.fc1(x)))


@wrong("check_parameters")
class OneLayerTwice:
    """The same linear layer is used twice. Then both halves of the branch share their weights; it takes
    two layers, and four parameters.
    """

    class ResidualBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.fc = nn.Linear(dim, dim)

        def forward(self, x):
            return x + self.fc(F.relu(self.fc(x)))


@wrong("check_parameters")
class NoBias:
    """The linear layers have no bias. The block is described with two linear layers as they come."""

    class ResidualBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.fc1 = nn.Linear(dim, dim, bias=False)
            self.fc2 = nn.Linear(dim, dim, bias=False)

        def forward(self, x):
            return x + self.fc2(F.relu(self.fc1(x)))


@wrong("check_parameters")
class NormInside:
    """There is a normalisation in the branch. Many residual blocks have one; this one has two linear
    layers and a ReLU, and four parameters.
    """

    class ResidualBlock(reference.ResidualBlock):
        def __init__(self, dim):
            super().__init__(dim)
            self.norm = nn.LayerNorm(dim)

        def forward(self, x):
            return x + self.fc2(F.relu(self.fc1(self.norm(x))))


@wrong("check_parameters")
class LayersInAList:
    """The layers are kept in a plain list. A module looks for modules among its attributes, and into
    nn.ModuleList, but not into lists: it has no parameters.
    """

    class ResidualBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.layers = [nn.Linear(dim, dim), nn.Linear(dim, dim)]

        def forward(self, x):
            return x + self.layers[1](F.relu(self.layers[0](x)))


@wrong("check_values")
class SecondLayerFirst:
    """The layer that is used second is assigned first. parameters() follows the order of assignment, so
    weights that are copied over in order end up in the wrong layer.
    """

    class ResidualBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.out = nn.Linear(dim, dim)
            self.hidden = nn.Linear(dim, dim)

        def forward(self, x):
            return x + self.out(F.relu(self.hidden(x)))


@wrong("check_input")
class AddsInPlace:
    """x += ... writes into the tensor that the caller still holds. (Autograd refuses it anyway where x is
    a leaf that requires gradients.)
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            x += self.fc2(F.relu(self.fc1(x)))
            return x


@wrong("check_gradients")
class DetachedSkip:
    """The x that is added is detached. The values are right, but the gradient has only the way through
    the branch, and the short way was the point.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x.detach() + self.fc2(F.relu(self.fc1(x)))


@wrong("check_modes")
class DropoutInside:
    """There is dropout in the branch, so train mode is random. This block has none."""

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x + F.dropout(self.fc2(F.relu(self.fc1(x))), 0.5, self.training)


@wrong("check_input", shows="exception")
class FlattensWithView:
    """The leading dimensions are flattened with view, which refuses where the strides do not allow it. x may
    be non-contiguous, and a linear layer takes any number of dimensions as it is.
    """

    class ResidualBlock(reference.ResidualBlock):
        def forward(self, x):
            return x + self.fc2(F.relu(self.fc1(x.view(-1, x.shape[-1])))).view(x.shape)
