"""Freeze, replace the head, count

Write the four small functions of every fine-tuning script.

    freeze(module)            turns gradients off for all parameters of module, and drops those that
                              they still hold (.grad is None afterwards), so that no optimizer
                              moves them, whatever it was given before
    unfreeze(module)          turns gradients on again for all parameters of module
    count_parameters(model)   two numbers: how many elements the parameters of model have in total,
                              and how many of them are trainable
    replace_head(model, name, num_classes)
                              puts a new linear layer with num_classes outputs in the place of the
                              one at the dotted name, and returns the new one

Rules
    - freeze and unfreeze change nothing else: no other parameter, no value, no buffer and no
      mode. So batch norm that is frozen still updates its running statistics in train mode.
    - A parameter that is shared counts once. Buffers do not count.
    - The new head has weights of its own, as nn.Linear initialises them, and is trainable, even
      if everything in model was frozen. It has the input width, dtype, device and mode (train or
      eval) of the old one, and a bias if the old one had one. What runs in its place in model is
      the new one.
    - The name may be nested, as in "classifier.1", where the parent can be an nn.Sequential. It
      is not empty. What the head is called differs from model to model, as does whether there is
      a submodule like features at all; that is why it is given.
    - If there is no submodule of this name, AttributeError is raised; if it is no nn.Linear,
      TypeError. The model is unchanged then. A parameter is no submodule; a class derived from
      nn.Linear is an nn.Linear.

Why it is asked: freezing is one line, and the usual wrong line raises no error. An interviewer
wants to hear what an optimizer does with a parameter that is frozen but still has a gradient.

Example
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 10))
    >>> freeze(model)
    >>> count_parameters(model)
    (55, 0)
    >>> replace_head(model, "2", num_classes=2)
    Linear(in_features=3, out_features=2, bias=True)
    >>> count_parameters(model)
    (23, 8)
"""

from torch import nn


def freeze(module: nn.Module) -> None:
    raise NotImplementedError


def unfreeze(module: nn.Module) -> None:
    raise NotImplementedError


def count_parameters(model: nn.Module) -> tuple[int, int]:
    raise NotImplementedError


def replace_head(model: nn.Module, name: str, num_classes: int) -> nn.Linear:
    raise NotImplementedError
