from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn


def save_weights(model: nn.Module, path: str | Path) -> None:
    # The entries are moved, not the model; a plain dict of tensors refers to no class.
    torch.save({name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}, path)


def load_for_inference(
    path: str | Path, build_model: Callable[[], nn.Module], device: str = "cpu"
) -> nn.Module:
    model = build_model().to(device)
    model.load_state_dict(torch.load(path, map_location=device))  # strict, and safe, by default
    return model.eval().requires_grad_(False)
