import itertools

from torch import nn

from pytest_torchkata.checks import wrong


def groups(loader, size):
    iterator = iter(loader)
    while group := list(itertools.islice(iterator, size)):
        yield group


def samples(group):
    return sum(len(x) for x, _ in group)


def clip(model, max_norm):
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)


@wrong("check_equal_sizes")
class NoDivision:
    """The losses of the micro-batches are added up without a factor. The gradient is their sum, several
    times as long as that of the mean.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y)
            loss.backward()
            total += loss.item() * len(x)
        optimizer.step()
        return total / samples(micro_batches)

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                loss_fn(model(x), y).backward()
            clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_unequal_sizes")
class DividesByTheNumberOfBatches:
    """Each loss is divided by the number of micro-batches. That is the mean of their means: a sample of a
    small micro-batch counts more than the others.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) / len(micro_batches)
            loss.backward()
            total += loss.item()
        optimizer.step()
        return total

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) / len(group)).backward()
            clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_unequal_sizes")
class ReturnsTheMeanOfMeans:
    """The step is right, but the number that is returned is the mean of the micro-batches' means."""

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        losses = []
        for x, y in micro_batches:
            loss = loss_fn(model(x), y)
            (loss * len(x) / samples(micro_batches)).backward()
            losses.append(loss.item())
        optimizer.step()
        return sum(losses) / len(losses)


@wrong("check_equal_sizes")
class ReturnsTheLastLoss:
    """This is the loss of the last micro-batch. What is asked for is the mean over all samples."""

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        for x, y in micro_batches:
            loss = loss_fn(model(x), y)
            (loss * len(x) / samples(micro_batches)).backward()
        optimizer.step()
        return loss.item()


@wrong("check_equal_sizes")
class ReturnsATensor:
    """The mean is a tensor. A Python float is asked for, which holds on to nothing."""

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * len(x) / samples(micro_batches)
            loss.backward()
            total += loss.detach()
        optimizer.step()
        return total


@wrong("check_groups")
class DropsTheLastGroup:
    """Only full groups get a step. The micro-batches that are left when the loader ends are computed and
    then forgotten.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            if len(group) == accumulation_steps:
                clip(model, max_norm)
                optimizer.step()
                steps += 1
        optimizer.zero_grad()
        return steps


@wrong("check_groups")
class UsualLoop:
    """Each loss is divided by accumulation_steps, and a step is taken whenever so many have been seen.
    That weighs small micro-batches too much, and what is left at the end gets no step: its gradients
    stay there, and leak into whatever comes next.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        optimizer.zero_grad()
        steps = 0
        for i, (x, y) in enumerate(loader):
            (loss_fn(model(x), y) / accumulation_steps).backward()
            if (i + 1) % accumulation_steps == 0:
                clip(model, max_norm)
                optimizer.step()
                optimizer.zero_grad()
                steps += 1
        return steps


@wrong("check_groups")
class LastGroupDividedByTheFullNumber:
    """Each loss is divided by accumulation_steps, also in the incomplete last group, whose step then is
    too short. And micro-batches of different size count the same.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) / accumulation_steps).backward()
            clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_groups")
class LeaksIntoTheNextGroup:
    """The gradients are cleared before the first group only. Every later step uses those of the groups
    before it as well.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        optimizer.zero_grad()
        steps = 0
        for group in groups(loader, accumulation_steps):
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_equal_sizes")
class ClearsInEveryMicroBatch:
    """The gradients are cleared for every micro-batch, so there is nothing to accumulate: the step uses
    the last one alone.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        total = 0.0
        for x, y in micro_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y) * len(x) / samples(micro_batches)
            loss.backward()
            total += loss.item()
        optimizer.step()
        return total

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            for x, y in group:
                optimizer.zero_grad()
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_equal_sizes")
class StepsForEveryMicroBatch:
    """The optimizer steps after every micro-batch. That is training with small batches: later
    micro-batches are computed with other weights.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * len(x) / samples(micro_batches)
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
                clip(model, max_norm)
                optimizer.step()
            steps += 1
        return steps


