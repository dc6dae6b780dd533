import torch
from torch import Tensor, nn


class Scorer:
    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self._batches = 0
        self._last: list[Tensor] = []
        self._failures: list[str] = []

    @torch.no_grad()
    def add(self, tokens: Tensor) -> bool:
        number = self._batches
        self._batches += 1
        try:
            logits = self.model(tokens)
        except Exception as error:
            # The text alone: the exception has a traceback, that has the frames of the model, and those
            # have its tensors.
            self._failures.append(f"batch {number}: {type(error).__name__}: {error}")
            return False
        self._last.append(logits[:, -1].clone())  # a view would keep the logits of all positions
        return True

    def scores(self) -> Tensor:
        return torch.cat(self._last)

    def report(self) -> list[str]:
        return list(self._failures)
