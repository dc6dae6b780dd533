import torch

from pytest_torchkata.checks import right


def finish(model, optimizer, count, max_norm=None):
    """Turn sums over samples into means, clip, and step."""
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(count)
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], max_norm)
    optimizer.step()
    optimizer.zero_grad()


@right
class SumsDividedBeforeTheStep:
    """Gradients of sums, divided by the number of samples before the step; nothing is buffered."""

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad(set_to_none=False)
        total, count = 0.0, 0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * y.size(0)
            loss.backward()
            total += loss.detach()
            count += y.size(0)
        finish(model, optimizer, count)
        return float(total / count)

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        optimizer.zero_grad()
        steps, count = 0, 0
        for i, (x, y) in enumerate(loader, start=1):
            (loss_fn(model(x), y) * x.shape[0]).backward()
            count += x.shape[0]
            if i % accumulation_steps == 0:
                finish(model, optimizer, count, max_norm)
                steps, count = steps + 1, 0
        if count > 0:
            finish(model, optimizer, count, max_norm)
            steps += 1
        return steps


@right
class WeightsKnownBeforehand:
    """The weight of each micro-batch is known before its backward pass; groups are buffered."""

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        model.zero_grad()
        n = sum(y.shape[0] for _, y in micro_batches)
        mean = 0.0
        for inputs, targets in micro_batches:
            weight = targets.shape[0] / n
            loss = loss_fn(model(inputs), targets)
            loss.backward(torch.full_like(loss, weight))
            mean += weight * loss.item()
        optimizer.step()
        return mean