@wrong("check_clipping")
class ClipsEveryMicroBatch:
    """The gradients are clipped after every micro-batch, while they are still adding up. The bound is on
    the gradient that the step uses: clip when it is complete.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
                clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_clipping")
class NeverClips:
    """Nothing is clipped before the step: max_norm goes unused, or the clipping comes after the step."""

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            optimizer.step()
            steps += 1
        return steps


@wrong("check_clipping")
class ClipsSums:
    """The gradients are clipped while they are sums over samples, and divided afterwards. What has to be
    bounded is the gradient of the mean, which the step uses.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x)).backward()
            clip(model, max_norm)
            for parameter in model.parameters():
                if parameter.grad is not None:
                    parameter.grad /= samples(group)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_clipping")
class DoesNotClipTheLastGroup:
    """The last, incomplete group gets a step of its own, but there the gradients are not clipped."""

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            if len(group) == accumulation_steps:
                clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_graphs")
class OneBackwardAtTheEnd:
    """The losses are added up and there is one backward pass for all. Until then the graphs of all
    micro-batches are alive, and need as much memory as the big batch would.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            total = total + loss_fn(model(x), y) * len(x) / samples(micro_batches)
        total.backward()
        optimizer.step()
        return total.item()

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            total = 0.0
            for x, y in group:
                total = total + loss_fn(model(x), y) * len(x) / samples(group)
            total.backward()
            clip(model, max_norm)
            optimizer.step()
            steps += 1
        return steps


@wrong("check_graphs")
class KeepsLossTensors:
    """The losses are kept as tensors until the end, and each holds on to its graph. Keep plain numbers,
    or detached tensors.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * len(x) / samples(micro_batches)
            loss.backward()
            total = total + loss
        optimizer.step()
        return total.item()


@wrong("check_stale_gradients")
class ClearsOnlyAfterTheStep:
    """The gradients are cleared after the step only. That is right from the second step on, but the first
    one also uses what was left on the parameters before the call.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * len(x) / samples(micro_batches)
            loss.backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        return total

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            clip(model, max_norm)
            optimizer.step()
            optimizer.zero_grad()
            steps += 1
        return steps


@wrong("check_frozen", shows="exception")
class DividesEveryGradient:
    """The gradients of all parameters are divided in the end. A frozen parameter has none: its grad is
    None.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        total = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * len(x)
            loss.backward()
            total += loss.item()
        for parameter in model.parameters():
            parameter.grad /= samples(micro_batches)
        optimizer.step()
        return total / samples(micro_batches)


@wrong("check_groups")
class CountsMicroBatches:
    """This is the number of micro-batches. What is asked for is the number of optimizer steps."""

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        count = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
                count += 1
            clip(model, max_norm)
            optimizer.step()
        return count


@wrong("check_short_generator", shows="exception")
class NeedsALength:
    """The last batch is found with len(loader). A generator has no length: it just ends."""

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        group, steps = [], 0
        for i, batch in enumerate(loader):
            group.append(batch)
            if (i + 1) % accumulation_steps == 0 or i + 1 == len(loader):
                optimizer.zero_grad()
                for x, y in group:
                    (loss_fn(model(x), y) * len(x) / samples(group)).backward()
                clip(model, max_norm)
                optimizer.step()
                group = []
                steps += 1
        return steps


@wrong("check_equal_sizes", shows="rule")
class PutsThemTogether:
    """The micro-batches are put together into the big batch that did not fit. Each has to go through the
    model by itself.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        import torch

        x = torch.cat([x for x, _ in micro_batches])
        y = torch.cat([y for _, y in micro_batches])
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()


@wrong("check_graphs")
class RetainsTheGraph:
    """retain_graph=True keeps what backward has used. It stays alive while the next micro-batch goes
    through the model, so two of them have to fit. Nothing here needs a graph twice.
    """

    def accumulated_step(model, optimizer, loss_fn, micro_batches):
        optimizer.zero_grad()
        mean = 0.0
        for x, y in micro_batches:
            loss = loss_fn(model(x), y) * len(x) / samples(micro_batches)
            loss.backward(retain_graph=True)
            mean += loss.item()
        optimizer.step()
        return mean


@wrong("check_clipping_groups")
class ClipsTheFirstGroup:
    """param_groups[0] holds only the first of the optimizer's groups. The norm is that of all gradients
    together, and all are scaled.
    """

    def train_with_accumulation(model, loader, optimizer, loss_fn, accumulation_steps, max_norm=None):
        steps = 0
        for group in groups(loader, accumulation_steps):
            optimizer.zero_grad()
            for x, y in group:
                (loss_fn(model(x), y) * len(x) / samples(group)).backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], max_norm)
            optimizer.step()
            steps += 1
        return steps
