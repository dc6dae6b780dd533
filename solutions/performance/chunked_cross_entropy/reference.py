from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


def linear_cross_entropy(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    chunk_size: int,
    ignore_index: int = -100,
) -> Tensor:
    def chunk_loss(h: Tensor, w: Tensor, t: Tensor) -> Tensor:
        return F.cross_entropy(h @ w.t(), t, ignore_index=ignore_index, reduction="sum")

    loss = hidden.new_zeros(())
    for h, t in zip(hidden.split(chunk_size), targets.split(chunk_size), strict=True):
        # Keeps h, which is a view, and computes the logits of the chunk again in the backward.
        loss = loss + checkpoint(chunk_loss, h, weight, t, use_reentrant=False)
    return loss / (targets != ignore_index).sum()  # once for all: chunks hold different numbers
