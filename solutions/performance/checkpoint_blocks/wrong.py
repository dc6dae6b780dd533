import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from pytest_torchkata.checks import wrong

from . import reference


class _Stack(reference.CheckpointedStack):
    def forward(self, x):
        if not (self.training and torch.is_grad_enabled()):
            return self.plain(x)
        return self.recomputed(x)

    def plain(self, x):
        for block in self.blocks:
            x = block(x)
        return x


@wrong("check_memory")
class KeepsEverything:
    """This is the plain stack. Whatever a block computes inside is kept until the backward."""

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            return self.plain(x)


@wrong("check_input_without_gradient")
class Reentrant:
    """With use_reentrant=True a block is cut out of the graph unless one of its inputs requires a
    gradient. For an x that requires none, as a batch of data, no parameter gets a gradient.
    """

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            for block in self.blocks:
                x = checkpoint(block, x, use_reentrant=True)
            return x


@wrong("check_warnings")
class LeavesTheFlagOut:
    """use_reentrant is left out. The default is the old way, which loses the parameters' gradients when x
    requires none, and there is a warning that says so.
    """

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            for block in self.blocks:
                x = checkpoint(block, x)
            return x


@wrong("check_peak")
class OnePiece:
    """All blocks are one checkpoint. Little is kept after the forward, but the backward begins by
    computing everything again, and then holds as much as the plain stack does.
    """

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            return checkpoint(self.plain, x, use_reentrant=False)


@wrong("check_runs")
class LeavesTheLastOne:
    """checkpoint_sequential does not checkpoint its last segment. What the last block computes inside is
    kept.
    """

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            if not len(self.blocks):
                return x
            return checkpoint_sequential(self.blocks, len(self.blocks), x, use_reentrant=False)


@wrong("check_dropout")
class NewMasks:
    """The random state is not restored for the second run. Dropout then draws other masks, and the
    gradients are those of another network.
    """

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            for block in self.blocks:
                x = checkpoint(block, x, use_reentrant=False, preserve_rng_state=False)
            return x


@wrong("check_runs")
class RecomputesInEvalMode:
    """Blocks are recomputed in eval mode as well. It is asked for in train mode only."""

    class CheckpointedStack(_Stack):
        def forward(self, x):
            return super().forward(x) if self.training else self.recomputed(x)

        def recomputed(self, x):
            for block in self.blocks:
                x = checkpoint(block, x, use_reentrant=False)
            return x


@wrong("check_registered")
class PlainList:
    """The blocks are in a plain list. The module does not know them: they are not in the state dict, no
    optimizer gets their parameters, and train, eval and to pass them by.
    """

    class CheckpointedStack(reference.CheckpointedStack):
        def __init__(self, blocks):
            nn.Module.__init__(self)
            self.blocks = list(blocks)


@wrong("check_registered")
class OtherName:
    """The blocks are registered under another name, and so are the keys of the state dict."""

    class CheckpointedStack(_Stack):
        def __init__(self, blocks):
            nn.Module.__init__(self)
            self.layers = nn.ModuleList(blocks)

        @property
        def blocks(self):
            return self.layers

        def recomputed(self, x):
            return reference.CheckpointedStack.forward(self, x)


@wrong("check_values")
class NoGradients:
    """The blocks run without gradients. That keeps nothing at all, and nothing comes back either: the
    parameters do not learn.
    """

    class CheckpointedStack(_Stack):
        @torch.no_grad()
        def recomputed(self, x):
            return self.plain(x)


@wrong("check_values")
class CutsTheInput:
    """The input of each block is detached, so that it can be a leaf for the second run. No gradient gets
    past a block to those before it.
    """

    class CheckpointedStack(_Stack):
        def recomputed(self, x):
            for block in self.blocks:
                x = checkpoint(block, x.detach().requires_grad_(), use_reentrant=False)
            return x


@wrong("check_runs")
class AsksTheBlocks:
    """Each block is asked for its own mode. A block that was put into eval mode, to keep its dropout off,
    is still trained through, and what it computes is kept: the mode of the stack is what counts.
    """

    class CheckpointedStack(_Stack):
        def forward(self, x):
            for block in self.blocks:
                again = any(module.training for module in block.modules())
                x = checkpoint(block, x, use_reentrant=False) if again else block(x)
            return x
