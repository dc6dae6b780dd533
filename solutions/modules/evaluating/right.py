from contextlib import ExitStack, contextmanager

import torch

from pytest_torchkata.checks import right


@right
class AClass:
    """A class with __enter__ and __exit__."""

    class evaluating:
        def __init__(self, model):
            self.model = model

        def __enter__(self):
            self.modes = [(module, module.training) for module in self.model.modules()]
            self.recording = torch.is_grad_enabled()
            torch.set_grad_enabled(False)
            for module, _ in self.modes:
                module.training = False
            return self.model

        def __exit__(self, kind, error, traceback):
            for module, training in self.modes:
                module.training = training
            torch.set_grad_enabled(self.recording)
            return False


@right
class InferenceMode:
    """inference_mode around the yield."""

    @contextmanager
    def evaluating(model):
        flags = [m.training for m in model.modules()]
        try:
            model.eval()
            with torch.inference_mode():
                yield model
        finally:
            for m, flag in zip(model.modules(), flags, strict=True):
                m.training = flag


@right
class Callbacks:
    """An ExitStack with a callback for each flag."""

    @contextmanager
    def evaluating(model):
        with ExitStack() as stack:
            for module in model.modules():
                stack.callback(setattr, module, "training", module.training)
            stack.enter_context(torch.no_grad())
            yield model.eval()
