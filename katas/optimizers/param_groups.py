"""No decay for biases and norms

Weight decay is meant for the matrices and kernels that features are multiplied with. Biases and the
scales of normalization layers are usually left out of it. Write a function that sorts the
parameters of any model accordingly, and returns two groups for an optimizer, always both and in
this order:

    {"params": [...], "weight_decay": weight_decay}    the trainable parameters with two or more
                                                       dimensions
    {"params": [...], "weight_decay": 0.0}             all other trainable parameters

Rules
    - "params" is a list of the parameters themselves. It may be empty, and can be read more than
      once.
    - A parameter is trainable where requires_grad is True. Frozen ones are in neither group.
    - A parameter that several modules share is listed once.
    - Within a group the parameters are in the order of model.parameters().
    - Parameters that a module has without a layer around them count like all others. Buffers are no
      parameters.
    - The model is left as it is.

Why it is asked: it is in every training script of a transformer, and mostly by name. Names such as
"bias" and "norm" depend on who wrote the model; the number of dimensions does not.

Example
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.LayerNorm(3))
    >>> groups = param_groups(model, weight_decay=0.1)
    >>> [[tuple(p.shape) for p in group["params"]] for group in groups]
    [[(3, 4)], [(3,), (3,), (3,)]]
    >>> [group["weight_decay"] for group in torch.optim.AdamW(groups, lr=0.01).param_groups]
    [0.1, 0.0]
"""

import torch
from torch import nn


def param_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    raise NotImplementedError
