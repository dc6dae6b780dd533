from typing import Self

from torch import Tensor, nn


class FeatureExtractor:
    def __init__(self, model: nn.Module, layers: list[str]) -> None:
        modules = dict(model.named_modules())
        self._model = model
        self._layers = {name: modules[name] for name in layers}  # all, before any gets a hook
        self._features: dict[str, Tensor] | None = None  # a dict during a call, and only then
        self._handles = [m.register_forward_hook(self._keeping(name)) for name, m in self._layers.items()]

    def _keeping(self, name: str):
        def hook(module: nn.Module, args: tuple, output: Tensor) -> None:
            if self._features is not None:  # not when the model is run by others
                self._features[name] = output
            # Nothing is returned: that would take the place of the output.

        return hook

    def __call__(self, *inputs: Tensor) -> dict[str, Tensor]:
        self._features = {}
        try:
            self._model(*inputs)  # not forward, which runs no hook of the model itself
            return {name: self._features[name] for name in self._layers if name in self._features}
        finally:
            self._features = None

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
