"""The layers nobody trains

The model below is trained with a head behind it, and the loss falls. But only the head learns: the
blocks and the scales are the same after a thousand steps as before the first. A checkpoint of the
model is much too small as well, and model.double() makes forward fail. Find out why, and repair it.

ResNet        maps floating x (..., dim) to (..., dim). It holds n_blocks distinct linear layers
              from dim to dim, and applies one after the other, each as relu(block(x)) + x. Without
              blocks, what comes out is what came in.
Multiplier    holds n_scales learnable scalars, and returns x times the scalar at index, for x of
              any shape. 0 <= index < n_scales.

Rules
    - The keys of the state dicts are blocks.<i>.weight and blocks.<i>.bias for each block, and
      scales.<i> for each scale, counted from 0, and no others.
    - Each scale is a parameter of shape (), and starts at 1.
    - Casts, moves to another device, optimizers over model.parameters(), saving and loading reach
      every block and every scale, and forward uses what they reached.
    - x is not changed.

Why it is asked: nothing fails, and the loss falls, because what is registered goes on learning. It
is the first thing to look at when somebody says that a model does not train.

Example, once it is repaired
    >>> [name for name, _ in ResNet(2, dim=3).named_parameters()]
    ['blocks.0.weight', 'blocks.0.bias', 'blocks.1.weight', 'blocks.1.bias']
    >>> Multiplier(3)(torch.tensor([2.0, 5.0]), 1).detach()
    tensor([2., 5.])
"""

import torch
from torch import Tensor, nn


class ResNet(nn.Module):
    def __init__(self, n_blocks: int, dim: int = 64) -> None:
        super().__init__()
        self.blocks = [nn.Linear(dim, dim) for _ in range(n_blocks)]

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = torch.relu(block(x)) + x
        return x


class Multiplier(nn.Module):
    def __init__(self, n_scales: int) -> None:
        super().__init__()
        self.scales = [nn.Parameter(torch.tensor(1.0)) for _ in range(n_scales)]

    def forward(self, x: Tensor, index: int) -> Tensor:
        return x * self.scales[index]
