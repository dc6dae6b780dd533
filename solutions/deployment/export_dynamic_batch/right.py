import copy

import torch

from pytest_torchkata.checks import right


@right
class DynamicHint:
    """A copy in eval mode is exported; the first dimension is dynamic, without a name."""

    def export_model(model, example):
        model = copy.deepcopy(model).eval()
        return torch.export.export(model, (example,), dynamic_shapes=[{0: torch.export.Dim.DYNAMIC}])

    def load_exported(path):
        program = torch.export.load(str(path))
        module = program.module()

        def call(x):
            with torch.no_grad():
                return module(x)

        return call


@right
class AutoHint:
    """The compiler finds out about the first dimension by itself; modes by name."""

    def export_model(model, example):
        before = {name: module.training for name, module in model.named_modules()}
        model.eval()
        try:
            with torch.no_grad():
                return torch.export.export(
                    model, args=(example,), dynamic_shapes=({0: torch.export.Dim.AUTO},), strict=False
                )
        finally:
            for name, module in model.named_modules():
                module.training = before[name]
