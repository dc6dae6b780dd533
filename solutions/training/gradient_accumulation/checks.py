import weakref

import pytest

from pytest_torchkata.checks import F, nn, torch

UNEQUAL = (5, 1, 3, 2, 4, 2, 3)


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)))


def batches(given, sizes):
    return [(given.normal(n, 4), given.integers(0, 3, (n,))) for n in sizes]


def optimizer_for(model, name="SGD"):
    if name == "Adam":
        return torch.optim.Adam(model.parameters(), lr=0.05)
    return torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)


def weights(model):
    return {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}


def check_equal_sizes(kata, given, device):
    """accumulated_step, micro-batches of equal size: the mean loss and the step of the big batch."""
    model = network(given)
    data = batches(given, (3, 3, 3))
    returned = kata.accumulated_step(model, optimizer_for(model), F.cross_entropy, data)
    return {"returned": returned, **weights(model)}


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_unequal_sizes(kata, given, optimizer, device, dtype):
    """accumulated_step, micro-batches of different sizes: every sample counts the same."""
    model = network(given)
    steps = optimizer_for(model, optimizer)
    observed = {}
    for step in (1, 2):
        data = batches(given, UNEQUAL[:4])
        observed[f"returned by step {step}"] = kata.accumulated_step(model, steps, F.cross_entropy, data)
    return {**observed, **weights(model)}


def check_one_micro_batch(kata, given, device):
    """accumulated_step with a single micro-batch is an ordinary step."""
    model = network(given)
    data = batches(given, (5,))
    returned = kata.accumulated_step(model, optimizer_for(model), F.cross_entropy, data)
    return {"returned": returned, **weights(model)}


def check_stale_gradients(kata, given, device):
    """accumulated_step ignores gradients from before the call."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    kata.accumulated_step(model, optimizer_for(model), F.cross_entropy, batches(given, (3, 2)))
    return weights(model)


@pytest.mark.parametrize("accumulation_steps", [1, 2, 3, 7])
def check_groups(kata, given, accumulation_steps, device):
    """One step for every group, averaged over its samples, also for the incomplete last one."""
    model = network(given)
    data, optimizer = batches(given, UNEQUAL), optimizer_for(model)
    steps = kata.train_with_accumulation(model, data, optimizer, F.cross_entropy, accumulation_steps)
    return {"returned": steps, **weights(model)}


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_short_generator(kata, given, optimizer, device):
    """A generator that yields less than one group: all of it is one step."""
    model = network(given)
    data = (batch for batch in batches(given, (4, 1, 2)))
    optimizer = optimizer_for(model, optimizer)
    steps = kata.train_with_accumulation(model, data, optimizer, F.cross_entropy, 5)
    return {"returned": steps, **weights(model)}


def check_groups_stale_gradients(kata, given, device):
    """train_with_accumulation ignores gradients from before the call."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    data, optimizer = batches(given, (3, 2, 4)), optimizer_for(model)
    kata.train_with_accumulation(model, data, optimizer, F.cross_entropy, 2)
    return weights(model)


@pytest.mark.parametrize("max_norm", [0.2, 5.0])
def check_clipping(kata, given, max_norm, device):
    """The gradients of a group are clipped once, all together, when they are complete."""
    model = network(given)
    data, optimizer = batches(given, UNEQUAL), optimizer_for(model)
    kata.train_with_accumulation(model, data, optimizer, F.cross_entropy, 3, max_norm=max_norm)
    return weights(model)


def check_clipping_groups(kata, given, device):
    """The parameters of all groups of the optimizer are clipped together."""
    model = network(given)
    groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.1}]
    data, optimizer = batches(given, UNEQUAL), torch.optim.SGD(groups, lr=0.3)
    kata.train_with_accumulation(model, data, optimizer, F.cross_entropy, 3, max_norm=0.2)
    return weights(model)


def check_frozen(kata, given, device):
    """Frozen parameters, which have no gradient, are left alone."""
    model = network(given)
    model[0].weight.requires_grad_(False)
    optimizer = optimizer_for(model)
    data = batches(given, UNEQUAL)
    kata.accumulated_step(model, optimizer, F.cross_entropy, data[:2])
    kata.train_with_accumulation(model, data[2:], optimizer, F.cross_entropy, 2, max_norm=0.5)
    return weights(model)


@pytest.mark.parametrize("function", ["accumulated_step", "train_with_accumulation"])
def check_graphs(kata, given, function, device):
    """No more than one micro-batch has its graph alive, and each goes through the model alone."""

    class Token:
        pass

    class Saved:
        def __init__(self, value):
            self.value = value

    tokens, kept, sizes, waiting, most = [], [], [], 0, 0
    saved, unfreed = weakref.WeakSet(), []

    def save(value):
        box = Saved(value)
        saved.add(box)
        return box

    def loss_fn(prediction, y):
        nonlocal waiting, most
        token = Token()
        prediction.grad_fn.metadata["token"] = token  # lives as long as this node of the graph
        # The micro-batch before may still be bound to a variable of the loop.
        kept.append(sum(known() is not None for known in tokens[:-1]))
        tokens.append(weakref.ref(token))
        sizes.append(len(y))
        waiting += 1
        most = max(most, waiting)
        prediction.register_hook(done)
        unfreed.append(len(saved) > 0)
        with torch.autograd.graph.saved_tensors_hooks(save, lambda box: box.value):
            return F.cross_entropy(prediction, y)

    def done(gradient):
        nonlocal waiting
        waiting -= 1

    model = network(given)
    data, optimizer = batches(given, UNEQUAL), optimizer_for(model)
    if function == "accumulated_step":
        kata.accumulated_step(model, optimizer, loss_fn, data)
    else:
        kata.train_with_accumulation(model, data, optimizer, loss_fn, 4)
    return {
        "sizes of what the loss was called with": sizes,
        "most micro-batches that wait for backward": most,
        "most graphs kept besides the last": max(kept),
        "what backward needs of the one before is still there": any(unfreed),
    }


def check_no_batches(kata, given, device):
    """A loader that yields nothing gives no step."""
    model = network(given)
    optimizer = optimizer_for(model)
    returned = kata.train_with_accumulation(model, [], optimizer, F.cross_entropy, 2)
    return {"returned": returned, **weights(model)}
