"""Max-norm constraint in the wrong place

train_step does one step of training under a constraint on the lengths of the rows of the weights.
It runs without an error or a warning, but the constraint does not hold afterwards, and the model
learns worse than it should: the steps are not those that the loss asks for. Find out why, and
repair it.

One call takes one optimizer step with the gradient of loss_fn(model(x), y), taken at the weights
that the model came with. Then it applies the constraint: in every two-dimensional parameter of the
model, each row that is longer than max_norm, in the Euclidean norm, is scaled down to length
max_norm. It returns the loss of this forward pass, from before the step, as a Python float.
max_norm is above 0.

Rules
    - After the call no row is longer than max_norm, up to rounding. Rows that are no longer than
      max_norm after the step keep the values that the step gave them, rows of zeros included.
    - The forward pass sees the weights as they are handed in, even if their rows are too long.
    - Parameters with one dimension, or with more than two, are not constrained.
    - Gradients that are left from earlier do not count.
    - The model is called once. The Parameter objects, the optimizer and its state are the caller's,
      and go on being used: the parameters stay leaves without history.

Why it is asked: autograd checks that what it has saved for the backward is unchanged, and there is
an attribute with which one can get around the check. In interviews the question is what .data does
that detach and no_grad do not.

Example, once it is repaired
    >>> model = torch.nn.Linear(2, 1, bias=False)
    >>> model.load_state_dict({"weight": torch.tensor([[3.0, 3.0]])})
    <All keys matched successfully>
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    >>> x, y = torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0]])
    >>> train_step(model, x, y, torch.nn.MSELoss(), optimizer, max_norm=1.0)
    1.0
    >>> model.weight.detach()
    tensor([[0.5547, 0.8321]])
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def train_step(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_fn: Callable,
    optimizer: torch.optim.Optimizer,
    max_norm: float,
) -> float:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    for parameter in model.parameters():
        if parameter.dim() == 2:
            norms = parameter.data.norm(dim=1, keepdim=True)
            parameter.data.mul_((max_norm / norms).clamp(max=1.0))
    loss.backward()
    optimizer.step()
    return loss.item()
