import torch
import torch.distributed as dist

from pytest_torchkata.checks import wrong

from . import reference


def _step(model, x, y, loss_fn, optimizer, average):
    """Make one step, with an average_gradients of its own."""
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    average(model)
    optimizer.step()
    return reference._mean_over_ranks(loss.detach())


@wrong("check_average")
class SumsGradients:
    """all_reduce adds up. The gradient is then as many times too large as there are ranks, as if the
    learning rate had been raised.
    """

    def average_gradients(model):
        for p in model.parameters():
            if p.grad is not None:
                dist.all_reduce(p.grad, op=dist.ReduceOp.SUM)


@wrong("check_average")
class DividesTwice:
    """The gradients are divided by the world size before the reduction and again after it."""

    def average_gradients(model):
        for p in model.parameters():
            if p.grad is not None:
                p.grad /= dist.get_world_size()
                dist.all_reduce(p.grad)
                p.grad /= dist.get_world_size()


@wrong("check_branches")
class SkipsMissing:
    """Parameters without a gradient are skipped, by each rank for itself. When the ranks skip different
    ones, the reductions pair up different parameters, or one rank waits for a call that never comes.
    """

    def average_gradients(model):
        for p in model.parameters():
            if p.grad is not None:
                dist.all_reduce(p.grad)
                p.grad /= dist.get_world_size()


@wrong("check_branches")
class FillsEverything:
    """A missing gradient is filled with zeros everywhere. A parameter that no rank used then has a zero
    gradient instead of none, and weight decay or momentum will move it.
    """

    def average_gradients(model):
        for p in model.parameters():
            if p.grad is None:
                p.grad = torch.zeros_like(p)
            dist.all_reduce(p.grad)
            p.grad /= dist.get_world_size()


@wrong("check_branches")
class DividesByTakers:
    """The sum is divided by the number of ranks that had a gradient. A rank without one counts as zero,
    so the divisor is the world size.
    """

    def average_gradients(model):
        parameters = list(model.parameters())
        found = torch.tensor([p.grad is not None for p in parameters], dtype=torch.int32)
        dist.all_reduce(found)
        for p, ranks in zip(parameters, found.tolist(), strict=True):
            if ranks:
                p.grad = torch.zeros_like(p) if p.grad is None else p.grad
                dist.all_reduce(p.grad)
                p.grad /= ranks


@wrong("check_training")
class AveragesWeights:
    """Each rank takes its own step, and the weights are averaged afterwards. Adam scales each step by
    its own gradients' size, so the average of the steps is not the step of the average.
    """

    def train_step(model, x, y, loss_fn, optimizer):
        loss = _step(model, x, y, loss_fn, optimizer, lambda model: None)
        with torch.no_grad():
            for p in model.parameters():
                dist.all_reduce(p)
                p /= dist.get_world_size()
        return loss


@wrong("check_training")
class AveragesTooEarly:
    """The gradients are averaged before the backward has computed them: there is nothing to average, and
    every rank goes its own way.
    """

    def train_step(model, x, y, loss_fn, optimizer):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        reference.average_gradients(model)
        loss.backward()
        optimizer.step()
        return reference._mean_over_ranks(loss.detach())


@wrong("check_training")
class LocalLoss:
    """The loss of the local shard is returned: every rank reports another number."""

    def train_step(model, x, y, loss_fn, optimizer):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        reference.average_gradients(model)
        optimizer.step()
        return loss.item()


@wrong("check_stale_gradients")
class KeepsOldGradients:
    """The gradients are never cleared: those of earlier steps are added to the new ones."""

    def train_step(model, x, y, loss_fn, optimizer):
        loss = loss_fn(model(x), y)
        loss.backward()
        reference.average_gradients(model)
        optimizer.step()
        return reference._mean_over_ranks(loss.detach())


@wrong("check_broadcast")
class ForgetsBuffers:
    """Only parameters are sent. Running statistics are buffers, and stay different on every rank."""

    def broadcast_model(model, src=0):
        for p in model.parameters():
            dist.broadcast(p.data, src)


@wrong("check_hidden_buffer")
class BroadcastsTheStateDict:
    """A state_dict leaves out the buffers that were registered with persistent=False. The ranks keep
    their own, and compute different things: go over parameters() and buffers().
    """

    def broadcast_model(model, src=0):
        for tensor in model.state_dict().values():
            dist.broadcast(tensor, src)


@wrong("check_broadcast")
class AlwaysRankZero:
    """The model of rank 0 is sent, whatever src says."""

    def broadcast_model(model, src=0):
        reference.broadcast_model(model, 0)


@wrong("check_broadcast")
class ReplacesParameters:
    """The parameters are replaced by new objects. An optimizer that was made before goes on steering
    the old ones.
    """

    def broadcast_model(model, src=0):
        for module in model.modules():
            for name, p in list(module.named_parameters(recurse=False)):
                tensor = p.detach().clone()
                dist.broadcast(tensor, src)
                setattr(module, name, torch.nn.Parameter(tensor))
            for _, b in module.named_buffers(recurse=False):
                dist.broadcast(b, src)


@wrong("check_broadcast")
class AveragesModels:
    """The models are averaged. All ranks agree afterwards, but on none of the models that there were."""

    def broadcast_model(model, src=0):
        with torch.no_grad():
            for tensor in (*model.parameters(), *model.buffers()):
                mean = tensor.double()
                dist.all_reduce(mean)
                tensor.copy_(mean / dist.get_world_size())
