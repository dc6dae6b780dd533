"""SGD with momentum, decay and Nesterov

Write stochastic gradient descent as a class of its own. For each parameter w that has a gradient,
step() computes

    g            w.grad plus weight_decay times w
    velocity     the first g to begin with; afterwards momentum times the old velocity, plus g

and subtracts from w

    lr * velocity                     as a rule
    lr * (g + momentum * velocity)    with nesterov, where velocity is the new one

Rules
    - params is any iterable, a generator too, of tensors that require grad: float32 or float64, of
      any shape, each listed once.
    - A parameter whose grad is None is left out of that step: it stays as it is, and so does its
      velocity. A gradient of zeros is a gradient.
    - lr is an attribute. It may be changed between two steps, and the next step uses it. It is not
      part of the velocity.
    - Parameters are changed in place: they stay the same objects, in the same memory, and leaves
      that require grad. Gradients are not changed by step().
    - step() records nothing for autograd, not even where the gradients themselves carry a graph
      (create_graph=True).
    - zero_grad() makes the gradients None or zero, as you like. Some may be None already.
    - The constructor raises ValueError for a negative lr, and for nesterov without momentum.
    - Two instances share nothing.
    - Without torch.optim.SGD and torch.optim.ASGD, be it as classes or as functions. The base class
      torch.optim.Optimizer is allowed, if lr works as said above.

Why it is asked: it is the shortest optimizer that has a state. The usual slips are a velocity that
is an average, the decay written into the gradient, and the belief that momentum alone is
Nesterov's.

Example
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> sgd = MySGD([w], lr=0.5, momentum=0.5)
    >>> w.grad = torch.tensor([1.0])
    >>> sgd.step()
    >>> w
    tensor([0.5000], requires_grad=True)
    >>> sgd.step()  # the velocity is 0.5 * 1 + 1
    >>> w
    tensor([-0.2500], requires_grad=True)
"""

from collections.abc import Iterable

import torch
from torch import Tensor


class MySGD:
    lr: float

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        raise NotImplementedError

    def step(self) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        raise NotImplementedError
