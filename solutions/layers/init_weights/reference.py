import torch
from torch import nn


def init_weights(module: nn.Module) -> None:
    # The functions of nn.init write into the parameter that is there, under no_grad.
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
    elif isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
        if module.padding_idx is not None:  # 0 is one too
            with torch.no_grad():
                module.weight[module.padding_idx].zero_()
    if isinstance(module, (nn.Linear, nn.Conv2d)) and module.bias is not None:
        nn.init.zeros_(module.bias)
