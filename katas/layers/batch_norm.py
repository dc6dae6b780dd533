"""Batch normalisation with running statistics

Write batch normalisation as a module, for floating x of shape (N, C) or (N, C, ...), where C is
num_features. Each channel is normalised over the batch and over all further dimensions:

    result = (x - mean) / sqrt(var + eps) * weight + bias

    In training  mean and var are those of the batch, var biased (divided by the number n of values
                 per channel). The buffers follow:
                     running_mean = (1 - momentum) * running_mean + momentum * mean
                     running_var  = (1 - momentum) * running_var  + momentum * unbiased var
                 where the unbiased var is divided by n - 1. num_batches_tracked goes up by one.
    In eval      mean and var are running_mean and running_var, and no buffer changes.

Rules
    - weight (C,) starts at one and bias (C,) at zero; both are parameters. running_mean (C,) starts
      at zero, running_var (C,) at one, num_batches_tracked is an int64 of shape () and starts at
      zero; these three are buffers. State dicts are interchangeable with those of nn.BatchNorm1d
      and nn.BatchNorm2d.
    - The gradient also flows through mean and var of the batch. The buffers have no graph.
    - The buffers follow in training mode under torch.no_grad() as well.
    - In training, a single value per channel (n = 1) raises ValueError.
    - Values and gradients are right where the mean is a thousand times the spread, and where all
      values of a channel are equal. x is left as it was.
    - Without torch's batch norm and instance norm, in any of their forms.

Why it is asked: "it normalises over the batch" is half of the answer. Which dimensions, which of
the two variances where, what is learnt, what is only saved, and what eval changes is the rest.

Example
    >>> layer = MyBatchNorm(1, momentum=0.5)
    >>> layer(torch.tensor([[1.0], [3.0]])).detach()
    tensor([[-1.0000],
            [ 1.0000]])
    >>> layer.running_mean, layer.running_var
    (tensor([1.]), tensor([1.5000]))
    >>> layer.eval()(torch.tensor([[1.0]])).detach()
    tensor([[0.]])
"""

from torch import Tensor, nn


class MyBatchNorm(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
