"""Weights in, model out

Write the last step of training and the first one of serving.

save_weights(model, path)
    Writes the parameters and buffers of the model, by the names of its state dict, as tensors on
    the CPU. torch.load(path) with its default arguments reads the file in any other process, also
    in one that does not have the model's class, and returns a mapping from these names to the
    tensors.

load_for_inference(path, build_model, device)
    Calls build_model() once, for a model with other weights, loads the file into it, and returns
    this very model: on device, in eval mode, and with requires_grad off for each of its parameters.

Rules
    - A file with an entry that is missing, unexpected or of another shape raises RuntimeError.
    - Loading is safe: code that somebody has hidden in a file does not run, and loading it raises.
    - save_weights changes nothing in the model: not its mode, not its device, not its
      requires_grad. What is trained later does not reach the file.
    - Weights that are tied in the model that build_model returns are still tied afterwards.
    - path is a str or a Path. A file that is already there is replaced.

Why it is asked: a pickled model breaks as soon as a class is moved, and may run anything when it is
loaded. And a model that was not put into eval mode answers, with dropout on, without any error.

Example
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Dropout(0.5))
    >>> save_weights(model, "model.pt")
    >>> list(torch.load("model.pt"))
    ['0.weight', '0.bias']
    >>> loaded = load_for_inference(
    ...     "model.pt", lambda: torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Dropout(0.5))
    ... )
    >>> loaded.training, any(p.requires_grad for p in loaded.parameters())
    (False, False)
    >>> torch.equal(loaded[0].weight, model[0].weight)
    True
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn


def save_weights(model: nn.Module, path: str | Path) -> None:
    raise NotImplementedError


def load_for_inference(
    path: str | Path, build_model: Callable[[], nn.Module], device: str = "cpu"
) -> nn.Module:
    raise NotImplementedError
