"""The hooks that never fire

The model below trains, and its predictions are right. But somebody who wants to look inside has
registered hooks, and none of them runs: those on the towers and on the head never, those on the
model itself not when predict is used. A hook that should replace an output replaces nothing. Find
out why, and repair it.

TwoTower    feeds a through left and b through right, joins the two results along the last
            dimension, and returns what head makes of it. a and b have the same leading dimensions.
            The three modules are attributes of these names, the very ones it was given; left and
            right may be the same one.
predict     returns what model, a module called with a and b, gives in eval mode, without a graph.

Rules
    - In one call of TwoTower or predict, each module that takes part runs once, with all its hooks:
      forward pre-hooks, forward hooks, and backward hooks once gradients flow
      (register_full_backward_hook; the older register_backward_hook is deprecated). What a hook
      returns in the place of an input, an output or a gradient is used.
    - predict leaves every submodule in the mode in which it found it, train or eval, also if the
      model raises; the error reaches the caller. The recording of gradients is on or off as before.

Why it is asked: everybody knows the rule, few can say what it is about. The graph is recorded
either way, so training shows nothing. What is lost is everything that works by hooks: feature
extractors, profilers, Grad-CAM, some kinds of quantisation and sharding.

Example, once it is repaired
    >>> left, right, head = torch.nn.Linear(2, 3), torch.nn.Linear(4, 3), torch.nn.Linear(6, 1)
    >>> model = TwoTower(left, right, head)
    >>> ran = []
    >>> for name, module in model.named_modules():
    ...     _ = module.register_forward_hook(lambda *_, name=name: ran.append(name or "model"))
    >>> out = predict(model, torch.ones(5, 2), torch.ones(5, 4))
    >>> out.shape, out.requires_grad, ran
    (torch.Size([5, 1]), False, ['left', 'right', 'head', 'model'])
"""

import torch
from torch import Tensor, nn


class TwoTower(nn.Module):
    def __init__(self, left: nn.Module, right: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self.head = head

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        towers = self.left.forward(a), self.right.forward(b)
        return self.head.forward(torch.cat(towers, dim=-1))


def predict(model: nn.Module, a: Tensor, b: Tensor) -> Tensor:
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return model.forward(a, b)
    finally:
        for module, training in modes.items():
            module.training = training
