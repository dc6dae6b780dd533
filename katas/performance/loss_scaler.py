"""A dynamic loss scaler

Write what torch.amp.GradScaler does. float16 has no numbers below 6e-8, so the loss is multiplied
by a large scale before the backward, and the gradients are divided by it afterwards. If something
overflows, the step is left out and the scale lowered; after a while without one it is raised.

    scale(loss)           the loss times the scale. A loss in float16 or bfloat16 is multiplied, and
                          returned, in float32: 65536 is infinite in float16. float64 stays.
    unscale_(optimizer)   divides the gradients of all parameters of this optimizer by the scale, in
                          place, and notes whether NaN or infinity is among them
    step(optimizer)       unscales, if that has not happened since the last update; runs
                          optimizer.step() only if all gradients of this optimizer are finite;
                          returns whether it ran, a bool
    update()              ends an iteration. If a gradient of any optimizer was not finite, the
                          scale is multiplied by backoff_factor, and the count of good iterations
                          starts again. Otherwise this was a good one: at growth_interval of them in
                          a row the scale is multiplied by growth_factor, and the count starts
                          again.
    get_scale()           the scale, a float
    state_dict()          what it takes to go on later, as a dict of your choice; load_state_dict,
                          of a scaler that was made with the same arguments, goes on from there, the
                          count included

Rules
    - Several optimizers may share the scaler: one may be left out while the other steps.
    - unscale_ raises RuntimeError for an optimizer that has been unscaled since the last update, by
      unscale_ or by step, and leaves its gradients as they are.
    - A parameter whose grad is None is passed over. A gradient stays the same tensor.
    - What state_dict has returned does not change when the scaler goes on.
    - Calls that make no sense are not looked at: step twice, or update without a step.
    - Without torch's own scalers, and without private parts of torch (torch._...).

Why it is asked: everybody calls GradScaler, and few can say what happens after an overflow. Scaling
does not make training more stable; it repairs what float16 breaks.

Example
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.5)
    >>> scaler = LossScaler(init_scale=8.0)
    >>> scaler.scale((w * 3).sum()).backward()
    >>> w.grad
    tensor([24., 24.])
    >>> scaler.step(optimizer), w.data
    (True, tensor([-0.5000, -0.5000]))
    >>> scaler.update()
    >>> optimizer.zero_grad()
    >>> scaler.scale((w / 0).sum()).backward()
    >>> scaler.step(optimizer), w.data
    (False, tensor([-0.5000, -0.5000]))
    >>> scaler.update()
    >>> scaler.get_scale()
    4.0
"""

import torch
from torch import Tensor


class LossScaler:
    def __init__(
        self,
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
    ) -> None:
        raise NotImplementedError

    def scale(self, loss: Tensor) -> Tensor:
        raise NotImplementedError

    def unscale_(self, optimizer: torch.optim.Optimizer) -> None:
        raise NotImplementedError

    def step(self, optimizer: torch.optim.Optimizer) -> bool:
        raise NotImplementedError

    def update(self) -> None:
        raise NotImplementedError

    def get_scale(self) -> float:
        raise NotImplementedError

    def state_dict(self) -> dict:
        raise NotImplementedError

    def load_state_dict(self, state: dict) -> None:
        raise NotImplementedError
