import torch

from pytest_torchkata.checks import right


@right
class BackwardAndUndo:
    """The usual backward, with copies of the gradients to go back to, and a flag that leaves the block."""

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        n = x.shape[0]
        params = list(model.parameters())

        def save():
            return [None if p.grad is None else p.grad.clone() for p in params]

        def restore(saved):
            for p, grad in zip(params, saved, strict=True):
                p.grad = grad

        def piece(i, j):
            loss = loss_fn(model(x[i:j]), y[i:j])
            (loss * (j - i) / n).backward()
            return loss.detach().item() * (j - i)

        at_first = save()
        total, i, size = 0.0, 0, n
        while i < n:
            j = min(i + size, n)
            before, failed = save(), False
            try:
                total += piece(i, j)
            except torch.cuda.OutOfMemoryError:
                failed = True
            except BaseException:
                restore(at_first)
                raise
            if failed:
                restore(before)
                size = (j - i) // 2
                if size < min_size:
                    restore(at_first)
                    raise torch.cuda.OutOfMemoryError(f"{j - i} rows do not fit")
                torch.cuda.empty_cache()
            else:
                i = j
        return total / n, size


@right
class ByItsText:
    """A RuntimeError is told by its text, as it was before there was a class; names are deleted by hand."""

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        params = [p for p in model.parameters() if p.requires_grad]
        collected = []
        start, size, total = 0, len(x), 0.0
        while start < len(x):
            loss = output = None
            stop = min(start + size, len(x))
            try:
                output = model(x[start:stop])
                loss = loss_fn(output, y[start:stop]) * (stop - start)
                collected.append(torch.autograd.grad(loss, params, allow_unused=True))
                total += float(loss.detach())
                start = stop
            except RuntimeError as error:
                del loss, output
                if "out of memory" not in str(error) or (stop - start) // 2 < min_size:
                    raise
                size = (stop - start) // 2
        for grads in collected:
            for p, grad in zip(params, grads, strict=True):
                if grad is not None:
                    p.grad = grad / len(x) if p.grad is None else p.grad + grad / len(x)
        return total / len(x), size
