"""Trade compute for memory

A module that applies blocks one after the other, and in training keeps only the input of each block
for the backward. What a block computes inside is forgotten, and computed again when the backward
comes to it.

    blocks    modules that take a tensor and return one, which is the input of the next
    x -> out  blocks[-1](...blocks[1](blocks[0](x)))

Rules
    - While gradients are being recorded and the stack is in train mode, each block runs twice, the
      last one too: in the forward, and once more when the backward comes to it. In eval mode, or
      without gradients (torch.no_grad), it runs once, and nothing is recomputed.
    - Results are those of the plain stack: the output, the gradients of all parameters and of x,
      with dropout too (the same masks when a block is run again). So is the random state
      afterwards. x itself need not require a gradient.
    - For blocks with wide hidden layers, what autograd keeps is at most half of what the plain
      stack keeps. The most memory in use during a whole step is at most 0.6 times the plain
      stack's: the blocks are recomputed one at a time.
    - The blocks are registered as blocks, so that the keys of the state dict begin with blocks.0.,
      blocks.1. and so on. There may be none.
    - No warning is given. torch.utils.checkpoint may be used.

A block that changes its own state as it runs, such as batch norm, would do so twice. There is none
here.

Why it is asked: activations, not weights, fill the memory in training, and this is the first thing
to try when a model does not fit. The library's function has a flag with a wrong default, and
details that the usual one-liner gets wrong.

Example
    >>> stack = CheckpointedStack([torch.nn.Linear(2, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1)])
    >>> list(stack.state_dict())
    ['blocks.0.weight', 'blocks.0.bias', 'blocks.2.weight', 'blocks.2.bias']
    >>> ran = []
    >>> hook = stack.blocks[1].register_forward_pre_hook(lambda module, inputs: ran.append("tanh"))
    >>> out = stack(torch.ones(4, 2))
    >>> ran
    ['tanh']
    >>> out.sum().backward()
    >>> ran
    ['tanh', 'tanh']
"""

import torch
from torch import Tensor, nn


class CheckpointedStack(nn.Module):
    def __init__(self, blocks: list[nn.Module]) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
