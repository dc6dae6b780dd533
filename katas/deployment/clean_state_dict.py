"""Strip wrapper prefixes

A wrapper puts its own word in front of the names of a model's parameters: nn.DataParallel and
DistributedDataParallel put "module.", a compiled module puts "_orig_mod.". Wrappers can be nested,
in either order, so that there may be several of these words. Such a file does not load into the
plain model.

clean_state_dict(state)
    Returns a new dict without the prefixes. "module." and "_orig_mod." are removed from the front,
    as often as there is one that every key begins with. A prefix that only some keys have is kept,
    and so are these words anywhere later in a name.

unwrap(model)
    Returns the model inside of all its wrappers, which are those three kinds, nested to any depth.
    A plain model is returned itself. No submodule has wrappers of its own.

Rules
    - Order is kept. The tensors are the very same ones, not copies. state itself is not changed.
    - state may be empty. A model whose only submodule is called module looks like a wrapped one in
      its names: its prefix goes too.

Why it is asked: "the keys do not match" is the first error that one meets when a checkpoint leaves
the training script, and strict=False, which makes it go away, loads nothing.

Example
    >>> weight, bias = torch.ones(1), torch.zeros(1)
    >>> list(clean_state_dict({"module._orig_mod.weight": weight, "module._orig_mod.bias": bias}))
    ['weight', 'bias']
    >>> list(clean_state_dict({"module.weight": torch.ones(1), "head.weight": torch.ones(1)}))
    ['module.weight', 'head.weight']
    >>> model = torch.nn.Linear(2, 1)
    >>> unwrap(torch.nn.DataParallel(model)) is model
    True
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def clean_state_dict(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    raise NotImplementedError


def unwrap(model: nn.Module) -> nn.Module:
    raise NotImplementedError
