"""An initialiser for model.apply

Write init_weights(module), to be used as model.apply(init_weights). apply calls it on every module
inside the model, and on the model itself. What it does depends on the module:

    nn.Linear     weight: uniform on [-a, a] with a = sqrt(6 / (fan_in + fan_out)) (Xavier, gain 1),
                  where weight is (fan_out, fan_in)
                  bias: zero
    nn.Conv2d     weight: normal with mean 0 and variance 2 / fan_out (Kaiming for ReLU), where
                  fan_out is out_channels times the height and the width of the kernel
                  bias: zero
    nn.Embedding  weight: normal with mean 0 and standard deviation 0.02; the row padding_idx, if
                  there is one, is zero
    other types   nothing, whatever attributes they have

Convolutions here have groups=1. Classes derived from these three are treated like them.

Rules
    - Layers without a bias are fine: their bias is None.
    - It changes only the module that it is given, not those inside: apply does the visiting.
    - Parameters stay the same objects, with the requires_grad that they have, their dtype, and
      without history. So tied parameters stay tied, and a frozen one is filled and stays frozen.
    - Randomness is torch's: the same seed gives the same weights.

Why it is asked: it is the snippet on every list, with zeros_ on the bias of every linear layer and
normal_ on every embedding. The first fails where there is no bias, and the second fills the row
for padding.

Example
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.BatchNorm1d(4))
    >>> _ = model.apply(init_weights)
    >>> model[0].bias.detach()
    tensor([0., 0., 0., 0.])
    >>> bool((model[0].weight.abs() <= 1).all())  # sqrt(6 / (2 + 4))
    True
    >>> model[1].weight.detach()
    tensor([1., 1., 1., 1.])
"""

from torch import nn


def init_weights(module: nn.Module) -> None:
    raise NotImplementedError
