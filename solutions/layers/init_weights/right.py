import math

import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class ByHand:
    """uniform_ and normal_ under no_grad."""

    @torch.no_grad()
    def init_weights(module):
        if isinstance(module, nn.Linear):
            out_features, in_features = module.weight.shape
            bound = math.sqrt(6 / (in_features + out_features))
            module.weight.uniform_(-bound, bound)
            if module.bias is not None:
                module.bias.zero_()
        if isinstance(module, nn.Conv2d):
            fan_out = module.out_channels * module.kernel_size[0] * module.kernel_size[1]
            module.weight.normal_(0, (2 / fan_out) ** 0.5)
            if module.bias is not None:
                module.bias.zero_()
        if isinstance(module, nn.Embedding):
            module.weight.normal_(0.0, 0.02)
            if module.padding_idx is not None:
                module.weight[module.padding_idx] = 0


@right
class ThroughData:
    """The values behind the parameters are replaced or changed, as older code does."""

    def init_weights(m):
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight.data)
            else:
                nn.init.kaiming_normal_(m.weight.data, 0, "fan_out", "relu")
            if m.bias is not None:
                m.bias.data.fill_(0)
        elif isinstance(m, nn.Embedding):
            m.weight.data = torch.randn_like(m.weight) * 0.02
            if m.padding_idx is not None:
                m.weight.data[m.padding_idx].zero_()


@right
class PaddingRowByReset:
    """The layer's own method fills the padding row with zeros."""

    def init_weights(module):
        match module:
            case nn.Linear():
                nn.init.xavier_uniform_(module.weight, gain=nn.init.calculate_gain("linear"))
            case nn.Conv2d():
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            case nn.Embedding():
                nn.init.normal_(module.weight, mean=0.0, std=0.02)
                module._fill_padding_idx_with_zero()
                return
            case _:
                return
        if module.bias is not None:
            nn.init.constant_(module.bias, 0.0)
