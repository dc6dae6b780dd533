"""L1 and L2 penalties in the loss

Write a penalty on the weights of a model, to be added to its loss:

    l1 * sum of |w|  +  l2 / 2 * sum of w ** 2

The sums go over all elements of the parameters that count. A parameter counts if it is trainable
(requires_grad) and has at least two dimensions: the matrices of linear layers, embeddings and
recurrent layers, the kernels of convolutions, and parameters of your own, whatever their names.
So biases and the weights of normalisations do not count, and frozen parameters do not.

Rules
    - A parameter that is used in several places counts once.
    - The result is a zero-dimensional tensor that gradients flow back from, with the dtype and on
      the device of the parameters. Where none counts, it is a zero-dimensional tensor with value 0
      that can be added to a loss; its dtype is yours to choose.
    - With l2 = c, its gradient is what weight_decay=c of plain SGD adds to theirs.
    - The gradient of the L1 term is 0 where a weight is 0, and all gradients are finite, also where
      a whole matrix is zero.
    - The parameters and their gradients are left as they were.

Why it is asked: "weight decay is L2 regularisation" is on every list. Whether it is the same
depends on a factor of two, on which parameters it covers, and on the optimiser.

Example
    >>> model = torch.nn.Linear(2, 1)
    >>> _ = model.load_state_dict({"weight": torch.tensor([[3.0, -1.0]]), "bias": torch.ones(1)})
    >>> penalty = weight_penalty(model, l1=0.5, l2=0.1)
    >>> penalty.detach()  # 0.5 * 4 + 0.05 * 10
    tensor(2.5000)
    >>> penalty.backward()
    >>> model.weight.grad
    tensor([[ 0.8000, -0.6000]])
"""

from torch import Tensor, nn


def weight_penalty(model: nn.Module, l1: float = 0.0, l2: float = 0.0) -> Tensor:
    raise NotImplementedError
