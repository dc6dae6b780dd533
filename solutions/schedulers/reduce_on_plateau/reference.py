import math

import torch


class ReduceOnPlateau:
    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be min or max, got {mode!r}")
        if factor >= 1:
            raise ValueError(f"factor must be below 1, got {factor}")
        self.optimizer = optimizer
        self.mode, self.threshold = mode, threshold
        self.factor, self.min_lr = factor, min_lr
        self.patience, self.cooldown = patience, cooldown
        self.best = math.inf if mode == "min" else -math.inf
        self.bad = 0
        self.pause = 0  # epochs of the cooldown that are still to come

    def step(self, metric: float) -> None:
        metric = float(metric)  # a tensor must not get into the state
        if self._is_good(metric):
            self.best, self.bad = metric, 0
        elif self.pause == 0:
            self.bad += 1
        self.pause = max(self.pause - 1, 0)
        if self.bad > self.patience:
            self._reduce()
            self.bad, self.pause = 0, self.cooldown

    def _is_good(self, metric: float) -> bool:
        if self.mode == "min":  # false for NaN, in both modes
            return metric < self.best * (1 - self.threshold)
        return metric > self.best * (1 + self.threshold)

    def _reduce(self) -> None:
        for group in self.optimizer.param_groups:
            reduced = max(group["lr"] * self.factor, self.min_lr)
            group["lr"] = min(group["lr"], reduced)

    def state_dict(self) -> dict:
        return {"best": self.best, "bad": self.bad, "pause": self.pause}

    def load_state_dict(self, state: dict) -> None:
        self.best, self.bad, self.pause = state["best"], state["bad"], state["pause"]
