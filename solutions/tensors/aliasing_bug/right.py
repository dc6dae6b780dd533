import torch

from pytest_torchkata.checks import right


@right
class CopiesFirst:
    """A clone where the broken version had something less, and then in place as before."""

    def standardize_columns(x):
        result = x.clone()
        result -= result.mean(dim=0)
        if len(x) == 1:
            return result
        std = result.std(dim=0)
        return result / torch.where(std == 0, torch.ones_like(std), std)

    def zero_padding(batch, lengths):
        padded = batch.clone()
        for row, length in zip(padded, lengths, strict=True):
            row[length:] = 0
        return padded

    def sgd_trajectory(w0, grad_fn, lr, steps):
        w = w0.clone()
        path = [w.clone()]
        for _ in range(steps):
            w -= lr * grad_fn(w)
            path.append(w.clone())
        return torch.stack(path)


@right
class WhereAndStack:
    """Out of place, with a small constant under the fraction; the iterates in a table made beforehand."""

    def standardize_columns(x):
        deviation = x - x.mean(0, keepdim=True)
        std = (deviation.pow(2).sum(0) / max(x.shape[0] - 1, 1)).sqrt()
        return deviation / (std + 1e-8)

    def zero_padding(batch, lengths):
        keep = torch.arange(batch.size(1), device=batch.device)[None] < lengths.unsqueeze(1)
        return torch.where(keep, batch, torch.zeros_like(batch))

    def sgd_trajectory(w0, grad_fn, lr, steps):
        table = w0.new_empty(steps + 1, len(w0))
        table[0] = w0
        for step in range(steps):
            table[step + 1] = table[step] - lr * grad_fn(table[step])
        return table
