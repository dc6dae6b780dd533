import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class OnTheModule:
    """requires_grad_ and zero_grad of the module, set_submodule for the head."""

    def freeze(module):
        module.requires_grad_(False)
        module.zero_grad(set_to_none=True)

    def unfreeze(module):
        for p in module.parameters():
            p.requires_grad = True

    def count_parameters(model):
        numbers = torch.tensor([[p.numel(), p.numel() * p.requires_grad] for p in model.parameters()])
        total, trainable = numbers.reshape(-1, 2).sum(0).long().tolist()
        return total, trainable

    def replace_head(model, name, num_classes):
        layer = model.get_submodule(name)
        if not issubclass(type(layer), nn.Linear):
            raise TypeError("not a linear layer")
        head = nn.Linear(layer.in_features, num_classes, bias=layer.bias is not None)
        head = head.to(layer.weight)
        head.training = layer.training
        model.set_submodule(name, head)
        return head


@right
class StepByStep:
    """getattr from name to name."""

    def replace_head(model, name, num_classes):
        *parents, last = name.split(".")
        parent = model
        for part in parents:
            parent = getattr(parent, part)
        old = getattr(parent, last)
        if not isinstance(old, nn.Module):
            raise AttributeError(last)
        if not isinstance(old, nn.Linear):
            raise TypeError(last)
        kwargs = {"bias": old.bias is not None, "device": old.weight.device, "dtype": old.weight.dtype}
        parent._modules[last] = nn.Linear(old.weight.shape[1], num_classes, **kwargs).train(old.training)
        return parent._modules[last]
