import itertools

import torch

from pytest_torchkata.checks import right


@right
class KeywordsAndArrays:
    """Keywords as a SummaryWriter has them, NumPy arrays as values, and logging after the step."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        model.train()
        steps = itertools.count()
        done = 0
        for epoch in range(epochs):
            losses, sizes = [], []
            for inputs, targets in loader:
                step = next(steps)
                lr = float(optimizer.param_groups[0]["lr"])
                optimizer.zero_grad(set_to_none=False)
                loss = loss_fn(model(inputs), targets)
                loss.backward()
                optimizer.step()
                done += 1
                losses.append(loss.detach() * targets.size(0))
                sizes.append(targets.size(0))
                if not step % log_every:
                    writer.add_scalar(tag="train/lr", scalar_value=lr, global_step=step)
                    writer.add_scalar("train/loss", float(loss), global_step=step)
            for name, p in model.named_parameters():
                if p.requires_grad:
                    writer.add_histogram(name, p.detach().cpu().numpy().copy(), global_step=epoch)
            mean = (torch.stack(losses).sum() / sum(sizes)).item()
            writer.add_scalar("epoch/loss", mean, epoch)
        return done
