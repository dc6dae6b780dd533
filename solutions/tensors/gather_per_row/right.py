import torch

from pytest_torchkata.checks import right


@right
class RangeThenAdvancedIndexing:
    """Pairs of coordinates behind a check of the range, argmax, and a mask on a copy."""

    def pick_per_row(scores, index):
        if ((index < 0) | (index >= scores.shape[1])).any():
            raise IndexError("index out of range")
        return scores[torch.arange(len(scores), device=scores.device), index]

    def best_per_row(scores):
        columns = scores.argmax(dim=1, keepdim=True)
        return scores.gather(1, columns), columns

    def keep_above(x, threshold):
        kept = x.clone()
        kept[x <= threshold] = 0
        return kept


@right
class OneLiners:
    """The named tuple of max as it is, masked_fill, and gather on an unsqueezed index."""

    def pick_per_row(scores, index):
        return torch.gather(scores, dim=-1, index=index.unsqueeze(-1))[:, 0]

    def best_per_row(scores):
        return torch.max(scores, dim=1, keepdim=True)

    def keep_above(x, threshold):
        return x.masked_fill(~(x > threshold), 0)


@right
class SortsAndStacks:
    """The best of topk, and the entries one by one."""

    def pick_per_row(scores, index):
        if len(index) == 0:
            return scores.new_zeros(0)
        if index.min() < 0:
            raise IndexError("index below 0")
        return torch.stack([row[i] for row, i in zip(scores, index, strict=True)])

    def best_per_row(scores):
        return scores.topk(1, dim=1)
