"""MyLinear without nn.Linear

Write the linear layer yourself: an affine map of the last dimension.

    x       (..., in_features)    any number of leading dimensions, none included; they may be empty
    result  (..., out_features)

    weight  (out_features, in_features)
    bias    (out_features,)

The result is x times weight transposed, plus bias. weight and bias are trainable parameters under
these names, and there are no others.

Rules
    - weight starts with random values: no row is zero, no two rows are equal, and two layers start
      differently. Which distribution is yours to choose. bias may start anywhere finite.
    - An x whose last dimension is not in_features raises an error, of any type. That includes a
      last dimension of one, which some operations would stretch, and multiples of in_features.
    - x may be non-contiguous, and is left as it was.
    - State dicts are interchangeable with those of nn.Linear, in both directions.
    - Without nn.Linear and F.linear, their lazy and bilinear relatives, and convolutions.

Why it is asked: it is the first thing to write without the library. It shows how parameters are
registered, which way round the weight is stored, and that a layer need not know the batch.

Example
    >>> layer = MyLinear(2, 3)
    >>> weight = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> layer.load_state_dict({"weight": weight, "bias": torch.tensor([0.0, 10.0, 20.0])})
    <All keys matched successfully>
    >>> layer(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).detach()
    tensor([[ 1., 12., 23.],
            [ 3., 14., 27.]])
"""

import torch
from torch import Tensor, nn


class MyLinear(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
