from pathlib import Path

import torch
from torch import nn


def save_checkpoint(
    path: str | Path,
    epoch: int,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    best_val_loss: float,
) -> None:
    checkpoint = {
        "epoch": epoch,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        # A NumPy scalar is pickled as an object, which safe loading refuses; a float is not.
        "best_val_loss": float(best_val_loss),
    }
    torch.save(checkpoint, path)


def load_checkpoint(
    path: str | Path, model: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    # Safe loading is the default. load_state_dict copies to the model's device from the CPU.
    checkpoint = torch.load(path, map_location="cpu")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"], checkpoint["best_val_loss"]
