"""Grab intermediate features with hooks

Write a class that runs a model and returns what some of its submodules have computed, without
changing the model's code.

    extractor = FeatureExtractor(model, ["body.0", "head"])
    features = extractor(x)           # {"body.0": ..., "head": ...}

layers are names as in model.named_modules(), such as "body.0"; "" is the model itself. They may
name containers as well as single layers. A call passes its inputs to the model, once, and returns
a dict from name to output, in the order in which the names were given.

Rules
    - The outputs are tensors, as the layers return them. They carry a graph if gradients are
      recorded: the extractor neither detaches anything nor switches the recording.
    - A layer that does not run in this call is absent from the dict. One that runs several times
      is there with its last output.
    - Each call returns a dict of its own. Between calls the extractor holds no reference to
      features: they are freed once the caller drops them. An error in the model reaches the caller.
    - The model computes what it would compute without the extractor. Its mode is left alone, and
      hooks of others run as usual and stay.
    - A name that does not exist raises KeyError in the constructor, and leaves no hook behind.
    - close removes every hook of this extractor; calling it again does no harm. A with block gives
      the extractor itself, and closes it at the end, also if an exception leaves the block; the
      exception goes on to the caller. What a call does after close is up to you.

Why it is asked: it is how features of a pretrained network are taken, and it needs all there is to
know about hooks: what they get, what becomes of what they return, and who removes them.

Example
    >>> model = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Flatten(0))
    >>> with FeatureExtractor(model, ["1", "0"]) as extractor:
    ...     extractor(torch.tensor([[-1.0, 2.0]]))
    {'1': tensor([0., 2.]), '0': tensor([[0., 2.]])}
"""

from typing import Self

import torch
from torch import Tensor, nn


class FeatureExtractor:
    def __init__(self, model: nn.Module, layers: list[str]) -> None:
        raise NotImplementedError

    def __call__(self, *inputs: Tensor) -> dict[str, Tensor]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(self, *exc: object) -> None:
        raise NotImplementedError
