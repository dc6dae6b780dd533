from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn


def export_model(model: nn.Module, example: Tensor) -> torch.export.ExportedProgram:
    modes = {module: module.training for module in model.modules()}
    batch = torch.export.Dim("batch", min=1, max=1024)
    try:
        model.eval()  # the mode is baked in
        return torch.export.export(model, (example,), dynamic_shapes=({0: batch},))
    finally:
        for module, training in modes.items():
            module.training = training  # train() would set the submodules' as well


def save_exported(program: torch.export.ExportedProgram, path: str | Path) -> None:
    torch.export.save(program, path)


def load_exported(path: str | Path) -> Callable[[Tensor], Tensor]:
    return torch.export.load(path).module()
