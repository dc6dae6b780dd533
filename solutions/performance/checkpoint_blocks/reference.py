import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class CheckpointedStack(nn.Module):
    def __init__(self, blocks: list[nn.Module]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        recompute = self.training and torch.is_grad_enabled()
        for block in self.blocks:  # one at a time: all in one piece would be recomputed all at once
            x = checkpoint(block, x, use_reentrant=False) if recompute else block(x)
        return x
