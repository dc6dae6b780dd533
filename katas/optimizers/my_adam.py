"""Adam with bias correction

Write Adam as a class of its own. For each parameter w, step() computes

    g              w.grad plus weight_decay times w (the coupled form of weight decay)
    m              the moving average of g: beta1 times the old m plus (1 - beta1) times g
    v              the moving average of g ** 2 in the same way, with beta2
    m_hat, v_hat   m and v corrected for their start at zero: divided by the sum of the factors with
                   which the values averaged so far count

and subtracts lr * m_hat / (sqrt(v_hat) + eps) from w. m and v start at zero.

Rules
    - params is any iterable, a generator too, of tensors that require grad: float32 or float64, of
      any shape.
    - A parameter whose grad is None is left out of that step: it stays as it is, and so do its m and
      v. Its correction depends on how often it was updated itself, not on the calls of step().
    - lr is an attribute. It may be changed between two steps, and the next step uses it.
    - Parameters are changed in place: they stay the same objects, in the same memory, and leaves
      that require grad. Gradients are not changed by step().
    - step() records nothing for autograd, not even where the gradients themselves carry a graph
      (create_graph=True).
    - zero_grad() makes the gradients None or zero, as you like. Some may be None already.
    - Two instances share nothing.
    - Without the Adam family of torch.optim, be it as classes or as functions.

Why it is asked: everybody uses it, and ten lines of it show whether you know why the first steps
need a correction, where eps belongs, and what an optimizer must keep out of the graph.

Example
    >>> w = torch.tensor([1.0, -2.0], requires_grad=True)
    >>> adam = MyAdam([w], lr=0.1)
    >>> (w**2).sum().backward()
    >>> adam.step()
    >>> w
    tensor([ 0.9000, -1.9000], requires_grad=True)
    >>> w.grad
    tensor([ 2., -4.])
"""

from collections.abc import Iterable

import torch
from torch import Tensor


class MyAdam:
    lr: float

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        raise NotImplementedError

    def step(self) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        raise NotImplementedError
