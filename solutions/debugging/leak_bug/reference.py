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
        self.history = []
        self.activations = {}
        # Once, and not in every step; the handles are the only way to get rid of them.
        self._handles = [model.get_submodule(name).register_forward_hook(self._keep(name)) for name in watch]

    def step(self, x: Tensor, y: Tensor) -> float:
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.history.append(loss.item())  # a number; the tensor would hold on to its graph
        return self.history[-1]

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()  # once more does no harm

    def _keep(self, name: str) -> Callable:
        def hook(module: nn.Module, inputs: tuple, output: Tensor) -> None:
            # detach leaves the graph, clone leaves the memory that the model may write to.
            self.activations[name] = output.detach().clone()

        return hook
