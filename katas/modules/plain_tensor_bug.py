"""A scale that is neither trained, moved nor saved

The layer below gives the right outputs, as long as it is new. But its scale stays at 2 however
long it is trained; a model loaded from a checkpoint starts with a running mean of zero; half of the
layer stays behind when the model is cast or moved; and memory grows with every step of training.
Find out why, and repair it.

For x (N, dim), N at least 1, forward returns

    (x @ weight + bias) * scale

where weight (dim, dim), bias (dim,), starting at zero, and scale, of shape () and starting at 2,
are learned. running_mean (dim,) starts at zero. It is kept for others to read, and has no part in
the output. Each call in train mode moves it to

    0.9 * running_mean + 0.1 * the mean of the output over the batch

and calls in eval mode leave it alone.

Rules
    - Optimizers, casts, moves to another device, saving, loading and deepcopy treat all four as
      they should: what is learned is trained, saved and moved; running_mean is saved and moved, and
      no optimizer gets it. The four keep their names, and no parameter or buffer is added.
    - running_mean carries no graph, and the layer does not keep old batches alive.
    - Two layers share nothing. x is not changed.

Why it is asked: nothing fails here. A plain tensor with dimensions would at least raise an error
once the model is on another device; a plain number like this scale does not even do that, since a
zero-dimensional tensor on the CPU mixes with tensors on any device.

Example, once it is repaired
    >>> layer = CustomLayer(2)
    >>> sorted(layer.state_dict())
    ['bias', 'running_mean', 'scale', 'weight']
    >>> _ = layer.load_state_dict({**layer.state_dict(), "weight": torch.eye(2)})
    >>> layer(torch.tensor([[1.0, 2.0], [3.0, 6.0]])).detach()
    tensor([[ 2.,  4.],
            [ 6., 12.]])
    >>> layer.running_mean
    tensor([0.4000, 0.8000])
"""

import torch
from torch import Tensor, nn


class CustomLayer(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(dim, dim) / dim**0.5)
        self.bias = nn.Parameter(torch.zeros(dim))
        self.scale = torch.tensor(2.0)
        self.running_mean = torch.zeros(dim)

    def forward(self, x: Tensor) -> Tensor:
        out = (x @ self.weight + self.bias) * self.scale
        if self.training:
            self.running_mean = 0.9 * self.running_mean + 0.1 * out.mean(dim=0)
        return out
