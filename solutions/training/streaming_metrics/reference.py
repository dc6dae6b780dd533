import torch
from torch import Tensor


class ClassificationMeter:
    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes
        self.reset()

    def update(self, logits: Tensor, targets: Tensor) -> None:
        if ((targets < 0) | (targets >= self.num_classes)).any():
            raise ValueError(f"targets must be from 0 to {self.num_classes - 1}")
        # One number for every pair of target and prediction, so that bincount fills the table.
        pairs = targets * self.num_classes + logits.argmax(dim=1)
        self.counts += pairs.bincount(minlength=self.num_classes**2).view_as(self.counts).cpu()

    def compute(self) -> dict[str, float]:
        if not self.counts.any():
            raise ValueError("there are no samples yet")
        hits = self.counts.diagonal()
        actual, predicted = self.counts.sum(dim=1), self.counts.sum(dim=0)
        occurs = actual + predicted > 0
        ratios = {
            "precision": torch.nan_to_num(hits / predicted),  # 0 / 0 counts as 0
            "recall": torch.nan_to_num(hits / actual),
            "f1": 2 * hits / (actual + predicted),  # the two ratios put in; 0 / 0 only where none occurs
        }
        accuracy = (hits.sum() / actual.sum()).item()
        return {"accuracy": accuracy, **{k: v[occurs].mean().item() for k, v in ratios.items()}}

    def reset(self) -> None:
        self.counts = torch.zeros(self.num_classes, self.num_classes, dtype=torch.int64)
