import pytest

from pytest_torchkata.checks import F, nn, raises, torch


def network(given):
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5), nn.Tanh())
            self.head = nn.Linear(5, 3)

        def forward(self, x):
            return self.head(self.backbone(x))

    return given.fill(Network())


def train(model, optimizer, given, steps=2, set_to_none=True):
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=set_to_none)
        x, y = given.normal(5, 4), given.integers(0, 3, (5,))
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def weights(model, when):
    return {f"{name} {when}": p.detach().clone() for name, p in model.named_parameters()}


def groups(model, optimizer):
    names = {id(p): name for name, p in model.named_parameters()}
    return [sorted(names[id(p)] for p in group["params"]) for group in optimizer.param_groups]


def settings(optimizer):
    return [(float(group["lr"]), float(group["weight_decay"])) for group in optimizer.param_groups]


def flags(model):
    return {name: p.requires_grad for name, p in model.named_parameters()}


@pytest.mark.parametrize("gradients", ["none", "old ones", "zeros"])
def check_backbone_stays(kata, given, gradients):
    """In the head phase the backbone does not move, whatever gradients it carries."""
    model = network(given)
    for parameter in model.parameters():
        drawn = given.like(parameter)
        parameter.grad = {"none": None, "old ones": drawn, "zeros": drawn * 0}[gradients]
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    train(model, optimizer, given, set_to_none=gradients != "zeros")
    return weights(model, "after two steps")


def check_no_zero_grad(kata, given):
    """In the head phase not even a step with all old gradients moves the backbone."""
    model = network(given)
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    optimizer.step()
    return weights(model, "after a step")


def check_head_phase(kata, given):
    """The head phase: what is frozen, what the optimizer holds, and what backward computes."""
    model = network(given)
    model.backbone.eval()
    before = weights(model, "as it was")
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    model.zero_grad()
    after = weights(model, "as it was")
    F.cross_entropy(model(given.normal(5, 4)), given.integers(0, 3, (5,))).backward()
    return {
        "requires_grad": flags(model),
        "parameters of each group": groups(model, optimizer),
        "lr and weight decay of each group": settings(optimizer),
        "type of the optimizer": type(optimizer).__name__,
        "gradients": {name: p.grad for name, p in model.named_parameters()},
        "modes": {name: module.training for name, module in model.named_children()},
        "weights left as they were": all(torch.equal(before[name], after[name]) for name in before),
    }


def check_full_phase(kata, given):
    """The full phase: what is unfrozen, and what each group holds, at which rate and decay."""
    model = network(given)
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    train(model, optimizer, given)
    before = weights(model, "as it was")
    kata.start_full_phase(model, optimizer, backbone_lr=0.02)
    after = weights(model, "as it was")
    return {
        "requires_grad": flags(model),
        "parameters of each group": groups(model, optimizer),
        "lr and weight decay of each group": settings(optimizer),
        "weights left as they were": all(torch.equal(before[name], after[name]) for name in before),
    }


@pytest.mark.parametrize("steps", [2, 0])
def check_both_learn(kata, given, steps):
    """In the full phase both parts move, the backbone afresh, the head with its moments."""
    model = network(given)
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    train(model, optimizer, given, steps)
    kata.start_full_phase(model, optimizer, backbone_lr=0.02)
    train(model, optimizer, given, 3)
    return weights(model, "after both phases")


def check_moments(kata, given):
    """The head's moments and step count are kept in the optimizer."""
    model = network(given)
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    train(model, optimizer, given)
    kata.start_full_phase(model, optimizer, backbone_lr=0.02)
    names = {id(p): name for name, p in model.named_parameters()}
    return {f"state of {names[id(p)]}": dict(state) for p, state in optimizer.state.items()}


def check_twice(kata, given):
    """A second start of the full phase raises ValueError and adds nothing."""
    model = network(given)
    optimizer = kata.start_head_phase(model, lr=0.1, weight_decay=0.3)
    kata.start_full_phase(model, optimizer, backbone_lr=0.02)
    return {
        "the second call": raises(
            ValueError, lambda: kata.start_full_phase(model, optimizer, backbone_lr=0.02)
        ),
        "parameters of each group": groups(model, optimizer),
        "lr and weight decay of each group": settings(optimizer),
    }
