from torch import Tensor
from torch.nn import functional as F


def cross_entropy_loss(
    logits: Tensor,
    targets: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")
    classes = logits.shape[1]
    ignored = targets == ignore_index
    if (~ignored & ((targets < 0) | (targets >= classes))).any():
        raise IndexError(f"a target is neither a class, 0 to {classes - 1}, nor {ignore_index}")
    if weight is None:
        weight = logits.new_ones(classes)

    t = targets.masked_fill(ignored, 0)  # some class, so that gather can read it
    log_p = F.log_softmax(logits, dim=1)
    loss = -weight[t] * log_p.gather(1, t[:, None]).squeeze(1)
    if label_smoothing > 0:  # or 0 times infinity, where a class has probability 0
        loss = (1 - label_smoothing) * loss - label_smoothing / classes * (weight * log_p).sum(dim=1)
    loss = loss.masked_fill(ignored, 0.0)
    if reduction == "none":
        return loss
    # The mean is per unit of weight: two samples of weight 1 count like one of weight 2.
    return loss.sum() / weight[t][~ignored].sum() if reduction == "mean" else loss.sum()
