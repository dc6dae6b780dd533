"""A two-layer perceptron

Write a network with one hidden layer, as a module: linear, ReLU, linear, both with a bias. It maps
floating x (..., in_features) to scores (..., out_features), for any number of leading dimensions,
none included.

Rules
    - The scores are raw: no softmax, sigmoid or other activation follows the last linear layer.
    - parameters() yields weight and bias of the first layer, then weight and bias of the second,
      all trainable. How the layers are named or grouped is up to you.
    - One dropout layer between the ReLU and the last linear layer is allowed. In eval mode the
      scores depend on nothing but x and the parameters.
    - The state dict of one instance loads into another of the same sizes, and makes it compute the
      same. Two instances share nothing.
    - x is not changed.

Why it is asked: it is the "hello world" of nn.Module. In three lines it shows whether you know how
layers get registered, and why a classifier returns scores and not probabilities.

Example
    >>> model = MLP(2, 3, 1)
    >>> for parameter in model.parameters():
    ...     _ = torch.nn.init.ones_(parameter)
    >>> model.eval()(torch.tensor([[1.0, 2.0], [-3.0, -4.0]])).detach()
    tensor([[13.],
            [ 1.]])
"""

from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError
