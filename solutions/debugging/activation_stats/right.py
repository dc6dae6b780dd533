import statistics

import torch

from pytest_torchkata.checks import right


@right
class OnTheModelItself:
    """Hooks on the model itself, buffers restored, everything by hand."""

    def activation_stats(model, x):
        result, handles = {}, []
        saved = {name: buffer.clone() for name, buffer in model.named_buffers()}

        def make(name):
            def hook(module, inp, out):
                values = out.detach().flatten().double()
                n = values.numel()
                mean = values.sum() / n
                var = ((values - mean) ** 2).sum() / max(n - 1, 1)
                zeros = int((values == 0).sum()) / n
                result[name] = {"zeros": zeros, "std": float(var.sqrt()), "mean": float(mean)}

            return hook

        for name, module in model.named_modules():
            if len(list(module.children())) == 0:
                handles.append(module.register_forward_hook(make(name)))
        try:
            with torch.no_grad():
                model(x)
        finally:
            for handle in handles:
                handle.remove()
            for name, buffer in model.named_buffers():
                buffer.copy_(saved[name])
        return result

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        result = {}
        for name, s in stats.items():
            if not s["std"] <= high:
                result[name] = "exploding"
            elif s["std"] < low:
                result[name] = "vanishing"
            elif s["zeros"] >= dead:
                result[name] = "dead"
        return result


@right
class ListsAtOnce:
    """The values as lists of numbers, for the standard library."""

    def activation_stats(model, x):
        import copy

        model = copy.deepcopy(model)
        result = {}
        for name, module in model.named_modules():
            if not list(module.children()):

                def hook(module, args, output, name=name):
                    values = output.flatten().tolist()
                    result[name] = {
                        "mean": statistics.fmean(values),
                        "std": statistics.stdev(values) if len(values) > 1 else 0.0,
                        "zeros": values.count(0.0) / len(values),
                    }

                module.register_forward_hook(hook)
        with torch.inference_mode():
            model(x)
        return result
