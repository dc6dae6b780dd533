import weakref

import pytest

from pytest_torchkata.checks import nn, raises, torch

ANY_SIZE = 10**6


def out_of_memory():
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


class Limits:
    """How many rows fit, attempt by attempt: the last one holds for all that follow."""

    def __init__(self, *rows):
        self.rows = rows
        self.sizes = []

    def next(self, x):
        self.sizes.append(len(x))
        return self.rows[min(len(self.sizes), len(self.rows)) - 1]


def network(given, limits, failing="forward", error=None):
    """Return a model of two layers that runs out of memory in the middle of its forward or backward."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(4, 6)
            self.second = nn.Linear(6, 2)
            self.made = None
            self.alive = []

        def forward(self, x):
            most = limits.next(x)
            if self.made is not None:
                self.alive.append(self.made() is not None)
            hidden = torch.tanh(self.first(x))
            self.made = weakref.ref(hidden.untyped_storage())
            if len(x) > most:
                if failing == "forward":
                    raise (error or out_of_memory)()
                hidden.register_hook(refuse)  # by then the second layer has its gradients
            return self.second(hidden)

    def refuse(gradient):
        raise (error or out_of_memory)()

    return given.fill(Model())


def batch(given, rows):
    return given.normal(rows, 4), given.normal(rows, 2)


def weighted(prediction, y):
    return ((prediction - y) ** 2 * (1 + y**2)).mean()  # which of the two is which matters


def grads(model):
    return {f"{name}.grad": p.grad for name, p in model.named_parameters()}


def check_whole(kata, given, device, dtype):
    """A batch that fits is one piece."""
    limits = Limits(ANY_SIZE)
    model = network(given, limits)
    returned = kata.backward_in_pieces(model, weighted, *batch(given, 6))
    return {"returned": tuple(returned), "rows of each attempt": limits.sizes, **grads(model)}


@pytest.mark.parametrize(("rows", "most"), [(8, 4), (10, 3), (7, 3), (5, 1)])
def check_pieces(kata, given, rows, most, device):
    """What does not fit is halved until it does; every row counts the same."""
    limits = Limits(most)
    model = network(given, limits)
    returned = kata.backward_in_pieces(model, weighted, *batch(given, rows))
    return {"returned": tuple(returned), "rows of each attempt": limits.sizes, **grads(model)}


@pytest.mark.parametrize("failing", ["forward", "backward"])
@pytest.mark.parametrize(("rows", "fits"), [(11, (5, 5, 2)), (19, (4, 4, 4, 4, 4, 4, 2))])
def check_later(kata, given, rows, fits, failing, device):
    """A later piece that fails, the last and smaller one too, is halved; those before it stay done."""
    limits = Limits(*fits)
    model = network(given, limits, failing)
    returned = kata.backward_in_pieces(model, weighted, *batch(given, rows))
    return {"returned": tuple(returned), "rows of each attempt": limits.sizes, **grads(model)}


def check_backward(kata, given, device):
    """A backward that runs out of memory halfway leaves no gradients behind."""
    limits = Limits(3)
    model = network(given, limits, "backward")
    returned = kata.backward_in_pieces(model, weighted, *batch(given, 8))
    return {"returned": tuple(returned), "rows of each attempt": limits.sizes, **grads(model)}


@pytest.mark.parametrize("most", [ANY_SIZE, 3])
def check_added(kata, given, most, device):
    """The gradients are added to those from before the call."""
    model = network(given, Limits(most), "backward")
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    kata.backward_in_pieces(model, weighted, *batch(given, 8))
    return grads(model)


def check_frozen(kata, given, device):
    """Parameters that are frozen, or take no part, keep the grad that they had."""
    model = network(given, Limits(3))
    model.unused = nn.Parameter(torch.ones(2, device=device))
    model.first.weight.requires_grad_(False)
    kata.backward_in_pieces(model, weighted, *batch(given, 7))
    return grads(model)


@pytest.mark.parametrize("failing", ["forward", "backward"])
@pytest.mark.parametrize(("rows", "most", "min_size"), [(8, 1, 2), (9, 0, None), (6, 2, 4)])
def check_gives_up(kata, given, rows, most, min_size, failing, device):
    """Below min_size the error is raised, and every grad is what it was."""
    limits = Limits(most)
    model = network(given, limits, failing)
    settings = {} if min_size is None else {"min_size": min_size}
    outcome = raises(
        torch.OutOfMemoryError,
        lambda: kata.backward_in_pieces(model, weighted, *batch(given, rows), **settings),
    )
    return {"outcome": outcome, "rows of each attempt": limits.sizes, **grads(model)}


def check_gives_up_later(kata, given, device):
    """The same if some pieces are done by then, and there were gradients before."""
    limits = Limits(4, 4, 4, 0)
    model = network(given, limits)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    outcome = raises(
        torch.OutOfMemoryError,
        lambda: kata.backward_in_pieces(model, weighted, *batch(given, 13), min_size=2),
    )
    return {"outcome": outcome, "rows of each attempt": limits.sizes, **grads(model)}


def check_min_size(kata, given, device):
    """What is left at the end may be smaller than min_size."""
    limits = Limits(4)
    model = network(given, limits)
    returned = kata.backward_in_pieces(model, weighted, *batch(given, 9), min_size=4)
    return {"returned": tuple(returned), "rows of each attempt": limits.sizes, **grads(model)}


@pytest.mark.parametrize("failing", ["forward", "backward"])
def check_other_errors(kata, given, failing, device):
    """Any other error passes through at once, and every grad is what it was."""
    limits = Limits(ANY_SIZE, 2)

    def error():
        return RuntimeError("the shapes do not fit")

    def no_memory_first(prediction, y):
        if len(limits.sizes) == 1:
            raise out_of_memory()
        return weighted(prediction, y)

    model = network(given, limits, failing, error)
    try:
        outcome = kata.backward_in_pieces(model, no_memory_first, *batch(given, 8))
    except RuntimeError as raised:
        outcome = f"{type(raised).__name__}: {raised}"
    return {"outcome": outcome, "rows of each attempt": limits.sizes, **grads(model)}


def freed(kata, given, failing):
    limits = Limits(3)
    model = network(given, limits, failing)
    kata.backward_in_pieces(model, weighted, *batch(given, 14))
    attempts = zip(limits.sizes, model.alive, strict=False)
    return {
        "rows of each attempt": limits.sizes,
        "something of the failed attempt is alive": [alive for size, alive in attempts if size > 3],
    }


def check_freed(kata, given, device):
    """When a piece is tried again, nothing is alive of an attempt whose forward has failed."""
    return freed(kata, given, "forward")


def check_freed_graph(kata, given):
    """Nor is anything alive of one whose backward has failed."""
    return freed(kata, given, "backward")


@pytest.mark.needs_cuda
def check_real(kata, given, device):
    """The allocator of CUDA runs out of memory; nothing of the failed attempt is allocated afterwards."""
    sizes, allocated = [], []

    class Model(nn.Linear):
        def forward(self, x):
            sizes.append(len(x))
            allocated.append(torch.cuda.memory_allocated())
            wide = x[:, :, None].expand(-1, -1, 1 << 20).contiguous()  # 16 MiB for each row
            if len(x) > 2:
                torch.empty(1 << 45, dtype=torch.uint8, device=x.device)  # 32 TiB
            return super().forward(wide.mean(2))

    model = given.fill(Model(4, 2))
    x, y = batch(given, 8)
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    returned = kata.backward_in_pieces(model, weighted, x, y)
    return {
        "returned": tuple(returned),
        "rows of each attempt": sizes,
        "freed when the piece is tried again": [one - allocated[0] < 1 << 22 for one in allocated[1:3]],
        **grads(model),
    }
