import torch
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from pytest_torchkata.checks import right


class _GradientsInTheForward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, weight, targets, chunk_size, ignore_index):
        counts = targets != ignore_index
        scale = 1 / counts.sum().to(hidden.dtype)
        grad_hidden, grad_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        total = hidden.new_zeros(())
        for start in range(0, len(hidden), chunk_size):
            rows = slice(start, start + chunk_size)
            h, keep = hidden[rows], counts[rows, None]
            t = targets[rows, None].masked_fill(~keep, 0)
            logits = h @ weight.T
            log_z = logits.logsumexp(1, keepdim=True)
            total += ((log_z - logits.gather(1, t)) * keep).sum()
            logits -= log_z
            logits.exp_()
            logits.scatter_add_(1, t, -torch.ones_like(t, dtype=logits.dtype))
            logits *= keep * scale
            grad_hidden[rows] = logits @ weight
            grad_weight.addmm_(logits.T, h)
        ctx.save_for_backward(grad_hidden, grad_weight)
        return total * scale

    @staticmethod
    def backward(ctx, grad):
        grad_hidden, grad_weight = ctx.saved_tensors
        return grad * grad_hidden, grad * grad_weight, None, None, None


@right
class GradientsInTheForward:
    """The gradients are computed with the loss, while a chunk's logits are there, and only scaled later."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _GradientsInTheForward.apply(hidden, weight, targets, chunk_size, ignore_index)


class _Recomputed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, weight, targets, chunk_size, ignore_index):
        ctx.save_for_backward(hidden, weight, targets)
        ctx.settings = chunk_size, ignore_index
        ctx.count = (targets != ignore_index).sum()
        total = hidden.new_zeros(())
        for h, t in zip(hidden.split(chunk_size), targets.split(chunk_size), strict=True):
            total += F.cross_entropy(F.linear(h, weight), t, reduction="sum", ignore_index=ignore_index)
        return total / ctx.count

    @staticmethod
    def backward(ctx, grad):
        hidden, weight, targets = ctx.saved_tensors
        chunk_size, ignore_index = ctx.settings
        parts, grad_weight = [], torch.zeros_like(weight)
        for h, t in zip(hidden.split(chunk_size), targets.split(chunk_size), strict=True):
            d = torch.softmax(h @ weight.T, dim=1)
            rows = torch.arange(len(t), device=t.device)
            d[rows, t.where(t != ignore_index, 0)] -= 1
            d[t == ignore_index] = 0
            d *= grad / ctx.count
            if ctx.needs_input_grad[0]:
                parts.append(d @ weight)
            if ctx.needs_input_grad[1]:
                grad_weight += d.T @ h
        return torch.cat(parts) if parts else None, grad_weight, None, None, None


@right
class RecomputedByHand:
    """A Function that saves the inputs, and computes the logits of each chunk twice."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        return _Recomputed.apply(hidden, weight, targets, chunk_size, ignore_index)


@right
class ListOfSums:
    """Checkpointed chunks whose sums are stacked, the targets that count counted chunk by chunk."""

    def linear_cross_entropy(hidden, weight, targets, chunk_size, ignore_index=-100):
        def one(h, w, t):
            log_p = torch.log_softmax(w.matmul(h.T).T, dim=-1)
            return F.nll_loss(log_p, t, reduction="sum", ignore_index=ignore_index)

        sums, count = [], 0
        for i in range(0, hidden.shape[0], chunk_size):
            t = targets[i : i + chunk_size]
            sums.append(checkpoint(one, hidden[i : i + chunk_size], weight, t, use_reentrant=False))
            count += t.ne(ignore_index).sum()
        return torch.stack(sums).sum() / count
