"""A gradient health report

Write the three functions that you call after backward when a model does not learn.

    grad_norms       the Euclidean norm of the gradient of every parameter, by the parameter's name;
                     None for a parameter that has no gradient
    total_grad_norm  the Euclidean norm of all gradients together, as if they were one long vector;
                     0.0 if there are none
    grad_problems    the trainable parameters in trouble, by name, with the first that holds of:
                     "missing"     it has no gradient
                     "non-finite"  an entry of its gradient is NaN or infinite
                     "zero"        all entries of its gradient are zero
                     Healthy and frozen parameters are left out.

Rules
    - Names are those of named_parameters(). A shared parameter has one name and counts once.
    - A frozen parameter (requires_grad is False) can still have a gradient, and one that is not
      frozen can have none. The two norms go by the gradient alone.
    - Norms are Python floats, as exact as float32 allows, whatever the dtype of the gradients.
      Those of float16 gradients neither overflow nor vanish.
    - Nothing on the model changes. The functions of torch.nn.utils that clip gradients or measure
      their total norm may not be used.

Why it is asked: which parameters have no gradient, or one that is zero or NaN, is the first thing
to look at. The one-liner that is usually shown fails on the first frozen parameter.

Example
    >>> model = torch.nn.Linear(2, 1)
    >>> model.weight.grad = torch.tensor([[3.0, 4.0]])
    >>> grad_norms(model)
    {'weight': 5.0, 'bias': None}
    >>> total_grad_norm(model)
    5.0
    >>> grad_problems(model)
    {'bias': 'missing'}
"""

from torch import nn


def grad_norms(model: nn.Module) -> dict[str, float | None]:
    raise NotImplementedError


def total_grad_norm(model: nn.Module) -> float:
    raise NotImplementedError


def grad_problems(model: nn.Module) -> dict[str, str]:
    raise NotImplementedError
