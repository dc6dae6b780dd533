"""Discriminative learning rates

Return the parameter groups for fine-tuning a model with smaller learning rates towards its input.

stages lists dotted names of submodules, from input to output. There is one group per stage, in
this order. The rate of the last stage is base_lr, and that of each earlier one is decay times the
rate of the stage after it. Trainable parameters of the model that are in no stage make up one
more group, which comes first. Its rate is that of the first stage, or base_lr if there are no
stages.

A group is a dict that every optimizer of torch takes:

    {"params": a list of parameters, "lr": a float, "name": the stage, or "rest"}

Rules
    - Every trainable parameter of the model is in exactly one group: that of the first stage in
      the list that contains it. Stages may overlap ("layer1" and "layer1.0"), and may share
      parameters. The order within a group is up to you.
    - Frozen parameters are in no group.
    - A stage without parameters of its own, because they are all frozen or in earlier stages,
      gives no group. It keeps its place in the decay: the rates of the others are as if it had
      one.
    - Where nothing is left over, there is no group "rest".
    - A stage that is no submodule of the model raises AttributeError.
    - The model is not changed.

Why it is asked: the groups are usually written down by hand, for some of the layers. What is in
no group is never updated, and nothing says so: an optimizer does not know what it was not given.

Example
    >>> layers = torch.nn.Linear(1, 2), torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)
    >>> model = torch.nn.Sequential(*layers)
    >>> for group in layerwise_groups(model, ["1", "2"], base_lr=0.1, decay=0.5):
    ...     print(group["name"], group["lr"], [tuple(p.shape) for p in group["params"]])
    rest 0.05 [(2, 1), (2,)]
    1 0.05 [(3, 2), (3,)]
    2 0.1 [(1, 3), (1,)]
"""

from torch import nn


def layerwise_groups(
    model: nn.Module, stages: list[str], base_lr: float, decay: float
) -> list[dict]:
    raise NotImplementedError
