"""The branch the tracer never saw

Both modules give right results in Python. But the traced DynamicModel applies relu to every input
if it was traced on a positive one, the traced RepeatUntilSmall halves as often as its example
needed, and torch.export refuses both. Find out why, and repair them.

DynamicModel
    relu of the whole input if the mean of all its entries is above 0, else tanh of the whole input

RepeatUntilSmall
    halves all of x as long as its largest absolute entry is above limit, but at most max_steps
    times (one-dimensional or more, not empty; limit > 0)

Rules
    - torch.jit.trace without a tracer's warning, torch.export.export, and torch.compile with
      fullgraph=True each give a module that agrees with eager on every input of the example's
      shape, whatever path its values take.
    - Eager values and gradients are what they are now, for inputs without NaN or infinity.
    - No parameters or buffers are added.
    - Without scripting (torch.jit.script) and without telling the compilers to leave something out
      (torch.compiler.disable, torch.jit.ignore, torch.jit.unused).

Why it is asked: a Python if on the value of a tensor is decided once, when a graph is recorded. The
tracer takes the path of its example, exporting the whole graph refuses, and torch.compile without
fullgraph breaks the graph in two: only this last one needs no rewriting. Tracing is deprecated, and
traced models are still around.

Example
    >>> DynamicModel()(torch.tensor([3.0, -1.0])), DynamicModel()(torch.tensor([-3.0, 1.0]))
    (tensor([3., 0.]), tensor([-0.9951,  0.7616]))
    >>> RepeatUntilSmall(limit=1.0)(torch.tensor([5.0, -2.0, 0.5]))
    tensor([ 0.6250, -0.2500,  0.0625])

Example, once it is repaired
    >>> exported = torch.export.export(DynamicModel(), (torch.ones(2),)).module()
    >>> exported(torch.tensor([-3.0, 1.0]))
    tensor([-0.9951,  0.7616])
"""

import torch
from torch import Tensor, nn


class DynamicModel(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.mean() > 0:
            return torch.relu(x)
        return torch.tanh(x)


class RepeatUntilSmall(nn.Module):
    def __init__(self, limit: float = 1.0, max_steps: int = 8) -> None:
        super().__init__()
        self.limit = limit
        self.max_steps = max_steps

    def forward(self, x: Tensor) -> Tensor:
        steps = 0
        while steps < self.max_steps and x.abs().max() > self.limit:
            x = x / 2
            steps += 1
        return x
