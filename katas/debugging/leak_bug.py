"""The trainer that remembers everything

Trainer trains a model and watches some of its submodules. It works, but each step takes more
memory and more time than the one before, until the process is killed; and the model is not as it
was before when the trainer has been closed. Find out why, and repair it.

    Trainer(model, optimizer, loss_fn, watch)
                    watch lists dotted names of submodules of model that return one tensor each
    step(x, y)      takes one optimizer step on the batch, with its gradient and no other, and
                    returns the loss, as a float, that the batch had before it
    history         the losses of all steps so far, a list of floats
    activations     what each watched submodule returned in the last step, by its name; what it
                    returned last, if it ran more than once
    close()         ends the watching

Rules
    - Watching changes nothing: the losses and the steps are those of a trainer that watches
      nothing.
    - The activations carry no graph. They hold what the submodule returned, even if the model has
      changed its tensors in place afterwards, as nn.ReLU(inplace=True) does.
    - Nothing but the floats of history grows with the number of steps: no tensor, no graph and no
      hook is kept that the next step does not need. The graph of a step is freed in its backward.
    - After close none of the trainer's hooks is left on the model. Hooks that others have put
      there stay. close may be called twice, and step still trains after it.
    - Train or eval mode is the caller's business.

Why it is asked: each of these leaks is one short line that looks right, and none raises an error.
An interviewer wants to hear what keeps a graph alive, and who removes a hook.

Example, once it is repaired
    >>> model = torch.nn.Sequential(torch.nn.Linear(1, 1, bias=False), torch.nn.Tanh())
    >>> _ = torch.nn.init.zeros_(model[0].weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    >>> trainer = Trainer(model, optimizer, torch.nn.MSELoss(), watch=["0"])
    >>> [round(trainer.step(torch.ones(1, 1), torch.ones(1, 1)), 4) for _ in range(2)]
    [1.0, 0.0568]
    >>> trainer.activations
    {'0': tensor([[1.]])}
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Trainer:
    history: list[float]
    activations: dict[str, Tensor]

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        loss_fn: Callable,
        watch: list[str],
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.watch = list(watch)
        self.history = []
        self.activations = {}

    def step(self, x: Tensor, y: Tensor) -> float:
        for name in self.watch:
            module = self.model.get_submodule(name)
            module.register_forward_hook(self._keep(name))
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.history.append(loss)
        return loss.item()

    def close(self) -> None:
        self.watch = []

    def _keep(self, name: str) -> Callable:
        def hook(module, inputs, output):
            self.activations[name] = output

        return hook
