"""Binary cross-entropy straight from logits

Write binary cross-entropy so that it takes logits instead of probabilities. With p = sigmoid(x),
the loss of one element with logit x and target y is

    -(w * y * log(p) + (1 - y) * log(1 - p))

where w is the entry of pos_weight for the element's last dimension, and 1 without pos_weight.

    reduction "mean"  the plain average over all elements
              "sum"   the sum over all elements
              "none"  the losses, in the shape of logits

Rules
    - logits and targets are floating and have the same shape, of any number of dimensions. Unequal
      shapes raise ValueError; they are not broadcast. Any other reduction raises ValueError.
    - Targets are anything from 0 to 1, not only 0 and 1. They need no gradient.
    - pos_weight is a tensor (C,), where C is the size of the last dimension, or None.
    - The loss and its gradient are right and finite for logits of magnitude 1e4. The loss of a
      confident mistake there is 1e4, and not less. An error of the size of the logits' own rounding
      is fine.
    - Without pos_weight the gradient of an element's loss is sigmoid(x) - y for every x, and for x
      = 0 too. The gradient can be differentiated once more, other than at x = 0.
    - The loss has the dtype of logits, which may be bfloat16. The arguments are left as they are.
    - Without what torch has for this loss: binary_cross_entropy and
      binary_cross_entropy_with_logits, the soft margin losses, and their modules.

Why it is asked: everybody can write down the formula, and it fails where a model is sure of itself.
It is the shortest exercise in rewriting an expression so that nothing overflows and nothing is
rounded to 0 before its logarithm is taken.

Example
    >>> logits, targets = torch.tensor([0.0, 200.0, -3.0]), torch.tensor([1.0, 0.0, 0.5])
    >>> bce_with_logits(logits, targets, reduction="none")
    tensor([  0.6931, 200.0000,   1.5486])
    >>> bce_with_logits(logits, targets, pos_weight=torch.tensor([3.0, 1.0, 1.0]), reduction="sum")
    tensor(203.6280)
"""

import torch
from torch import Tensor


def bce_with_logits(
    logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    raise NotImplementedError
