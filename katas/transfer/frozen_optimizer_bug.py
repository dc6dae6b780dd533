"""Frozen weights that move, unfrozen weights that do not

A model is fine-tuned in two phases. First only its head is trained, then all of it. The functions
below start the two phases, and raise no error. But in the first phase the weights of the backbone
are not always left alone, though it is frozen; and in the second phase the backbone does not
learn. Find out why, and repair it.

model has the submodules backbone and head, which share no parameters. The head is trainable.

    start_head_phase   freezes the parameters of the backbone, and returns a torch.optim.AdamW with
                       the given lr and weight_decay in one group, which holds the parameters of
                       the head and no others
    start_full_phase   is given that optimizer, perhaps after some steps. It unfreezes the
                       parameters of the backbone, and adds them to the optimizer as a second
                       group, at the rate backbone_lr and with the weight decay of the first.

Rules
    - In the head phase the weights of the backbone stay the same to the last bit, whatever
      gradients it carries: none, those of an earlier backward pass, or zeros. No gradients are
      computed for it.
    - In the full phase both parts learn, each at its own rate, and every parameter is in exactly
      one group. It is the same optimizer: the head goes on with the moments that it has, and with
      its rate.
    - Calling start_full_phase a second time with the same optimizer raises ValueError, and adds
      nothing.
    - The weights are not changed by either function, nor is the mode (train or eval) of the
      model.

Why it is asked: requires_grad is read by backward, and not by the optimizer. An interviewer wants
to hear what an optimizer does with a parameter that it holds, and with one that it was never
given.

Example, once it is repaired
    >>> model = torch.nn.Module()
    >>> model.backbone, model.head = torch.nn.Linear(3, 2), torch.nn.Linear(2, 1)
    >>> optimizer = start_head_phase(model, lr=0.1, weight_decay=0.01)
    >>> [sum(p.numel() for p in group["params"]) for group in optimizer.param_groups]
    [3]
    >>> start_full_phase(model, optimizer, backbone_lr=0.001)
    >>> [sum(p.numel() for p in group["params"]) for group in optimizer.param_groups]
    [3, 8]
    >>> [(group["lr"], group["weight_decay"]) for group in optimizer.param_groups]
    [(0.1, 0.01), (0.001, 0.01)]
"""

import torch
from torch import nn


def start_head_phase(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
    for parameter in model.backbone.parameters():
        parameter.requires_grad = False
    return optimizer


def start_full_phase(
    model: nn.Module, optimizer: torch.optim.AdamW, backbone_lr: float
) -> None:
    model.backbone.requires_grad = True
    optimizer.defaults["lr"] = backbone_lr
