import torch
from torch import nn

from pytest_torchkata.checks import right

from . import reference


@right
class ChannelsLast:
    """Channels are moved to the end and everything else is flattened; the buffers are reassigned."""

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            rows = x.movedim(1, -1).reshape(-1, x.shape[1])
            if self.training:
                if len(rows) == 1:
                    raise ValueError("Expected more than 1 value per channel when training")
                mean = rows.mean(0)
                var = rows.var(0, unbiased=False)
                momentum = self.momentum
                unbiased = rows.detach().var(0)
                self.running_mean = (1 - momentum) * self.running_mean + momentum * mean.detach()
                self.running_var = (1 - momentum) * self.running_var + momentum * unbiased
                self.num_batches_tracked = self.num_batches_tracked + 1
            else:
                mean, var = self.running_mean, self.running_var
            out = self.weight * (rows - mean) * torch.rsqrt(var + self.eps) + self.bias
            return out.reshape(x.movedim(1, -1).shape).movedim(-1, 1)


@right
class VarMean:
    """var_mean with keepdim over all dimensions but one, factor and shift folded together."""

    class MyBatchNorm(nn.Module):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__()
            self.num_features, self.eps, self.momentum = num_features, eps, momentum
            self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))

        def forward(self, x):
            dims = (0, *range(2, x.ndim))
            shape = [1 if d in dims else x.shape[d] for d in range(x.ndim)]
            if self.training:
                count = x.numel() / x.shape[1]
                if count <= 1:
                    raise ValueError("too few values")
                var, mean = torch.var_mean(x, dim=dims, keepdim=True, correction=0)
                keep = 1 - self.momentum
                self.running_mean.mul_(keep).add_(mean.detach().flatten(), alpha=self.momentum)
                bessel = self.momentum * count / (count - 1)
                self.running_var.mul_(keep).add_(var.detach().flatten(), alpha=bessel)
                self.num_batches_tracked.add_(1)
            else:
                mean, var = self.running_mean.reshape(shape), self.running_var.reshape(shape)
            std = (var + self.eps).sqrt()
            return (x - mean) / std * self.weight.reshape(shape) + self.bias.reshape(shape)
