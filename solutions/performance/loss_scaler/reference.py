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
        self._scale = init_scale
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._good = 0  # iterations in a row
        self._finite: dict[torch.optim.Optimizer, bool] = {}  # those unscaled since the last update

    def scale(self, loss: Tensor) -> Tensor:
        wide = torch.promote_types(loss.dtype, torch.float32)
        return loss.to(wide) * self._scale

    def unscale_(self, optimizer: torch.optim.Optimizer) -> None:
        if optimizer in self._finite:
            raise RuntimeError("the gradients of this optimizer have been unscaled since the last update")
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        grads = [p.grad for p in parameters if p.grad is not None]
        for grad in grads:
            grad.div_(self._scale)
        self._finite[optimizer] = all(bool(grad.isfinite().all()) for grad in grads)

    def step(self, optimizer: torch.optim.Optimizer) -> bool:
        if optimizer not in self._finite:
            self.unscale_(optimizer)
        if self._finite[optimizer]:
            optimizer.step()
        return self._finite[optimizer]

    def update(self) -> None:
        if all(self._finite.values()):
            self._good += 1
        else:
            self._scale *= self._backoff_factor
            self._good = 0
        if self._good == self._growth_interval:
            self._scale *= self._growth_factor
            self._good = 0
        self._finite.clear()

    def get_scale(self) -> float:
        return self._scale

    def state_dict(self) -> dict:
        return {"scale": self._scale, "good": self._good}

    def load_state_dict(self, state: dict) -> None:
        self._scale, self._good = state["scale"], state["good"]
