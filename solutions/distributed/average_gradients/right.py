import torch
import torch.distributed as dist

from pytest_torchkata.checks import right

from . import reference


@right
class OneFlatReduction:
    """All gradients in one flat tensor, with a flag for each parameter behind them."""

    def average_gradients(model):
        parameters = list(model.parameters())
        flat = torch.cat(
            [(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in parameters]
            + [torch.tensor([float(p.grad is not None) for p in parameters])]
        )
        dist.all_reduce(flat)
        flat /= dist.get_world_size()
        *means, found = flat.split([p.numel() for p in parameters] + [len(parameters)])
        for p, mean, any_rank in zip(parameters, means, found.tolist(), strict=True):
            if any_rank:
                p.grad = mean.view_as(p).clone()


@right
class AsynchronousReductions:
    """All reductions are started at once and waited for at the end."""

    def average_gradients(model):
        parameters = list(model.parameters())
        found = torch.tensor([p.grad is not None for p in parameters], dtype=torch.uint8)
        dist.all_reduce(found, op=dist.ReduceOp.MAX)
        work = []
        for p, any_rank in zip(parameters, found.tolist(), strict=True):
            if any_rank:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
                p.grad.div_(dist.get_world_size())
                work.append(dist.all_reduce(p.grad, async_op=True))
        for each in work:
            each.wait()


@right
class GradientHooks:
    """Each gradient is reduced by a hook as soon as the backward has it; the hooks are removed."""

    def train_step(model, x, y, loss_fn, optimizer):
        def average(p):
            dist.all_reduce(p.grad)
            p.grad.div_(dist.get_world_size())

        hooks = [p.register_post_accumulate_grad_hook(average) for p in model.parameters()]
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        for hook in hooks:
            hook.remove()
        optimizer.step()
        return reference._mean_over_ranks(loss.detach())
