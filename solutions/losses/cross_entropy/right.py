import torch

from pytest_torchkata.checks import right


@right
class LogSumExp:
    """logsumexp of the row minus the target's logit; ignored samples by torch.where."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        if reduction not in {"mean", "sum", "none"}:
            raise ValueError(reduction)
        n, c = logits.shape
        kept = targets != ignore_index
        safe = torch.where(kept, targets, 0)
        if safe.min() < 0 or safe.max() >= c:
            raise ValueError("target out of range")
        w = torch.ones(c, dtype=logits.dtype, device=logits.device) if weight is None else weight
        lse = torch.logsumexp(logits, dim=1)
        sample_weight = torch.where(kept, w[safe], 0.0)
        loss = sample_weight * (lse - logits[torch.arange(n), safe])
        if label_smoothing:
            smooth = (w * (lse[:, None] - logits)).sum(1) / c
            loss = (1 - label_smoothing) * loss + label_smoothing * torch.where(kept, smooth, 0.0)
        if reduction == "mean":
            return loss.sum() / sample_weight.sum()
        return loss.sum() if reduction == "sum" else loss


@right
class ValidRowsFirst:
    """The rows that count are selected first, and put back for "none"."""

    def cross_entropy_loss(
        logits, targets, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
    ):
        assert logits.dim() == 2
        kept = targets != ignore_index
        rows, t = logits[kept], targets[kept]
        shifted = rows - rows.max(dim=1, keepdim=True).values.detach()
        log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
        w = torch.ones_like(logits[0]) if weight is None else weight
        picked = w[t] * -torch.gather(log_p, 1, t.unsqueeze(1)).squeeze(1)
        if label_smoothing != 0.0:
            even = -(log_p @ w) / logits.size(1)
            picked = (1 - label_smoothing) * picked + label_smoothing * even
        if reduction == "sum":
            return picked.sum()
        if reduction == "mean":
            return picked.sum() / w[t].sum()
        if reduction == "none":
            return torch.zeros_like(logits[:, 0]).masked_scatter(kept, picked)
        raise ValueError(f"reduction={reduction!r}")
