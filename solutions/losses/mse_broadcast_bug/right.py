from torch.nn import functional as F

from pytest_torchkata.checks import right


def as_vector(x):
    if x.ndim == 2 and x.size(1) == 1:
        x = x.squeeze(1)
    if x.ndim != 1:
        raise ValueError(f"not one number per sample: {tuple(x.shape)}")
    return x


def vectors(pred, target):
    pred, target = as_vector(pred), as_vector(target)
    if pred.shape != target.shape:
        raise ValueError(f"{tuple(pred.shape)} and {tuple(target.shape)} do not match")
    return pred, target


@right
class BuiltInLosses:
    """The shapes are brought to vectors, and the built-in losses do the rest."""

    def mse_loss(pred, target):
        return F.mse_loss(*vectors(pred, target))

    def mae_loss(pred, target):
        return F.l1_loss(*vectors(pred, target))

    def accuracy(logits, labels):
        predicted = logits.max(dim=1).indices
        return (predicted == labels.flatten()).float().mean().item()


@right
class EverythingAColumn:
    """Columns instead of vectors; the accuracy counts in Python."""

    def mse_loss(pred, target):
        pred, target = (x[:, None] for x in vectors(pred, target))
        return (pred - target).pow(2).sum() / len(pred)

    def mae_loss(pred, target):
        pred, target = (x[:, None] for x in vectors(pred, target))
        return (pred - target).abs().sum() / pred.shape[0]

    def accuracy(logits, labels):
        hits = logits.argmax(-1, keepdim=True) == labels.view(len(logits), 1)
        return int(hits.sum()) / len(logits)
