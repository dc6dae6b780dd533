import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_blocks")
class AsItWas:
    """The blocks are in no table of the module. A Python list, tuple or dict is not searched for layers,
    so parameters(), the state dict and every cast pass them by.
    """

    class ResNet(reference.ResNet):
        def __init__(self, n_blocks, dim=64):
            nn.Module.__init__(self)
            self.blocks = [nn.Linear(dim, dim) for _ in range(n_blocks)]

    class Multiplier(reference.Multiplier):
        def __init__(self, n_scales):
            nn.Module.__init__(self)
            self.scales = [nn.Parameter(torch.tensor(1.0)) for _ in range(n_scales)]


@wrong("check_scales")
class ScalesStayInAList:
    """The scales are in no table of the module. A Python list is not searched for parameters either, and
    a tensor that only requires a gradient is no parameter at all.
    """

    class Multiplier(reference.Multiplier):
        def __init__(self, n_scales):
            nn.Module.__init__(self)
            self.scales = [torch.tensor(1.0, requires_grad=True) for _ in range(n_scales)]


@wrong("check_blocks")
class ParametersByHand:
    """parameters() yields the blocks' parameters now, so an optimizer gets them. Everything else that
    walks over a module, such as state_dict, does not ask parameters() and still misses them.
    """

    class ResNet(reference.ResNet):
        def __init__(self, n_blocks, dim=64):
            nn.Module.__init__(self)
            self.blocks = [nn.Linear(dim, dim) for _ in range(n_blocks)]

        def parameters(self, recurse=True):
            for block in self.blocks:
                yield from block.parameters()


@wrong("check_blocks")
class OneBlockManyTimes:
    """A list times n repeats the same object: n names, but only one layer with one set of weights."""

    class ResNet(reference.ResNet):
        def __init__(self, n_blocks, dim=64):
            nn.Module.__init__(self)
            self.blocks = nn.ModuleList([nn.Linear(dim, dim)] * n_blocks)


@wrong("check_blocks")
class AttributesBesideTheList:
    """Each block is also an attribute of the module now. That registers it, but under a name that is not
    the one asked for: a checkpoint with the right keys does not load.
    """

    class ResNet(reference.ResNet):
        def __init__(self, n_blocks, dim=64):
            nn.Module.__init__(self)
            self.blocks = []
            for i in range(n_blocks):
                block = nn.Linear(dim, dim)
                self.blocks.append(block)
                setattr(self, f"block{i}", block)


@wrong("check_blocks")
class WithoutBiases:
    """The blocks have no bias. What was there before is asked for, only registered."""

    class ResNet(reference.ResNet):
        def __init__(self, n_blocks, dim=64):
            nn.Module.__init__(self)
            self.blocks = nn.ModuleList(nn.Linear(dim, dim, bias=False) for _ in range(n_blocks))


@wrong("check_scales")
class OneTensorOfScales:
    """All scales are one parameter now. It trains, but its key is one for all, and a checkpoint with a key
    for each scale does not load.
    """

    class Multiplier(reference.Multiplier):
        def __init__(self, n_scales):
            nn.Module.__init__(self)
            self.scales = nn.Parameter(torch.ones(n_scales))


@wrong("check_scales")
class ScalesOfShapeOne:
    """The scales have shape (1,). They are meant to be numbers, of shape ()."""

    class Multiplier(reference.Multiplier):
        def __init__(self, n_scales):
            nn.Module.__init__(self)
            self.scales = nn.ParameterList(nn.Parameter(torch.ones(1)) for _ in range(n_scales))


@wrong("check_start")
class ScalesStartAtZero:
    """The scales start at zero, and the product with them is zero. They are asked to start at one."""

    class Multiplier(reference.Multiplier):
        def __init__(self, n_scales):
            nn.Module.__init__(self)
            self.scales = nn.ParameterList(nn.Parameter(torch.zeros(())) for _ in range(n_scales))


@wrong("check_scales")
class ScalesAreBuffers:
    """The scales are buffers. They are saved and moved, but no optimizer gets them: they stay at one."""

    class Multiplier(nn.Module):
        def __init__(self, n_scales):
            super().__init__()
            self.scales = nn.Module()
            for i in range(n_scales):
                self.scales.register_buffer(str(i), torch.tensor(1.0))

        def forward(self, x, index):
            return x * self.scales.get_buffer(str(index))


@wrong("check_values", shows="exception")
class CalledLikeASequential:
    """A ModuleList holds modules and says nothing about how to apply them: it has no forward."""

    class ResNet(reference.ResNet):
        def forward(self, x):
            return self.blocks(x)


@wrong("check_values")
class NoSkips:
    """The blocks are applied, but x is no longer added to what each of them gives."""

    class ResNet(reference.ResNet):
        def forward(self, x):
            for block in self.blocks:
                x = torch.relu(block(x))
            return x


@wrong("check_values")
class ReluAroundTheSum:
    """The sum goes through the ReLU. What is added as a shortcut is then cut off where it is negative."""

    class ResNet(reference.ResNet):
        def forward(self, x):
            for block in self.blocks:
                x = torch.relu(block(x) + x)
            return x


@wrong("check_values")
class AddsTheFirstInput:
    """Every block adds the x that came in first. It has to be the x that this block got."""

    class ResNet(reference.ResNet):
        def forward(self, x):
            h = x
            for block in self.blocks:
                h = torch.relu(block(h)) + x
            return h


@wrong("check_input")
class EditsTheInput:
    """x += changes the tensor itself, and in the first block that is the caller's. Make a new one."""

    class ResNet(reference.ResNet):
        def forward(self, x):
            for block in self.blocks:
                x += torch.relu(block(x))
            return x


@wrong("check_multiplier")
class MultipliesByANumber:
    """item() turns the scale into a Python number. The product is right, but no gradient reaches the
    scale.
    """

    class Multiplier(reference.Multiplier):
        def forward(self, x, index):
            return x * self.scales[index].item()


@wrong("check_meta", shows="exception")
class ForwardUsesTheList:
    """The blocks are registered, but forward goes through a second list of its own. It holds the blocks'
    old tensors once a move or a load has put others in their place.
    """

    class ResNet(reference.ResNet):
        def __init__(self, n_blocks, dim=64):
            super().__init__(n_blocks, dim)
            self._pairs = [(block.weight, block.bias) for block in self.blocks]

        def forward(self, x):
            for weight, bias in self._pairs:
                x = torch.relu(nn.functional.linear(x, weight, bias)) + x
            return x
