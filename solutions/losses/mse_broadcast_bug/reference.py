import torch
from torch import Tensor


def _difference(pred: Tensor, target: Tensor) -> Tensor:
    for name, x in (("pred", pred), ("target", target)):
        if x.dim() != 1 and not (x.dim() == 2 and x.shape[1] == 1):
            raise ValueError(f"{name} must be (N,) or (N, 1), got {tuple(x.shape)}")
    if len(pred) != len(target):
        raise ValueError(f"pred has {len(pred)} samples, target {len(target)}")
    # Both are vectors before they meet: a column and a vector would broadcast to a square.
    return pred.reshape(-1) - target.reshape(-1)


def mse_loss(pred: Tensor, target: Tensor) -> Tensor:
    return _difference(pred, target).square().mean()


def mae_loss(pred: Tensor, target: Tensor) -> Tensor:
    return _difference(pred, target).abs().mean()


def accuracy(logits: Tensor, labels: Tensor) -> float:
    predicted: Tensor = logits.argmax(dim=1)
    return torch.eq(predicted, labels.reshape(-1)).double().mean().item()
