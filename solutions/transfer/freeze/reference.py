from torch import nn


def freeze(module: nn.Module) -> None:
    for parameter in module.parameters():
        parameter.requires_grad_(False)
        parameter.grad = None  # an optimizer goes by the gradient, not by the flag


def unfreeze(module: nn.Module) -> None:
    module.requires_grad_(True)


def count_parameters(model: nn.Module) -> tuple[int, int]:
    total = sum(p.numel() for p in model.parameters())
    return total, sum(p.numel() for p in model.parameters() if p.requires_grad)


def replace_head(model: nn.Module, name: str, num_classes: int) -> nn.Linear:
    old = model.get_submodule(name)
    if not isinstance(old, nn.Linear):
        raise TypeError(f"{name} is a {type(old).__name__}, not a Linear")
    new = nn.Linear(
        old.in_features,
        num_classes,
        bias=old.bias is not None,
        device=old.weight.device,
        dtype=old.weight.dtype,
    )
    new.train(old.training)
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, new)
    return new
