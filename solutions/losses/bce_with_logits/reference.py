from torch import Tensor
from torch.nn import functional as F


def bce_with_logits(
    logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if logits.shape != targets.shape:
        raise ValueError(f"logits {tuple(logits.shape)} and targets {tuple(targets.shape)} differ in shape")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")
    # 1 - sigmoid(x) is sigmoid(-x): neither logarithm is ever taken of a number that was rounded to 0.
    positive = targets * F.logsigmoid(logits)
    if pos_weight is not None:
        positive = pos_weight * positive
    loss = -(positive + (1 - targets) * F.logsigmoid(-logits))
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()
