from pathlib import Path

import torch

from pytest_torchkata.checks import right


@right
class MoreEntries:
    """Other keys, more entries than asked for, the loss as a tensor."""

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        checkpoint = {
            "epoch": int(epoch),
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "best_val_loss": torch.as_tensor(best_val_loss, device="cpu"),
            "rng_state": torch.get_rng_state(),
            "torch": str(torch.__version__),
        }
        torch.save(checkpoint, path)

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location=torch.device("cpu"), weights_only=True)
        model.load_state_dict(checkpoint["model_state_dict"])
        optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
        return checkpoint["epoch"], checkpoint["best_val_loss"].item()


@right
class WritesAndRenames:
    """The file is written under another name first, so that a crash leaves the old one whole."""

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        path = Path(path)
        partial = path.with_suffix(".tmp")
        state = (model.state_dict(), optimizer.state_dict(), epoch, float(best_val_loss))
        torch.save(state, partial)
        partial.replace(path)

    def load_checkpoint(path, model, optimizer):
        with Path(path).open("rb") as file:
            weights, state, epoch, best = torch.load(file, map_location=lambda storage, _: storage)
        optimizer.load_state_dict(state)
        model.load_state_dict(weights)
        return epoch, best
