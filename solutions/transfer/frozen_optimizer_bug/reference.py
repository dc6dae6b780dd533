import torch
from torch import nn


def start_head_phase(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    # The flag keeps backward away from the backbone. What keeps the optimizer away is that it has
    # never heard of it: it moves whatever it holds that has a gradient, be it old, or zero.
    model.backbone.requires_grad_(False)
    return torch.optim.AdamW(model.head.parameters(), lr=lr, weight_decay=weight_decay)


def start_full_phase(model: nn.Module, optimizer: torch.optim.AdamW, backbone_lr: float) -> None:
    head = optimizer.param_groups[0]
    optimizer.add_param_group(  # refuses parameters that it holds already, with a ValueError
        {
            "params": model.backbone.parameters(),
            "lr": backbone_lr,
            "weight_decay": head["weight_decay"],
        }
    )
    model.backbone.requires_grad_(True)
