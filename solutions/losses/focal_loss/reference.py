import torch
from torch import Tensor, nn
from torch.nn import functional as F


class FocalLoss(nn.Module):
    weight: Tensor | None

    def __init__(self, gamma: float = 2.0, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__()
        if gamma < 0:
            raise ValueError(f"gamma must be at least 0, got {gamma}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")
        self.gamma = gamma
        self.reduction = reduction
        self.register_buffer("weight", weight)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        log_p = F.log_softmax(logits, dim=-1)
        log_pt = log_p.gather(-1, targets[:, None]).squeeze(-1)  # (N,)
        # 1 - p_t without cancellation, and never 0: the derivative of x ** gamma is infinite there
        # for gamma < 1.
        miss = (-torch.expm1(log_pt)).clamp(min=torch.finfo(log_pt.dtype).tiny)
        return self._reduce(-(miss**self.gamma) * log_pt, targets)

    def _reduce(self, loss: Tensor, targets: Tensor) -> Tensor:
        if self.weight is not None:
            loss = loss * self.weight[targets]
        if self.reduction == "none":
            return loss
        return loss.mean() if self.reduction == "mean" else loss.sum()
