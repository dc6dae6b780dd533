from pytest_torchkata.checks import nn, torch


def mixed_model():
    """Layers of many kinds, some inside others, with names that say little."""
    block = nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv1d(4, 2, 1, bias=False))
    return nn.ModuleDict(
        {
            "tokens": nn.Embedding(7, 4),
            "norm": nn.LayerNorm(4),
            "block": nn.ModuleDict({"inner": block, "gn": nn.GroupNorm(2, 4)}),
            "bias_head": nn.Linear(4, 3),
        }
    )


def bare_model():
    """Parameters without a layer around them, and buffers."""
    model = nn.Module()
    model.temperature = nn.Parameter(torch.tensor(2.0))
    model.position = nn.Parameter(torch.ones(1, 5, 4))
    model.scale = nn.Parameter(torch.ones(4))
    model.mixing = nn.Parameter(torch.ones(4, 4))
    model.register_buffer("table", torch.ones(3, 4))
    model.register_buffer("mean", torch.ones(4))
    model.norm = nn.Sequential(nn.Linear(4, 2, bias=False), nn.Linear(2, 1))
    model.attention = nn.Module()
    model.attention.bias = nn.Parameter(torch.ones(3, 3))
    return model


def groups_of(model, groups):
    """Name what is in each group, and say how it is decayed."""
    names = {id(p): name for name, p in model.named_parameters()}
    observed = {"number of groups": len(groups)}
    for title, group in zip(("decayed", "not decayed"), groups, strict=False):
        observed[title] = [names.get(id(p), "no parameter of the model") for p in group["params"]]
        decay = group.get("weight_decay")
        observed[f"weight_decay of the {title}"] = decay if decay is None else float(decay)
    return observed


def check_groups(kata):
    """Matrices and kernels are decayed; biases and the scales of norms are not."""
    model = mixed_model()
    return groups_of(model, kata.param_groups(model, 0.1))


def check_bare_parameters(kata):
    """Parameters without a layer are sorted like all others; buffers are left out."""
    model = bare_model()
    return groups_of(model, kata.param_groups(model, 0.05))


def check_frozen(kata):
    """Frozen parameters are in neither group."""
    model = mixed_model()
    model["tokens"].requires_grad_(False)
    model["block"]["inner"][1].requires_grad_(False)
    model["bias_head"].bias.requires_grad_(False)
    return groups_of(model, kata.param_groups(model, 0.1))


def check_shared(kata):
    """A parameter that several modules share is listed once."""
    model = nn.ModuleDict({"tokens": nn.Embedding(7, 4), "fc": nn.Linear(4, 4), "head": nn.Linear(4, 7)})
    model["head"].weight = model["tokens"].weight
    model["again"] = model["fc"]
    model["norm"] = nn.LayerNorm(4)
    model["norm"].bias = model["fc"].bias
    return groups_of(model, kata.param_groups(model, 0.1))


def check_empty_groups(kata):
    """There are always two groups, even if one or both are empty."""
    observed = {}
    for title, model in (
        ("a linear layer without bias", nn.Linear(3, 2, bias=False)),
        ("a norm", nn.LayerNorm(3)),
        ("no parameters", nn.ReLU()),
    ):
        groups = groups_of(model, kata.param_groups(model, 0.1))
        observed |= {f"{title}: {name}": value for name, value in groups.items()}
    return observed


def check_read_twice(kata):
    """The lists can be read more than once."""
    model = mixed_model()
    groups = kata.param_groups(model, 0.1)
    groups_of(model, groups)
    return groups_of(model, groups)


def check_step(kata, given):
    """With gradients of zero, a step shrinks what is decayed and nothing else."""
    model = given.fill(mixed_model())
    groups = kata.param_groups(model, 0.5)
    optimizer = torch.optim.AdamW(groups, lr=0.1, weight_decay=0.9)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    return {f"{name} after a step": p.detach() for name, p in model.named_parameters()}


def check_model_left(kata):
    """The model is left as it was."""
    model = mixed_model()
    model["tokens"].requires_grad_(False)
    model["block"].eval()
    kata.param_groups(model, 0.1)
    return {
        "trainable": [name for name, p in model.named_parameters() if p.requires_grad],
        "in train mode": [name for name, module in model.named_modules() if module.training],
    }
