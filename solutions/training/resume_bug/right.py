from pathlib import Path

import torch

from pytest_torchkata.checks import right


@right
class NextEpochAndAtomicFile:
    """The number of the next epoch, the random state as a list, and a file that is renamed into place."""

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        first = 0
        if resume:
            state = torch.load(path, map_location="cpu", weights_only=True)
            first = state["next_epoch"]
            scheduler.load_state_dict(state["scheduler"])
            optimizer.load_state_dict(state["optimizer"])
            model.load_state_dict(state["model"])
            torch.random.set_rng_state(torch.tensor(state["rng"], dtype=torch.uint8))
        history = []
        model.train()
        for epoch in range(first, epochs):
            total, n = 0.0, 0
            for x, y in batches_for_epoch(epoch):
                loss = loss_fn(model(x), y)
                optimizer.zero_grad(set_to_none=False)
                loss.backward()
                optimizer.step()
                total += loss.detach()
                n += 1
            scheduler.step()
            history.append(float(total / n))
            torch.save(
                {
                    "next_epoch": epoch + 1,
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "scheduler": scheduler.state_dict(),
                    "rng": torch.random.get_rng_state().tolist(),
                },
                f"{path}.tmp",
            )
            Path(f"{path}.tmp").replace(path)
        return history
