import torch

from pytest_torchkata.checks import right


@right
class FiltersAfterFreezing:
    """The trainable parameters of the whole model, once the backbone is frozen; an explicit refusal."""

    def start_head_phase(model, lr, weight_decay):
        for p in model.backbone.parameters():
            p.requires_grad = False
            p.grad = None
        trainable = filter(lambda p: p.requires_grad, model.parameters())
        return torch.optim.AdamW(trainable, lr=lr, weight_decay=weight_decay)

    def start_full_phase(model, optimizer, backbone_lr):
        if len(optimizer.param_groups) > 1:
            raise ValueError("the backbone is in the optimizer already")
        for p in model.backbone.parameters():
            p.requires_grad = True
        optimizer.add_param_group({"params": model.backbone.parameters(), "lr": backbone_lr})
