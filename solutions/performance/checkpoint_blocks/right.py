import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from pytest_torchkata.checks import right


def _draws(x):
    """Return the module with the random state from which dropout on x is drawn."""
    return torch.random if x.device.type == "cpu" else torch.get_device_module(x.device)


class _Recomputed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, block, x, *parameters):
        ctx.block, ctx.random = block, _draws(x).get_rng_state()
        ctx.save_for_backward(x, *parameters)
        return block(x)

    @staticmethod
    def backward(ctx, grad):
        x, *parameters = ctx.saved_tensors
        x = x.detach().requires_grad_()
        devices = [] if x.device.type == "cpu" else [x.device.index]
        with torch.enable_grad(), torch.random.fork_rng(devices, device_type=x.device.type):
            _draws(x).set_rng_state(ctx.random)
            out = ctx.block(x)
        return None, *torch.autograd.grad(out, [x, *parameters], grad)


@right
class OwnFunction:
    """A Function that saves the block's input and runs the block again, with its random state."""

    class CheckpointedStack(nn.Module):
        def __init__(self, blocks):
            super().__init__()
            self.blocks = nn.Sequential(*blocks)

        def forward(self, x):
            if not (self.training and torch.is_grad_enabled()):
                return self.blocks(x)
            for block in self.blocks:
                x = _Recomputed.apply(block, x, *block.parameters())
            return x


@right
class OtherwiseSequential:
    """The library's function in one branch, a plain loop in the other."""

    class CheckpointedStack(nn.Module):
        def __init__(self, blocks):
            super().__init__()
            self.blocks = nn.ModuleList()
            self.blocks.extend(blocks)

        def forward(self, x):
            if not torch.is_grad_enabled() or not self.training:
                for block in self.blocks:
                    x = block(x)
                return x
            for block in self.blocks:
                x = checkpoint(
                    lambda h, block=block: block(h), x, use_reentrant=False, preserve_rng_state=True
                )
            return x
