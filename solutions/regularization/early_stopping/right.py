import copy
import math

import torch

from pytest_torchkata.checks import right


@right
class DeepCopy:
    """deepcopy of the state dict, patience that runs out."""

    class EarlyStopping:
        def __init__(self, patience=5, min_delta=0.0):
            self.patience = patience
            self.min_delta = min_delta
            self.left = patience
            self.epochs = 0
            self.best_loss = float("inf")
            self.best_epoch = None
            self.best_state = None

        def step(self, val_loss, model):
            val_loss = val_loss.item() if isinstance(val_loss, torch.Tensor) else val_loss
            if not math.isnan(val_loss) and self.best_loss - val_loss > self.min_delta:
                self.best_loss, self.best_epoch = val_loss, self.epochs
                self.best_state = copy.deepcopy(model.state_dict())
                self.left = self.patience
            else:
                self.left -= 1
            self.epochs += 1
            return self.left == 0

        def restore(self, model):
            if self.best_state is None:
                raise RuntimeError("nothing to restore")
            model.load_state_dict(self.best_state)


@right
class WholeModel:
    """A deep copy of the whole model; the bad epochs are counted from the best one."""

    class EarlyStopping:
        def __init__(self, patience=5, min_delta=0.0):
            self.patience, self.min_delta = patience, min_delta
            self.best_loss, self.best_epoch = math.inf, -1
            self.epoch, self.best_model = 0, None

        def step(self, val_loss, model):
            loss = float(val_loss)
            if loss + self.min_delta < self.best_loss:
                self.best_loss, self.best_epoch = loss, self.epoch
                self.best_model = copy.deepcopy(model)
            self.epoch += 1
            return self.epoch - 1 - self.best_epoch >= self.patience

        @torch.no_grad()
        def restore(self, model):
            if not self.best_model:
                raise RuntimeError
            pairs = zip(model.parameters(), self.best_model.parameters(), strict=True)
            for mine, best in [*pairs, *zip(model.buffers(), self.best_model.buffers(), strict=True)]:
                mine.copy_(best)
