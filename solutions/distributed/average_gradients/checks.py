import pytest

from pytest_torchkata.checks import F, nn, torch

RANKS = 2


def network(given):
    return given.fill(nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)))


def gradients(model):
    return {f"{name}.grad": p.grad for name, p in model.named_parameters()}


@pytest.mark.ranks(RANKS)
@pytest.mark.parametrize("src", [None, 1])
def check_broadcast(kata, given, rank, src):
    """Parameters and buffers become those of rank src, 0 unless told, and stay the same objects."""
    models = [nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5)) for _ in range(RANKS)]
    for each in models:
        given.fill(each)
        each(given.normal(7, 4))  # running statistics that differ
    model = models[rank]
    model[1].num_batches_tracked += 3 * rank
    before = list(model.parameters())
    kata.broadcast_model(model, *([] if src is None else [src]))
    same = all(a is b for a, b in zip(before, model.parameters(), strict=True))
    return {"state": model.state_dict(), "same parameter objects": same}


@pytest.mark.ranks(RANKS)
def check_hidden_buffer(kata, given, rank):
    """Buffers that are not in the state_dict, persistent=False, become those of rank src too."""
    model = network(given)
    values = given.normal(RANKS, 3)
    model.register_buffer("positions", values[rank], persistent=False)
    kata.broadcast_model(model, 1)
    return {"positions": model.positions}


@pytest.mark.ranks(RANKS)
def check_average(kata, given, rank):
    """Every gradient becomes the mean over the ranks."""
    model = network(given)
    x = given.normal(RANKS, 6, 4)
    model(x[rank]).square().sum().backward()
    kata.average_gradients(model)
    return gradients(model)


def branches(given):
    return given.fill(nn.ModuleDict({name: nn.Linear(4, 3) for name in ("both", "zero", "one", "nobody")}))


@pytest.mark.ranks(RANKS)
@pytest.mark.parametrize("taken", ["one each", "only on rank 0", "only on rank 1"])
def check_branches(kata, given, rank, taken):
    """A branch that one rank alone takes counts as zero on the other; one that none takes keeps None."""
    model = branches(given)
    x = given.normal(RANKS, 6, 4)[rank]
    own = {"one each": ["zero", "one"][rank], f"only on rank {rank}": "zero"}.get(taken)
    out = model["both"](x) + (model[own](x) if own else 0)
    out.square().sum().backward()
    kata.average_gradients(model)
    return gradients(model)


@pytest.mark.ranks(RANKS)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_training(kata, given, rank, optimizer):
    """A few steps give the weights of one process on the whole batch, and the same loss on every rank."""
    model, alone = network(given), network(given)
    alone.load_state_dict(model.state_dict())
    make = {
        "SGD": lambda m: torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9),
        "Adam": lambda m: torch.optim.Adam(m.parameters(), lr=0.05),
    }[optimizer]
    mine, single = make(model), make(alone)
    losses = []
    for _ in range(4):
        x, y = given.normal(RANKS, 6, 4), given.normal(RANKS, 6, 3)
        losses.append(kata.train_step(model, x[rank], y[rank], F.mse_loss, mine))
        single.zero_grad()
        F.mse_loss(alone(x.flatten(0, 1)), y.flatten(0, 1)).backward()
        single.step()
    pairs = zip(model.parameters(), alone.parameters(), strict=True)
    return {
        "losses": losses,
        "weights": model.state_dict(),
        "as one process": all(torch.allclose(a, b, atol=1e-4) for a, b in pairs),
    }


@pytest.mark.ranks(RANKS)
def check_stale_gradients(kata, given, rank):
    """Gradients from before the step have no influence."""
    model = network(given)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = given.normal(RANKS, 6, 4)[rank], given.normal(RANKS, 6, 3)[rank]
    for parameter in model.parameters():
        parameter.grad = given.like(parameter) * (1 + rank)
    loss = kata.train_step(model, x, y, F.mse_loss, optimizer)
    return {"loss": loss, "weights": model.state_dict()}
