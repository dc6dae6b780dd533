import contextlib
import copy

import torch

from pytest_torchkata.checks import right


@contextlib.contextmanager
def evaluating(model):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, flag in flags:
            module.training = flag


@right
class ContextManager:
    """A context manager that puts the mode of every module back after validation."""

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        if epochs == 0:
            return losses
        model.train()
        for _ in range(epochs):
            for x, y in train_batches:
                optimizer.zero_grad(set_to_none=False)
                loss_fn(model(x), y).backward()
                optimizer.step()
            with evaluating(model), torch.inference_mode():
                sums = [float(loss_fn(model(x), y)) * y.shape[0] for x, y in val_batches]
            losses.append(sum(sums) / sum(y.shape[0] for _, y in val_batches))
        return losses


@right
class ModeForEveryBatch:
    """The mode is set for every batch, and the sum is a tensor without a graph."""

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        def training_step(x, y):
            model.train()
            loss = loss_fn(model(x), y)
            model.zero_grad()
            loss.backward()
            optimizer.step()

        @torch.no_grad()
        def validation():
            total, count = torch.zeros(()), 0
            for x, y in val_batches:
                model.eval()
                total = total + loss_fn(model(x), y) * x.size(0)
                count += x.size(0)
            return (total / count).item()

        losses = []
        for _ in range(epochs):
            for x, y in train_batches:
                training_step(x, y)
            losses.append(validation())
        return losses


@right
class ValidatesACopy:
    """A copy of the model in eval mode is validated, so the model stays in train mode."""

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            for x, y in train_batches:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
            frozen = copy.deepcopy(model).eval()
            with torch.no_grad():
                total = sum(loss_fn(frozen(x), y).item() * len(x) for x, y in val_batches)
            losses.append(total / sum(len(x) for x, _ in val_batches))
        return losses
