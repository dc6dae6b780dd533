import math

from torch import Tensor, nn


class EarlyStopping:
    best_loss: float
    best_epoch: int

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = math.inf
        self.best_epoch = -1
        self._epoch = -1
        self._bad_epochs = 0
        self._state: dict[str, Tensor] | None = None

    def step(self, val_loss: float, model: nn.Module) -> bool:
        self._epoch += 1
        val_loss = float(val_loss)
        if val_loss < self.best_loss - self.min_delta:  # false for NaN
            self.best_loss = val_loss
            self.best_epoch = self._epoch
            self._bad_epochs = 0
            # The entries of a state dict are the live tensors.
            self._state = {name: value.clone() for name, value in model.state_dict().items()}
        else:
            self._bad_epochs += 1
        return self._bad_epochs >= self.patience

    def restore(self, model: nn.Module) -> None:
        if self._state is None:
            raise RuntimeError("there is no best epoch yet")
        model.load_state_dict(self._state)
